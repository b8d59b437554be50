"""The record that a report gives itself, which takes precedence over its prose.

Finding and checking it; `given_record` is how it goes into the record. As front matter under the key `release-claims`, as a fenced block with that word as its language,
or in a file `release-claims.json` beside the report (which may also be the report itself). Prose
that says otherwise is a finding. A block in a comment or in a hidden element is none. One that is not valid is told, and nothing is read in its
place: who says it for machines does not want to be guessed at.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from atom_release.gate.claims.given import GivenClaims
from atom_release.reader import json_lines
from atom_release.reader.decoding import NotText, decode
from atom_release.reader.facts import Document
from atom_release.reader.markdown import GIVEN

NAME = GIVEN
FILE = f"{NAME}.json"
_LONGEST = 65_536
_SHOWN = 80
_NAMED = 4


class NotGiven(ValueError):
    """A claims block is there and is not valid."""


@dataclass(frozen=True)
class Block:
    """A claims block: where it stands, its text, its first line, and what it holds.

    `file` is the path of the file it stands in, where that is not the report; `entry` what that
    file holds for the report.
    """

    where: str
    text: str
    first: int
    file: str | None = None
    entry: Any = None


def own_block(document: Document) -> Block | None:
    """Return the one block that a report shows: fenced, or in its front matter.

    Raises:
        NotGiven: it shows several, so that nobody can tell which one speaks.
    """
    fenced = [
        Block(f"the block on line {given.line - 1}", given.text, given.line)
        for given in document.given
    ]
    front = _front_matter(document.source)
    blocks = [*fenced, *([front] if front else [])]
    if len(blocks) > 1:
        places = " and ".join(block.where for block in blocks[:_NAMED])
        message = f"it gives its claims {len(blocks)} times: {places}"
        raise NotGiven(message)
    return blocks[0] if blocks else None


def block_beside(path: str, beside: bytes) -> Block | None:
    """Return what the file of claims beside a report holds for it.

    Raises:
        NotGiven: the file is no JSON text, or states a key twice.
    """
    try:
        text = decode(beside)
        leaves, repeated = json_lines.leaves(text)
        document = json.loads(text)
    except (NotText, ValueError, RecursionError) as error:
        message = f"{FILE} beside the report is not JSON: {error}"
        raise NotGiven(message) from error
    if repeated:
        key, line = repeated[0]
        message = f"{FILE} beside the report states {key[:_SHOWN]!r} twice, again on line {line}"
        raise NotGiven(message)
    report = PurePosixPath(path)
    reports = document.get("reports") if isinstance(document, dict) else None
    entry = reports.get(report.name) if isinstance(reports, dict) else None
    if entry is None:
        return None
    numbers = [leaf.line for leaf in leaves if leaf.path[:2] == ("reports", report.name)]
    first, last = (min(numbers), max(numbers)) if numbers else (1, 1)
    lines = "\n".join(text.split("\n")[first - 1 : last])
    return Block(FILE, lines, first, (report.parent / FILE).as_posix(), entry)


def _front_matter(lines: Sequence[str]) -> Block | None:
    if not lines or lines[0].strip() != "---":
        return None
    end = next((index for index in range(1, len(lines)) if lines[index].strip() == "---"), None)
    first = next(
        (index for index in range(1, end or 0) if lines[index].startswith(f"{NAME}:")), None
    )
    if end is None or first is None:
        return None
    until = next(
        (index for index in range(first + 1, end) if re.match(r"[^\s#]", lines[index])), end
    )
    return Block("the front matter", "\n".join(lines[first:until]), first + 1)


def given_claims(block: Block) -> GivenClaims:
    """Return what a block holds.

    Raises:
        NotGiven: it is no YAML or JSON, or not of the published form; the sentence says where.
    """
    try:
        content = _content(block.text) if block.entry is None else block.entry
        if isinstance(content, dict) and set(content) == {NAME}:
            content = content[NAME]
        return GivenClaims.model_validate_json(json.dumps(content))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "its top"
        raise NotGiven(
            f"{block.where} is no valid claims block: {place}: {first['msg']}"
        ) from error
    except (ValueError, TypeError, RecursionError) as error:
        message = str(error).split("\n", maxsplit=1)[0]
        raise NotGiven(f"{block.where} is no valid claims block: {message}") from error


def _content(text: str) -> Any:  # noqa: ANN401 - whatever the block holds
    if len(text) > _LONGEST:
        message = f"larger than {_LONGEST} characters"
        raise ValueError(message)
    import yaml

    try:
        if any(
            isinstance(event, yaml.events.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)
        ):
            message = "aliases are not accepted"
            raise ValueError(message)
        content = yaml.load(text, _plain_loader())  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())[:200]) from error
    return content


def _repeated(keys: Sequence[str]) -> str:
    counted = Counter(keys)
    return next(key[:_SHOWN] for key in keys if counted[key] > 1)


def _plain_loader() -> Any:  # noqa: ANN401 - PyYAML is loaded only where there is a block
    """Return a YAML loader that leaves dates as they are written, and takes no key twice."""
    import yaml

    resolvers = {
        letter: [entry for entry in entries if entry[0] != "tag:yaml.org,2002:timestamp"]
        for letter, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    class Plain(yaml.SafeLoader):
        yaml_implicit_resolvers = resolvers

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - PyYAML's
            keys = [str(key.value) for key, _ in node.value]
            if len(set(keys)) < len(keys):
                message = f"it states {_repeated(keys)!r} twice"
                raise ValueError(message)
            return super().construct_mapping(node, deep)

    return Plain
