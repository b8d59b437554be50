// JUnit XML of the cases that a runner told, written in one go when it ends.
"use strict";

const fs = require("fs");
const path = require("path");

const COLORS = /\u001b\[[0-9;]*[A-Za-z]/g;
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g;
const LONGEST = 8000;

const plain = (text) => String(text === undefined || text === null ? "" : text).replace(COLORS, "").replace(UNWRITABLE, "?");
const escaped = (text) =>
  plain(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/[\r\n\t]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** What an error says: its name, its message, and the code of what caused it. */
function message(error) {
  if (error === null || typeof error !== "object") return plain(error).slice(0, LONGEST);
  const name = plain(error.name || "Error");
  const text = plain(error.message);
  const said = text.startsWith(`${name}: `) ? text : `${name}: ${text}`;
  const cause = error.cause && (error.cause.code || error.cause.message);
  return (cause && !said.includes(cause) ? `${said} (${plain(cause)})` : said).slice(0, LONGEST);
}

const stack = (error) => plain((error && error.stack) || "").slice(0, LONGEST);

function line({ file, name, state, message, text }) {
  const place = file ? path.relative(process.cwd(), file) || file : "";
  const head = `<testcase classname="${escaped(place)}" name="${escaped(name)}"`;
  if (state === "passed") return `${head}/>`;
  if (state === "skipped") return `${head}><skipped/></testcase>`;
  const tag = state === "failed" ? "failure" : "error";
  return `${head}><${tag} message="${escaped(message)}">${escaped(text)}</${tag}></testcase>`;
}

/** Write cases: file, name, state (passed, failed, error, skipped), message and text. */
function write(cases, to = process.env.RELEASE_GATE_JUNIT) {
  const text = ["<testsuites><testsuite>", ...cases.map(line), "</testsuite></testsuites>", ""];
  fs.writeFileSync(to, text.join("\n"));
}

module.exports = { message, stack, write };
