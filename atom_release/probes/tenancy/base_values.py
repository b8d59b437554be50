"""Values for the base types of PostgreSQL, the likeliest first, different for every seed.

Arrays, ranges, rows and domains are made of these by `values`.
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise

_SPACE = uuid.UUID("6f1d2c3e-8f2b-5a54-9c3d-3f6a1c0b7e11")
_STRINGS = re.compile(r"'((?:[^']|'')*)'")
_NUMBERS = re.compile(r"(?<![\w'.])-?\d+(?:\.\d+)?(?![\w'])")
_SPREAD = 40  # literals taken from one check at most


def number_of(seed: str) -> int:
    """Return a number between 1000 and 2,000,000,000 for a seed, the same every time."""
    return 1000 + uuid.uuid5(_SPACE, seed).int % 1_999_990_000


def uuid_of(seed: str) -> str:
    """Return a UUID for a seed, the same every time."""
    return str(uuid.uuid5(_SPACE, seed))


def base_candidates(name: str, modifier: int, seed: str, checks: tuple[str, ...]) -> list[str]:
    """Return values of the base type of that name, the likeliest first; `checks` lend literals."""
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
        keys = ",".join(f'"{escaped(key)}":"{escaped(key)}"' for key in dict.fromkeys(strings))
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
    lengths = sorted({int(float(value)) for value in numbers if 0 < float(value) <= 10_000})[:6]  # noqa: PLR2004 - no check asks for more
    shaped = [
        f"{number:010d}{number:010d}"[-length:] if length <= 20 else (word + "x" * length)[:length]  # noqa: PLR2004 - two numbers' width
        for length in lengths
    ]
    shaped += [(word + "abcdefghijkl" * (length // 12 + 1))[:length] for length in lengths] + [
        _letters(number, length)
        for length in lengths
        if length <= 12  # noqa: PLR2004
    ]
    texts = [
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
    texts += [
        f"{word}.example.org",
        f"#{uuid_of(seed)[:6]}",
        uuid_of(seed).replace("-", "") * 2,
        "application/json",
        "2024-01-01",
        "{}",
        "10.0.0.1",
        word.upper(),
    ]
    texts += [
        _letters(number, 3),
        _letters(number, 3).lower(),
        f"{_letters(number, 3)}-{number % 1000:03d}",
        f"{_letters(number, 3)}-{number % 10000:04d}",
    ]
    fitting = [
        text.replace("%", "x").replace("_", "x") if "%" in text else text for text in strings
    ]
    every = [
        *([word] if room >= len(word) else [_letters(number, room)]),
        *fitting,
        *shaped,
        *texts,
    ]
    return [text for text in dict.fromkeys(every) if len(text) <= room]


def _letters(number: int, width: int) -> str:
    return "".join(chr(65 + number // 26**place % 26) for place in range(width))


def _integers(name: str, seed: str, numbers: list[str]) -> list[str]:
    most = {"int2": 32_000, "int4": 2_000_000_000}.get(name, 2_000_000_000)
    own = number_of(seed) % most + (1 if name == "int2" else 0)
    near = [int(float(number)) + step for number in numbers for step in (0, 1, -1)]
    pairs = sorted(near)
    near += [(low + high) // 2 for low, high in pairwise(pairs)]
    inside = [
        low + number_of(seed) % (high - low + 1) for low, high in pairwise(pairs) if high - low > 1
    ]
    every = [own, *inside, *near, 1, 0, 2, 5, 10, 50, 100, 1000, 2024, 443, -1]
    return [
        str(number) for number in dict.fromkeys(every) if -most < number <= most or (name == "int8")
    ]


def _decimals(name: str, modifier: int, seed: str, numbers: list[str]) -> list[str]:
    near = sorted({float(number) for number in numbers})
    middles = [(low + high) / 2 for low, high in pairwise(near)]
    whole = number_of(seed) % 90 + 1
    every = [
        "0.5",
        *(f"{middle:g}" for middle in middles),
        *numbers,
        *(f"{number + step:g}" for number in near for step in (1, -1, 0.5, -0.5)),
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
    dated = [text for text in strings if re.match(r"\d{4}-\d\d-\d\d", text)]
    return [*(moment.strftime(shape) + zone for moment in around), *dated]


def _literals(checks: tuple[str, ...]) -> tuple[list[str], list[str]]:
    strings = [
        literal.replace("''", "'") for check in checks for literal in _STRINGS.findall(check)
    ]
    numbers = [
        literal
        for check in checks
        for literal in _NUMBERS.findall(
            _STRINGS.sub(
                lambda match: f" {match[1]} " if _NUMBERS.fullmatch(match[1]) else " ", check
            )
        )
    ]
    lengths = [
        literal
        for check in checks
        for pair in re.findall(r"\{(\d+)(?:,(\d*))?\}", check)
        for literal in pair
        if literal
    ]
    return (
        list(dict.fromkeys(strings))[:_SPREAD],
        list(dict.fromkeys([*numbers, *lengths]))[:_SPREAD],
    )


def escaped(text: str) -> str:
    """Return a text as it stands between double quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
