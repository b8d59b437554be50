"""What was tried to cross from one tenant to another, and what came of it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from atom_release.gate.facts.finding import Finding
from atom_release.gate.facts.model import Facts


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LeakFact(_Part):
    """One way from one tenant to another; never the content of a row."""

    fault: str
    where: str
    what: str
    remedy: str
    path: str = ""
    line: int = 0

    def as_finding(self) -> Finding:
        """Return it as documents show it."""
        return Finding(
            self.fault,
            f"{self.where}: {self.what}",
            decides=True,
            path=self.path,
            line=self.line,
            remedy=self.remedy,
            identity=(self.where,),
        )


class CheckedTable(_Part):
    """One table with the tenant column, and what each operation on it came to."""

    table: str
    results: dict[str, str]
    own_rows_visible: bool | None = Field(description="None where the role may not read it")
    own_rows_written: bool | None


class CheckedView(_Part):
    """One view or materialized view that the application's role may read."""

    view: str
    materialized: bool
    security_invoker: bool
    rows_for_a_tenant: str
    leaks: tuple[str, ...]


class CheckedFunction(_Part):
    """One SECURITY DEFINER function that the application's role may call."""

    function: str
    calls: int
    leaks: tuple[str, ...]


class IsolationFacts(Facts):
    """The whole examination."""

    role: str
    column: str
    setting: str
    tables: tuple[str, ...] = Field(description="tables with the tenant column")
    children: tuple[str, ...] = Field(description="tables that hang on one of those")
    checked: tuple[CheckedTable, ...]
    views: tuple[CheckedView, ...]
    functions: tuple[CheckedFunction, ...]
    leaks: tuple[LeakFact, ...]
    allowed_settings: tuple[str, ...] = Field(
        description="settings that somebody trusted lets open other tenants' rows"
    )
    not_reachable: tuple[str, ...]
    unpopulated: dict[str, str]
    unexercised: tuple[str, ...]
    undecided: tuple[str, ...]
    warnings: tuple[str, ...]
    pgrls: dict[str, Any] = Field(description="what a linter says of the same schema")
    counts: dict[str, int]

    def list_findings(self) -> tuple[Finding, ...]:
        """Return what people are to look at, then each leak."""
        return (
            *(
                Finding("warning", warning, decides=False, identity=(warning,))
                for warning in self.warnings
            ),
            *(leak.as_finding() for leak in self.leaks),
        )
