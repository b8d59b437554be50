// A reporter for node's own runner: what its stream tells, test by test, as JUnit XML.
import path from "node:path";

import junit from "./junit.cjs";

const OF_OTHERS = new Set(["subtestsFailed", "cancelledByParent"]);

function told(error) {
  const inner = error && error.cause && typeof error.cause === "object" ? error.cause : error;
  return { message: junit.message(inner), text: junit.stack(inner) };
}

/** A test's name; a file that is a test by itself is named alike in every copy. */
const titled = ({ name, file }) =>
  path.isAbsolute(name) && name === file ? path.relative(process.cwd(), name) : name;

export default async function* reporter(events) {
  const cases = [];
  const above = [];
  for await (const { type, data } of events) {
    if (type === "test:start") above[data.nesting] = titled(data);
    if (type !== "test:pass" && type !== "test:fail") continue;
    const error = data.details && data.details.error;
    const suite = data.details && data.details.type === "suite";
    if (suite && (type === "test:pass" || OF_OTHERS.has(error && error.failureType))) continue;
    const name = [...above.slice(0, data.nesting), titled(data)].join(" > ");
    const left = data.skip !== undefined || data.todo !== undefined;
    const state = left ? "skipped" : type === "test:pass" ? "passed" : "failed";
    cases.push({ file: data.file, name, state, ...(state === "failed" ? told(error) : {}) });
  }
  junit.write(cases);
  yield "";
}
