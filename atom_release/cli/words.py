"""What `--help` says of each command beside its options: an example, exit statuses, what is next.

The first lines of a command's help are its own docstring. No option and no rule lives here.
"""

from __future__ import annotations

from dataclasses import dataclass

_DECISION = "0 GREEN, 1 RED, 2 misuse, 3 BLOCKED"
_USUAL = "0 done, 1 refused or not possible, 2 misuse"


@dataclass(frozen=True)
class Words:
    """One command: what it is for in one line of the list, an example, statuses, what is next."""

    summary: str
    example: str
    statuses: str
    following: str

    @property
    def epilog(self) -> str:
        """The end of the command's help, each line as it stands."""
        return _as_it_stands(
            ("Example", self.example), ("Exit status", self.statuses), ("Next", self.following)
        )


def _as_it_stands(*parts: tuple[str, str]) -> str:
    """Return labelled parts, marked so that no line of them is wrapped."""
    lines = [
        line
        for label, text in parts
        for line in (f"{label}:", *(f"  {row}" for row in text.split("\n")))
    ]
    return "\n".join(("\b", *lines))


COMMANDS = {
    "run": Words(
        "Judge the release; on GREEN, tag it and open the pull request.",
        "atom-release run --dry-run\natom-release run --only T3 --out /tmp/task",
        f"{_DECISION},\n4 decided GREEN, but an act failed",
        "atom-release explain, where it is not GREEN",
    ),
    "audit": Words(
        "Judge the release and write the reports; change nothing.",
        "atom-release audit --out /tmp/audit\natom-release audit --repo ../shop --rev v2-rc1",
        _DECISION,
        "atom-release explain, or atom-release run on GREEN",
    ),
    "claims": Words(
        "Read service reports and show what they claim, line by line.",
        "atom-release claims reports/*.md\natom-release claims --check reports",
        "0 read, 1 --check: something is not so,\n2 misuse: a path that cannot be read",
        "docs/claims.md tells how to write what is read rightly",
    ),
    "explain": Words(
        "Say why each criterion is not PASS, and what would change it.",
        "atom-release explain\natom-release explain P-2 C.1",
        _USUAL,
        "make the change, commit, and atom-release audit again",
    ),
    "status": Words(
        "Show the last decision, the tag, and the next command.",
        "atom-release status\natom-release status --json",
        "0 GREEN, 1 RED or not judged, 2 misuse, 3 BLOCKED",
        "the command that it names",
    ),
    "verify": Words(
        "Check an audit bundle offline: signature, digests, decision.",
        "atom-release verify AuditBundle.zip --key gate.pem.pub",
        "0 verified, 1 not verified, or it would not hold --as-of,\n2 misuse",
        "docs/verify_without_us.py does it with python3 and openssl alone",
    ),
    "diff": Words(
        "Compare two decisions: what differs in outcome or evidence.",
        "atom-release diff before.zip after.zip --page diff.html",
        _USUAL,
        "atom-release explain, for what is no longer PASS",
    ),
    "waive": Words(
        "Sign a waiver for one failed criterion of the last decision.",
        "atom-release waive --criterion P-6 --reason 'known, fixed in 3.1' \\\n"
        "  --ticket REL-7 --approver ada@example.org \\\n"
        "  --expires 2026-12-31T18:00:00Z --key ada.pem",
        _USUAL,
        "atom-release run: the decision is made again, with the waiver",
    ),
    "approve": Words(
        "Sign that the commit may be released.",
        "atom-release approve --approver ada@example.org \\\n"
        "  --expires 2026-12-31T18:00:00Z --key ada.pem",
        _USUAL,
        "atom-release run: the decision is made again, with the approval",
    ),
    "ledger": Words(
        "Show the verdict on every claim of every service report.",
        "atom-release ledger --out /tmp/audit",
        _USUAL,
        "correct the report or the code, commit, and audit again",
    ),
    "health": Words(
        "Show each criterion's history: never failed, flapping, seconds.",
        "atom-release health",
        _USUAL,
        "look first at criteria that never failed: could they?",
    ),
    "reference": Words(
        "Write the bundled example release to a folder.",
        "atom-release reference /tmp/example",
        _USUAL,
        "atom-release audit --repo /tmp/example/repository",
    ),
    "scenarios": Words(
        "List the example's defects and the criterion each one turns.",
        "atom-release scenarios",
        "0 listed",
        "atom-release audit --scenario rls-view-leak --out /tmp/red",
    ),
    "init": Words(
        "Draft release.yaml from what the repository holds.",
        "atom-release init\natom-release init ../shop --answers answers.yaml\n"
        "atom-release init --next D",
        "0 drafted, 2 misuse: one is there already, or is not released",
        "read release.yaml, then atom-release audit",
    ),
    "prove": Words(
        "Prove a check: green as it is, red with a known-bad change.",
        "atom-release prove --control bad.patch -- pytest tests/test_money.py",
        "0 proven, 1 red as it is, 2 misuse, 3 could not be told,\n"
        "4 flaky, 5 dead control, 6 weak control",
        "name the check under `checks` in release.yaml",
    ),
    "doctor": Words(
        "Show what this machine can do: Pythons, tools, isolation.",
        "atom-release doctor",
        "0 shown",
        "install what a line names, where your release needs it",
    ),
    "keygen": Words(
        "Make the gate's signing key, if there is none.",
        "atom-release keygen",
        _USUAL,
        "give the public half to those who verify",
    ),
    "state": Words(
        "Show where history, journal and turns are kept, or prepare it.",
        "atom-release state\natom-release state --prepare gate",
        "0 shown, 2 misuse: it cannot be used",
        "docs/operate.md",
    ),
    "sweep": Words(
        "Remove what killed gates left on this machine.",
        "atom-release sweep",
        "0 done, 2 misuse",
        "docs/operate.md",
    ),
    "schema": Words(
        "Print a JSON schema: manifest, operator's file, outputs.",
        "atom-release schema > release.schema.json\natom-release schema --of explain",
        "0 printed, 2 misuse",
        "name it in your editor for release.yaml",
    ),
    "ui": Words(
        "Open Dagster on loopback with the history of the runs.",
        "atom-release ui --port 3000",
        "that of Dagster when it ends",
        "open http://127.0.0.1:3000",
    ),
}
"""Every command by its name."""

PROGRAM = _as_it_stands(
    ("Example", "atom-release audit --out /tmp/audit\natom-release explain --out /tmp/audit"),
    ("Exit status", f"{_DECISION},\n4 decided GREEN, but an act failed"),
    ("Next", "atom-release COMMAND --help"),
)
"""The end of the help of the whole."""
