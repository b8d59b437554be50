"""Shares of a whole in a status: "80 % complete", "3/5", "3 of 5 services".

What is less than all is not finished. A number of a unit ("phase 3 of 5") is no share.
"""

from __future__ import annotations

import re
from functools import cache

from atom_release.reader.vocabulary import words

_SHARE = re.compile(
    r"(?<![\d.])(\d{1,7})\s*/\s*(\d{1,7})(?![\d/])|(?<![\d.])(\d{1,3}(?:\.\d+)?)\s*%"
)
_WHOLE = 100.0


@cache
def _share_pattern() -> re.Pattern[str]:
    """Return what matches a share in words, and the word that makes it a unit's number: "phase 3 of 5"."""
    return re.compile(
        rf"(?P<unit>(?:{words('n_numbered').pattern})\s)?(?<![\w./,-])(?P<part>\d{{1,7}})\s"
        rf"(?:{words('share_of').pattern})\s(?P<whole>\d{{1,7}})(?![\w./])"
    )


def _is_part_in_words(text: str) -> bool:
    """Return whether a text in lower case names less than all in words: "3 of 5 services"."""
    share = _share_pattern().search(text) if words("share_of").search(text) else None
    return share is not None and not share["unit"] and int(share["part"]) < int(share["whole"])


def is_unfinished(text: str, *, bracketed: bool = False) -> bool:
    """Return whether it names a share of the whole that is less than all of it.

    As in "80 % complete"; in a bracket a bare percentage may be of anything.
    """
    share = _SHARE.search(text)
    if share is None:
        return _is_part_in_words(text)
    if share[1]:
        return int(share[1]) < int(share[2])
    return float(share[3]) < _WHOLE and (not bracketed or bool(words("pass").search(text)))
