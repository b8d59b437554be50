"""A bundle's bytes follow from its files.

Only a bundle that building would have written is read.
"""

from __future__ import annotations

import io
import stat
import warnings
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atom_release.errors import StoreError
from atom_release.records.bundle import build_bundle, read_bundle
from atom_release.records.canonical import digest

FILES = {"PhaseC_Snapshot.json": b'{"a":1}\n', "evidence/x.json": b"[]\n" * 1000}


def _zip(
    name: str,
    content: bytes = b"x",
    *,
    mode: int = stat.S_IFREG | 0o644,
    compress: int = zipfile.ZIP_STORED,
    times: int = 1,
) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(target, "w") as bundle:
        for _ in range(times):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.create_system, entry.compress_type = mode << 16, 3, compress
            bundle.writestr(entry, content)
    return target.getvalue()


def test_the_bytes_are_fixed() -> None:
    """Another machine, Python or zlib gives this digest too."""
    assert (
        digest(build_bundle(FILES))
        == "c639b0a79ab908f1816fa4dc01218bd404639823273916a000da27da7c1065f7"
    )


def test_order_of_the_files_does_not_matter() -> None:
    assert build_bundle(dict(reversed(FILES.items()))) == build_bundle(FILES)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.from_regex(r"[a-z_][A-Za-z0-9._-]{0,8}(/[a-z][a-z0-9.]{0,5})?", fullmatch=True),
        st.binary(max_size=200),
        max_size=8,
    )
)
def test_what_was_built_is_read(files: dict[str, bytes]) -> None:
    assert read_bundle(build_bundle(files)) == files


def test_the_hand_made_zip_is_otherwise_right() -> None:
    """The refusals below are for what they change, not for being made by hand."""
    assert read_bundle(_zip("x.json")) == {"x.json": b"x"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_zip("../x"), "not a name"),
        (_zip("/etc/passwd"), "not a name"),
        (_zip("a/../../b"), "not a name"),
        (_zip("C:x"), "not a name"),
        (_zip("a\\b"), "not a name"),
        (_zip("folder/"), "not a name"),
        (_zip("x", b"/etc/passwd", mode=stat.S_IFLNK | 0o777), "not a plain file"),
        (_zip("x", mode=stat.S_IFREG | 0o4755), "otherwise than"),
        (_zip("x", times=2), "twice"),
        (_zip("x", b"\0" * 10_000_000, compress=zipfile.ZIP_DEFLATED), "compressed"),
        (build_bundle(FILES) + b"tail", "holds more"),
        (b"head" + build_bundle(FILES), "holds more"),
        (build_bundle(FILES)[:-4], "not a readable bundle"),
        (build_bundle(FILES).replace(b'{"a":1}', b'{"a":2}'), "not a readable bundle"),
        (b"", "not a readable bundle"),
        (b"PK", "not a readable bundle"),
    ],
)
def test_anything_else_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(StoreError, match=says):
        read_bundle(content)


def test_a_name_with_something_behind_a_nul_is_refused() -> None:
    with pytest.raises(StoreError):
        read_bundle(_zip("xxx").replace(b"xxx", b"x\0y"))


def test_a_size_that_is_not_there_is_refused_before_reading() -> None:
    content = bytearray(_zip("x", b"1234"))
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (2**31).to_bytes(4, "little")
    with pytest.raises(StoreError, match="more than its own size"):
        read_bundle(bytes(content))


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", ".env", "a b", ""])
def test_such_names_are_not_written(name: str) -> None:
    with pytest.raises(StoreError):
        build_bundle({name: b""})
