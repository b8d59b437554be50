"""Parts of a policy that look at the row alone, in the catalog's own spelling of it."""

from __future__ import annotations

import pytest

from atom_release.probes.tenancy.groups import groups_of_the_row

_COLUMNS = ("id", "tenant_id", "kind", "shared")
_OWN = "(tenant_id = (current_setting('app.tenant_id'::text))::uuid)"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"({_OWN} OR (kind ~~ 'public%'::text))", ["(kind ~~ 'public%'::text)"]),
        (f"({_OWN} OR shared)", ["shared"]),
        ("shared", ["shared"]),
        (f"({_OWN} OR (lower(kind) = 'free'::text))", ["(lower(kind) = 'free'::text)"]),
        (f'({_OWN} OR ("tenant_id" IS NOT NULL))', ['("tenant_id" IS NOT NULL)']),
        (
            f"({_OWN} OR (EXISTS ( SELECT\n   FROM plans\n  WHERE (notes.kind = 'free'::text))))",
            ["(notes.kind = 'free'::text)"],
        ),
    ],
)
def test_a_part_that_reads_columns_and_nothing_else_is_found(text: str, parts: list[str]) -> None:
    """The outermost part comes first; smaller ones within it may follow."""
    chosen = [group.text for group in groups_of_the_row(text, "notes", _COLUMNS, "tenant_id")]
    assert chosen[:1] == parts


@pytest.mark.parametrize(
    "text",
    [
        _OWN,
        "(tenant_id = current_tenant())",
        f"({_OWN} OR (tenant_id IS NULL))",
        "(EXISTS ( SELECT\n   FROM members m\n  WHERE ((m.tenant_id = notes.tenant_id) AND (m.kind = 'owner'::text))))",
        "(current_setting('app.kind'::text) = kind)",
        "('kind'::text = 'shared'::text)",
    ],
)
def test_what_asks_beyond_the_row_or_is_nobody_s_is_left_to_others(text: str) -> None:
    """Settings, functions of the release, other tables; and rows of no tenant."""
    assert not list(groups_of_the_row(text, "notes", _COLUMNS, "tenant_id", ["current_tenant"]))
