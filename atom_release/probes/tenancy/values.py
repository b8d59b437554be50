"""Values for columns, made from their types: text that PostgreSQL reads as that type.

Whether a check accepts them, PostgreSQL says.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

_SPACE = uuid.UUID("6f1d2c3e-8f2b-5a54-9c3d-3f6a1c0b7e11")
_STRINGS = re.compile(r"'((?:[^']|'')*)'")
_NUMBERS = re.compile(r"(?<![\w'.])-?\d+(?:\.\d+)?(?![\w'])")
_SPREAD = 40  # literals taken from one check at most


@dataclass(frozen=True)
class Type:
    """One type of the catalog."""

    oid: int
    schema: str
    name: str
    kind: str  # b(ase), c(omposite), d(omain), e(num), p(seudo), r(ange), m(ultirange)
    category: str
    base: int = 0
    base_modifier: int = -1
    element: int = 0
    not_null: bool = False
    labels: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    fields: tuple[int, ...] = ()
    subtype: int = 0


@dataclass
class Types:
    """All types, by oid."""

    by_oid: dict[int, Type] = field(default_factory=dict)

    def plain(self, oid: int, modifier: int) -> tuple[Type, int]:
        """Return the type beneath domains, and its modifier."""
        one = self.by_oid[oid]
        while one.kind == "d":
            modifier, one = (
                (one.base_modifier if one.base_modifier >= 0 else modifier),
                self.by_oid[one.base],
            )
        return one, modifier

    def candidates(
        self, oid: int, modifier: int, seed: str, checks: tuple[str, ...] = ()
    ) -> list[str]:
        """Return values of that type, the likeliest first.

        Different for every seed where the type has room; `checks` lend literals.
        """
        one, modifier = self.plain(oid, modifier)
        checks = (*checks, *self.domain_checks(oid))
        if one.kind == "e":
            return list(one.labels)
        if one.kind == "c":
            return [
                "("
                + ",".join(
                    _in_row(next(iter(self.candidates(each, -1, seed)), "")) for each in one.fields
                )
                + ")"
            ]
        if one.kind in "rm":
            return self._range(one, seed)
        if one.category == "A":
            inner = (
                self.candidates(one.element, modifier, seed, checks)
                if one.element in self.by_oid
                else []
            )
            return [*("{" + _in_array(value) + "}" for value in inner[:8]), "{}"]
        return _base(one.name, modifier, seed, checks)

    def domain_checks(self, oid: int) -> tuple[str, ...]:
        """Return the checks of a domain and of those beneath it, with VALUE for the value."""
        one = self.by_oid[oid]
        found: tuple[str, ...] = ()
        while one.kind == "d":
            found = (*found, *one.checks)
            one = self.by_oid[one.base]
        return found

    def _range(self, one: Type, seed: str) -> list[str]:
        inner = self.candidates(one.subtype, -1, seed) if one.subtype in self.by_oid else []
        if one.kind == "m":
            return ["{}"]
        return [f'["{value}","{value}"]' for value in inner[:2]] + ["empty"]


def number_of(seed: str) -> int:
    """Return a number between 1000 and 2,000,000,000 for a seed, the same every time."""
    return 1000 + uuid.uuid5(_SPACE, seed).int % 1_999_990_000


def uuid_of(seed: str) -> str:
    """Return a UUID for a seed, the same every time."""
    return str(uuid.uuid5(_SPACE, seed))


def _base(name: str, modifier: int, seed: str, checks: tuple[str, ...]) -> list[str]:
    strings, numbers = _literals(checks)
    if name in {"text", "varchar", "bpchar", "citext", "name", "char"}:
        return _texts(name, modifier, seed, strings, numbers)
    if name in {"int2", "int4", "int8", "oid"}:
        return _integers(name, seed, numbers)
    if name in {"numeric", "float4", "float8", "money"}:
        return _decimals(name, modifier, seed, numbers)
    if name in {"timestamp", "timestamptz", "date"}:
        return _moments(name, seed, strings)
    if name in {"json", "jsonb"}:
        keys = ",".join(f'"{_escaped(one)}":"{_escaped(one)}"' for one in dict.fromkeys(strings))
        return [
            f'{{"gate":"{seed_word(seed)}"}}',
            *([f"{{{keys}}}"] if keys else []),
            "{}",
            "[]",
            '"gate"',
            "1",
        ]
    return _fixed(name, modifier, seed) + strings


def _fixed(name: str, modifier: int, seed: str) -> list[str]:
    number = number_of(seed)
    octets = f"{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    width = max(modifier, 1)
    return {
        "uuid": [uuid_of(seed)],
        "bool": ["true", "false"],
        "bytea": [
            f"\\x{uuid_of(seed).replace('-', '')}",
            f"\\x{uuid_of(seed).replace('-', '') * 2}",
            "\\x",
        ],
        "inet": [f"10.{octets}"],
        "cidr": [f"10.{octets}/32"],
        "macaddr": [
            f"02:00:{number >> 24 & 255:02x}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        ],
        "macaddr8": [
            f"02:00:00:00:{number >> 24 & 255:02x}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        ],
        "interval": ["1 hour", "1 day", "1 month", "0", "1 year"],
        "time": [f"{number % 24:02d}:{number % 60:02d}:{number // 60 % 60:02d}", "00:00", "23:59"],
        "timetz": [f"{number % 24:02d}:{number % 60:02d}:00+00"],
        "bit": [format(number % 2**width, f"0{width}b")],
        "varbit": [format(number % 2 ** min(width, 30), "b")],
        "point": [f"({number % 90},{number % 80})"],
        "lseg": ["[(0,0),(1,1)]"],
        "line": ["{1,-1,0}"],
        "box": ["((1,1),(0,0))"],
        "path": ["[(0,0),(1,1)]"],
        "polygon": ["((0,0),(1,1),(1,0))"],
        "circle": ["<(0,0),1>"],
        "xml": ["<gate/>"],
        "tsvector": [seed_word(seed)],
        "tsquery": [seed_word(seed)],
        "pg_lsn": ["0/1"],
        "jsonpath": ["$"],
        "regclass": ["pg_class"],
        "hstore": ['"gate"=>"1"'],
        "ltree": ["gate"],
        "vector": ["[" + ",".join(["0.5"] * width) + "]"],
        "halfvec": ["[" + ",".join(["0.5"] * width) + "]"],
    }.get(name, [])


def seed_word(seed: str) -> str:
    """Return a short lower-case word for a seed."""
    return f"g{uuid_of(seed)[:8]}"


def _texts(
    name: str, modifier: int, seed: str, strings: list[str], numbers: list[str]
) -> list[str]:
    word, number = seed_word(seed), number_of(seed)
    room = (
        1 if name == "char" else 63 if name == "name" else modifier - 4 if modifier >= 4 else 10_000  # noqa: PLR2004 - the length's header
    )
    lengths = sorted({int(float(one)) for one in numbers if 0 < float(one) <= 10_000})[:6]  # noqa: PLR2004 - no check asks for more
    shaped = [
        f"{number:010d}{number:010d}"[-one:] if one <= 20 else (word + "x" * one)[:one]  # noqa: PLR2004 - two numbers' width
        for one in lengths
    ]
    shaped += [(word + "abcdefghijkl" * (one // 12 + 1))[:one] for one in lengths] + [
        _letters(number, one)
        for one in lengths
        if one <= 12  # noqa: PLR2004
    ]
    known = [
        f"{word}@example.org",
        f"https://example.org/{word}",
        str(number),
        uuid_of(seed),
        f"+49{number}",
        "DE",
        "EUR",
        "en",
        "en-GB",
        "1.0.0",
        "UTC",
    ]
    known += [
        f"{word}.example.org",
        f"#{uuid_of(seed)[:6]}",
        uuid_of(seed).replace("-", "") * 2,
        "application/json",
        "2024-01-01",
        "{}",
        "10.0.0.1",
        word.upper(),
    ]
    known += [
        _letters(number, 3),
        _letters(number, 3).lower(),
        f"{_letters(number, 3)}-{number % 1000:03d}",
        f"{_letters(number, 3)}-{number % 10000:04d}",
    ]
    fitting = [one.replace("%", "x").replace("_", "x") if "%" in one else one for one in strings]
    every = [
        *([word] if room >= len(word) else [_letters(number, room)]),
        *fitting,
        *shaped,
        *known,
    ]
    return [one for one in dict.fromkeys(every) if len(one) <= room]


def _letters(number: int, width: int) -> str:
    return "".join(chr(65 + number // 26**place % 26) for place in range(width))


def _integers(name: str, seed: str, numbers: list[str]) -> list[str]:
    most = {"int2": 32_000, "int4": 2_000_000_000}.get(name, 2_000_000_000)
    own = number_of(seed) % most + (1 if name == "int2" else 0)
    near = [int(float(one)) + step for one in numbers for step in (0, 1, -1)]
    pairs = sorted(near)
    near += [(low + high) // 2 for low, high in pairwise(pairs)]
    inside = [
        low + number_of(seed) % (high - low + 1) for low, high in pairwise(pairs) if high - low > 1
    ]
    every = [own, *inside, *near, 1, 0, 2, 5, 10, 50, 100, 1000, 2024, 443, -1]
    return [str(one) for one in dict.fromkeys(every) if -most < one <= most or (name == "int8")]


def _decimals(name: str, modifier: int, seed: str, numbers: list[str]) -> list[str]:
    near = sorted({float(one) for one in numbers})
    middles = [(low + high) / 2 for low, high in pairwise(near)]
    whole = number_of(seed) % 90 + 1
    every = [
        "0.5",
        *(f"{one:g}" for one in middles),
        *numbers,
        *(f"{one + step:g}" for one in near for step in (1, -1, 0.5, -0.5)),
        f"{whole}",
        "0",
        "1",
        "10",
        "100",
        "-1",
    ]
    if name != "numeric" or modifier < 0:
        every.insert(0, f"{whole}.25")
    return list(dict.fromkeys(every))


def _moments(name: str, seed: str, strings: list[str]) -> list[str]:
    now = datetime.now(UTC).replace(microsecond=0)
    own = now - timedelta(minutes=number_of(seed) % 50)
    around = [
        own,
        now + timedelta(days=1),
        now - timedelta(days=1),
        now + timedelta(days=40),
        now - timedelta(days=40),
        now + timedelta(days=400),
    ]
    shape = "%Y-%m-%d" if name == "date" else "%Y-%m-%d %H:%M:%S"
    zone = "+00" if name == "timestamptz" else ""
    dated = [one for one in strings if re.match(r"\d{4}-\d\d-\d\d", one)]
    return [*(one.strftime(shape) + zone for one in around), *dated]


def _literals(checks: tuple[str, ...]) -> tuple[list[str], list[str]]:
    strings = [one.replace("''", "'") for check in checks for one in _STRINGS.findall(check)]
    numbers = [
        one
        for check in checks
        for one in _NUMBERS.findall(
            _STRINGS.sub(
                lambda match: f" {match[1]} " if _NUMBERS.fullmatch(match[1]) else " ", check
            )
        )
    ]
    lengths = [
        one
        for check in checks
        for pair in re.findall(r"\{(\d+)(?:,(\d*))?\}", check)
        for one in pair
        if one
    ]
    return (
        list(dict.fromkeys(strings))[:_SPREAD],
        list(dict.fromkeys([*numbers, *lengths]))[:_SPREAD],
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _in_array(text: str) -> str:
    return f'"{_escaped(text)}"'


def _in_row(text: str) -> str:
    return f'"{_escaped(text)}"'
