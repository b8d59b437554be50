"""The operator's file: what holds for every release that this operator's gate judges.

Floor, trust, base branch, forge, signing key, accepted isolation. It lies outside every repository,
so nobody whose commit is judged has a word in it. Reading the file is not done here: these models
take what a YAML parser gave. What the gate does without a file stands here as the defaults.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from atom_release.gate.manifest.check import OWN_ID, is_own_id
from atom_release.gate.manifest.fields import Duration, Reference, Strict, VariableName
from atom_release.gate.vocabulary import FIXED_CRITERIA, Assurance

SERVICES = "services"
"""In a floor: every service's own criterion, however many services a release has."""

DEFAULT_FLOOR = (SERVICES, "AC1", "P-1", "P-2", "AC5")

DISK_MB, DISK_FILES = 12288, 2_000_000
"""What a rehearsal may leave on the disk, where the operator names nothing else."""

TIMEBOX = timedelta(hours=24)
"""How long a run may take at most, where the operator names nothing else."""


def _criterion(name: str) -> str:
    if name not in {SERVICES, *FIXED_CRITERIA} and not re.fullmatch(OWN_ID, name):
        message = (
            f"{name!r} is neither `{SERVICES}` nor one of {', '.join(FIXED_CRITERIA)}, nor the id"
            " of a check of a release's own, such as L-1"
        )
        raise ValueError(message)
    return name


def _address(address: str) -> str:
    if address.count("@") != 1 or any(character.isspace() for character in address):
        message = f"{address!r} is not an e-mail address as git writes it"
        raise ValueError(message)
    return address


def _absolute(path: str) -> str:
    if not path.startswith("/") or ".." in path.split("/"):
        message = f"{path!r} is not an absolute path"
        raise ValueError(message)
    return path


CriterionName = Annotated[str, AfterValidator(_criterion)]
MailAddress = Annotated[str, AfterValidator(_address)]
AbsolutePath = Annotated[str, AfterValidator(_absolute)]
PublicKeyText = Annotated[
    str,
    Field(
        min_length=1,
        description="public key as PEM, or the path of its file (absolute, or beside this file)",
    ),
]


class Person(Strict):
    """Somebody whose signature counts, with every address that they commit under."""

    name: str = Field(min_length=1)
    addresses: tuple[MailAddress, ...] = Field(
        min_length=1, description="all addresses under which this person writes or commits"
    )
    keys: tuple[PublicKeyText, ...] = Field(
        default=(), description="what this person signs waivers and approvals with"
    )


class Forge(Strict):
    """The forge that opens pull requests, by the names of variables; never a value."""

    address: VariableName = Field(
        default="ATOM_FORGE_URL", description="variable with the API's base URL"
    )
    token: VariableName = Field(
        default="ATOM_FORGE_TOKEN", description="variable with the token, sent to the forge alone"
    )


class AllowedTenancy(Strict):
    """What a release's row-level security may depend on besides its own tenant setting."""

    settings: tuple[str, ...] = Field(
        default=(),
        description="session settings by which a role may see other tenants' rows, by name",
    )


Location = Annotated[
    str,
    Field(
        pattern=r"^(/|[a-z][a-z0-9+.-]*://).+",
        description="absolute path, or URL of an object store",
    ),
]


class DeployedRelease(Strict):
    """One of several releases that a deployment of Dagster has."""

    repository: AbsolutePath = Field(description="clone that is judged")
    revision: Reference = Field(default="HEAD", description="commit, branch or tag that is judged")
    manifest: AbsolutePath | None = Field(
        default=None,
        description="a manifest from elsewhere: the release is audited, and nothing is tagged",
    )
    out: Location = Field(description="where its artifacts go: no other release's")
    inbox: AbsolutePath | None = Field(
        default=None, description="folder of uncommitted reports to audit"
    )
    key: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]*(?!\n)$",
        description="what its assets are prefixed with in place of the manifest's key",
    )
    forge: Forge | None = Field(
        default=None, description="its forge, where it is another than that of all others"
    )


class Operator(Strict):
    """The whole of the operator's file; every field has the default that holds without one."""

    operator: Literal["atom-release/operator/v1"] = "atom-release/operator/v1"
    floor: tuple[CriterionName, ...] = Field(
        default=DEFAULT_FLOOR,
        description=(
            "criteria that every release must ask; leaving one out needs a trusted signature."
            f" `{SERVICES}` is every service's own"
        ),
    )
    assurance: dict[CriterionName, Literal[Assurance.REHEARSED, Assurance.LIVE]] = Field(
        default_factory=dict,
        description="criterion -> the least that counts, whatever a manifest asks",
    )
    approvals: int = Field(
        default=0,
        ge=0,
        le=20,
        description="persons who must approve of every commit since the previous release",
    )
    since: str | None = Field(
        default=None,
        pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})(?!\n)$",
        description=(
            "before a first release: commits after this one need approval; default all that there"
            " are"
        ),
    )
    gates: tuple[PublicKeyText, ...] = Field(
        default=(),
        description="keys of gates whose decisions are believed, besides this gate's own",
    )
    people: tuple[Person, ...] = ()
    base: Reference | None = Field(
        default=None, description="branch that releases go to, whatever a manifest says"
    )
    forge: Forge = Forge()
    releases: tuple[DeployedRelease, ...] = Field(
        default=(), description="releases that one deployment of Dagster judges and tags"
    )
    signing_key: str | None = Field(
        default=None,
        pattern=r"^(file2:/.+|hv:[A-Za-z0-9_.-]+/[0-9]+)(?!\n)$",
        description=(
            "file2:/absolute/path of a PEM key, or hv:NAME/VERSION of a Vault's transit engine;"
            " default the gate's own key file"
        ),
    )
    solo_waivers: bool = Field(
        default=True,
        description="whether a waiver signed by the gate's own key counts where nobody is trusted",
    )
    weak_controls: bool = Field(
        default=True,
        description="whether a manifest may accept a weak control of its own tests",
    )
    isolation: tuple[str, ...] = Field(
        default=(),
        description=(
            "levels of isolation, by the names that the evidence gives them, that are accepted"
            " where better ones did not hold"
        ),
    )
    readable: tuple[AbsolutePath, ...] = Field(
        default=(), description="paths of this machine that the releases' code may read as well"
    )
    bring_toolchains: bool = Field(
        default=True,
        description=(
            "whether a toolchain that a release's files name and this machine lacks is brought from"
            " the package registry that this machine's settings name"
        ),
    )
    disk_mb: int = Field(
        default=DISK_MB,
        ge=64,
        description="MiB that the code of a release may leave on the disk in one rehearsal",
    )
    disk_files: int = Field(
        default=DISK_FILES,
        ge=1000,
        description="files and folders that it may leave there",
    )
    labelled: dict[str, AbsolutePath] = Field(
        default_factory=dict,
        description=(
            "service id -> labelled rows (CSV) that no judged tree holds, put to its code in place"
            " of those that the manifest names"
        ),
    )
    tenancy: AllowedTenancy = AllowedTenancy()
    timebox: Duration = Field(
        default=TIMEBOX,
        description="how long a run may take at most, whatever timebox a manifest names",
    )

    @model_validator(mode="after")
    def _people_differ(self) -> Self:
        names = [person.name.casefold() for person in self.people]
        addresses = [address.casefold() for person in self.people for address in person.addresses]
        keys = ["".join(key.split()) for person in self.people for key in person.keys]
        for listed, kind in ((names, "name"), (addresses, "address"), (keys, "key")):
            twice = sorted({entry for entry in listed if listed.count(entry) > 1})
            if twice:
                message = f"two people share the {kind} {twice[0][:60]!r}"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _releases_differ(self) -> Self:
        places = [release.out.rstrip("/") for release in self.releases]
        twice = sorted({place for place in places if places.count(place) > 1})
        if twice:
            message = f"two releases put their artifacts into {twice[0]!r}"
            raise ValueError(message)
        return self

    def forge_of(self, repository: str | None) -> Forge:
        """Return the forge of the release in a repository, by default that of all."""
        own = [release.forge for release in self.releases if release.repository == repository]
        return next((forge for forge in own if forge is not None), self.forge)

    @property
    def deciding(self) -> Operator:
        """What a decision can depend on: without what is of this machine alone."""
        of_this_machine: dict[str, object] = {
            "forge": Forge(),
            "releases": (),
            "signing_key": None,
            "readable": (),
            "bring_toolchains": True,
            "labelled": {},
            "disk_mb": DISK_MB,
            "disk_files": DISK_FILES,
        }
        return self.model_copy(update={**of_this_machine, "timebox": TIMEBOX})

    def least_assurance(self, criterion: str) -> Assurance:
        """Return the least assurance that counts for a criterion on this operator's word."""
        is_service = criterion not in FIXED_CRITERIA and not is_own_id(criterion)
        named = SERVICES if is_service else criterion
        return self.assurance.get(named, Assurance.REHEARSED)
