"""How the dangerous action of a service without HTTP is asked for: by programs, and by its rows."""

from __future__ import annotations

from typing import Self

from pydantic import Field, JsonValue, model_validator

from atom_release.gate.manifest.fields import InRepository, Strict


class ProgramStep(Strict):
    """A command, or a function of the release's Python."""

    run: tuple[str, ...] = Field(
        default=(), description="a command; `{python}` is the Python of the service's suite"
    )
    call: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(?!\n)$",
        description="`module:function`, imported as the suite's tests would",
    )
    arguments: dict[str, JsonValue] = Field(
        default_factory=dict, description="what the function is called with, by name"
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.run) == bool(self.call):
            message = "a step is a command (`run`) or a function (`call`), and one of them"
            raise ValueError(message)
        if self.arguments and not self.call:
            message = "only a function has `arguments`; those of a command stand in it"
            raise ValueError(message)
        return self

    @property
    def name(self) -> str:
        """What a reason calls it."""
        return self.call or " ".join(self.run)


class Rows(Strict):
    """Rows of the service's database, in the order in which the query gives them."""

    query: str = Field(min_length=1, description="a SELECT; give it an ORDER BY")
    sqlite: InRepository | None = Field(
        default=None,
        description=(
            "file of a SQLite database, from the suite's directory; default the PostgreSQL that"
            " the suite `needs`"
        ),
    )


class ApprovalByProgram(Strict):
    """How to show, without HTTP, that the dangerous action waits for a person (P-3).

    All of it runs in one copy of the judged tree, in the environment of the service's suite, after
    what the suite has to `prepare`.
    """

    prepare: tuple[ProgramStep, ...] = ()
    state: Rows = Field(description="what the action would change")
    act: ProgramStep = Field(description="the action")
    approve: ProgramStep
    record: Rows = Field(description="the audit record of the action")
    names: tuple[str, ...] = Field(
        default=(), description="what the record must contain, e.g. the approver and the reason"
    )
