"""What rewritten JavaScript says of itself: lines in a file that the run's environment names."""

from __future__ import annotations

VARIABLE = "RELEASE_GATE_SCRIPT_WITNESS"


def function_text(name: str) -> str:
    """Return a function of that name which writes a line, each line once in a process.

    It needs no import, so that it can stand in a module of either kind; what it cannot write it
    leaves unsaid. Its words are those that every Node.js since 8, and every compiler of TypeScript
    of that day, can read.
    """
    return (
        f"function {name}(line) {{ try {{"
        f" const seen = {name}.seen = {name}.seen || new Set();"
        " if (seen.has(line)) return; seen.add(line);"
        ' const files = typeof process.getBuiltinModule === "function"'
        ' ? process.getBuiltinModule("node:fs") : require("fs");'
        f' files.appendFileSync(process.env.{VARIABLE}, line + "\\n");'
        " } catch (_) {} }"
    )
