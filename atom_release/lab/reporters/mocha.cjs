// A reporter for mocha: what its runner tells, test by test and hook by hook, as JUnit XML.
"use strict";

const junit = require("./junit.cjs");

const AGAIN = new Error("failed, and passed when it was run again");

module.exports = function Reporter(runner) {
  const cases = [];
  const add = (test, state, error) =>
    cases.push({
      file: test.file || (test.parent && test.parent.file),
      name: typeof test.titlePath === "function" ? test.titlePath().join(" > ") : test.fullTitle(),
      state,
      message: junit.message(error),
      text: junit.stack(error),
    });
  const again = (test) => typeof test.currentRetry === "function" && test.currentRetry() > 0;
  runner.on("pass", (test) => (again(test) ? add(test, "failed", AGAIN) : add(test, "passed")));
  runner.on("pending", (test) => add(test, "skipped"));
  runner.on("fail", (test, error) => add(test, test.type === "hook" ? "error" : "failed", error));
  runner.once("end", () => junit.write(cases));
};
