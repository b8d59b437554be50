// A reporter for jest: what its results hold, file by file, as JUnit XML.
"use strict";

const junit = require("./junit.cjs");

const STATES = { passed: "passed", failed: "failed" };
const JUDGED = /^(?:Error: )?expect\(/;

// jest's own matchers throw plain errors; what they say is a judgement all the same.
const said = (text) => {
  const bare = text.replace(/\u001b\[[0-9;]*m/g, "");
  return JUDGED.test(bare) ? `AssertionError: ${bare}` : bare;
};

const AGAIN = "failed, and passed when it was run again";

class Reporter {
  onRunComplete(_contexts, results) {
    const cases = [];
    for (const result of results.testResults) {
      const file = result.testFilePath;
      const broken = result.testExecError || (!result.testResults.length && result.failureMessage);
      if (broken) {
        const text = said(String(result.failureMessage || junit.message(broken)));
        cases.push({ file, name: "(the file)", state: "error", message: text, text });
      }
      for (const test of result.testResults) {
        const text = said((test.failureMessages || []).join("\n"));
        const name = [...test.ancestorTitles, test.title].join(" > ");
        const again = test.status === "passed" && (test.invocations || 1) > 1;
        const state = again ? "failed" : STATES[test.status] || "skipped";
        const message = again ? AGAIN : text.split("\n    at ")[0];
        cases.push({ file, name, state, message, text });
      }
    }
    junit.write(cases);
  }
}

module.exports = Reporter;
