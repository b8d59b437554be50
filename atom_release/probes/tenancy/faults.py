"""What is wrong with a schema's isolation, each with where it is and the SQL that would mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.gate.manifest import Tenancy
    from atom_release.probes.tenancy.catalog import Catalog, Function, Role, Table, Window


@dataclass(frozen=True)
class Leak:
    """One fault; never the content of a row."""

    fault: str
    where: str
    description: str
    remedy: str
    path: str = ""
    line: int = 0

    def described(self) -> dict[str, Any]:
        """Return it for the facts."""
        facts = asdict(self)
        facts["what"] = facts.pop("description")
        return facts

    def __str__(self) -> str:
        """Return it as one phrase."""
        return f"{self.where}: {self.description}"


def quoted(*names: str) -> str:
    """Return a name as SQL."""
    from psycopg.sql import Identifier

    return Identifier(*names).as_string(None)


def of_role(role: Role, tenancy: Tenancy) -> Iterator[Leak]:
    """Find what lets the application's role past every policy."""
    name = quoted(tenancy.role)
    if role.superuser:
        yield Leak(
            "role-superuser",
            tenancy.role,
            "the application's role is superuser: no policy holds for it",
            f"ALTER ROLE {name} NOSUPERUSER;",
        )
    if role.bypasses:
        yield Leak(
            "role-bypassrls",
            tenancy.role,
            "the application's role has BYPASSRLS: no policy holds for it",
            f"ALTER ROLE {name} NOBYPASSRLS;",
        )
    for other in role.may_become:
        description = (
            f"the application's role is a member of {other}, which owns protected tables or is"
            " exempt from their policies"
        )
        yield Leak("role-member", tenancy.role, description, f"REVOKE {quoted(other)} FROM {name};")


def of_catalog(catalog: Catalog, tenancy: Tenancy) -> Iterator[Leak]:
    """Find what the catalog alone shows."""
    for table in sorted(catalog.tables.values(), key=lambda leak: leak.label):
        if table.policies and not table.protected:
            description = "has policies, but row-level security is not enabled: they do nothing"
            yield Leak("policy-not-enabled", table.label, description, protecting(table))
        if tenancy.column in table.columns and table.kind != "f":
            yield from _of_table(table, tenancy)


def _of_table(table: Table, tenancy: Tenancy) -> Iterator[Leak]:
    name, reachable = quoted(table.schema, table.name), bool(table.privileges - {"TRUNCATE"})
    if table.owner == tenancy.role:
        description = f"is owned by {tenancy.role}, which can switch its policies off"
        yield Leak(
            "role-owns", table.label, description, f"ALTER TABLE {name} OWNER TO another_role;"
        )
    if table.protected and not table.forced:
        description = (
            "row-level security is not forced: the tables' owner reads and writes every tenant's"
            " rows"
        )
        yield Leak(
            "rls-not-forced",
            table.label,
            description,
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;",
        )
    if not table.protected and not table.policies and reachable:
        kind = (
            f"a partition that {tenancy.role} reaches directly, and"
            if table.partition
            else f"has {tenancy.column}, and {tenancy.role} reaches it, but"
        )
        remedy = (
            f"REVOKE ALL ON {name} FROM {quoted(tenancy.role)};"
            if table.partition
            else f"{protecting(table)} {policy(table, tenancy)}"
        )
        yield Leak("rls-missing", table.label, f"{kind} there is no row-level security", remedy)
    if table.protected and not table.policies and reachable:
        yield Leak(
            "policy-missing",
            table.label,
            "row-level security is enabled, but there is no policy: no tenant sees its own rows",
            policy(table, tenancy),
        )


def protecting(table: Table) -> str:
    """Return the SQL that makes a table's policies bind everyone."""
    name = quoted(table.schema, table.name)
    return (
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY; ALTER TABLE {name} FORCE ROW LEVEL"
        " SECURITY;"
    )


def policy(table: Table, tenancy: Tenancy, *, restrictive: bool = False) -> str:
    """Return the SQL of a policy that lets a tenant see and write its own rows only."""
    rule = (
        f"({quoted(tenancy.column)}::text = nullif(current_setting('{tenancy.setting}', true), ''))"
    )
    kind, name = (" AS RESTRICTIVE", "tenant_only") if restrictive else ("", "tenant_isolation")
    on = f"{name} ON {quoted(table.schema, table.name)}{kind}"
    return f"CREATE POLICY {on} USING {rule} WITH CHECK {rule};"


def of_window(window: Window, tenancy: Tenancy, when: str) -> Leak:
    """Return the leak of a view."""
    name = quoted(window.schema, window.name)
    if window.materialized:
        remedy = f"REVOKE SELECT ON {name} FROM {quoted(tenancy.role)};"  # noqa: S608 - for a person to read, never run here
        return Leak(
            "materialized-view",
            window.label,
            f"shows rows of another tenant {when}: no policy holds for a materialized view",
            remedy,
        )
    return Leak(
        "view",
        window.label,
        f"shows rows of another tenant {when}",
        f"ALTER VIEW {name} SET (security_invoker = true);",
    )


def of_function(
    function: Function, tenancy: Tenancy, *, setting: bool, returning: bool, damaging: bool
) -> Iterator[Leak]:
    """Yield the leaks of a SECURITY DEFINER function."""
    revoke = f"REVOKE EXECUTE ON FUNCTION {function.signature} FROM PUBLIC, {quoted(tenancy.role)};"
    invoker = f"ALTER FUNCTION {function.signature} SECURITY INVOKER;"
    if setting:
        description = (
            "SECURITY DEFINER, and sets the tenant of the session to whichever it is given"
        )
        yield Leak("definer-sets-tenant", function.label, description, revoke)
    if returning:
        yield Leak(
            "definer-function",
            function.label,
            "SECURITY DEFINER, and returns what depends on another tenant's rows",
            invoker,
        )
    if damaging:
        yield Leak(
            "definer-function-writes",
            function.label,
            "SECURITY DEFINER, and changes or deletes another tenant's rows",
            invoker,
        )
