"""The gate, the audit bundle and the acts.

The end of the graph, where nothing that came before is believed.

`gate` shows as a blocking check whether the decision, read back and derived again, is GREEN. The
acts do not rely on it: each derives the decision itself, and refuses otherwise. Where acts are off,
an act yields no materialization and says what it would have done.
"""

# No postponed annotations here: dagster reads those of asset functions as objects.

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.errors import AtomReleaseError, Refused
from atom_release.gate.vocabulary import Acts
from atom_release.graph import act_steps
from atom_release.graph.act_steps import announce, commit_of
from atom_release.graph.blueprint import ALONE, OWNERS, Blueprint
from atom_release.graph.step import work_of
from atom_release.records import names
from atom_release.release import progress

if TYPE_CHECKING:
    from atom_release.release.work import Work

GREEN = "green"
_VERDICT = "decision"
_READ = "Read it with `atom-release explain`."
Event = dg.MaterializeResult[None] | dg.AssetCheckResult
Events = Iterator[Event]


@dataclass(frozen=True)
class Ending:
    """One asset of the graph's end.

    `would` says of a work what the act would do, or nothing where there is nothing to do; what has
    none is no act, and always happens. What opens the release `anew` acts on what it means now.
    """

    name: str
    upstream: str
    stage: str
    describes: str
    kinds: frozenset[str]
    step: Callable[["Work"], Events]
    would: Callable[["Work"], str] | None = None
    check: str | None = None
    anew: bool = True

    @property
    def is_act(self) -> bool:
        """Whether it changes something outside of the gate's own store."""
        return self.would is not None


def endings(blueprint: Blueprint, *, alone: bool) -> list[dg.AssetsDefinition]:
    """Return the gate, the audit bundle and the acts of one release."""
    return [_asset(blueprint, ending, alone=alone) for ending in _ENDINGS]


def _asset(blueprint: Blueprint, ending: Ending, *, alone: bool) -> dg.AssetsDefinition:
    """Make the Dagster asset of one ending; an act that may not happen says what it would do."""
    key = blueprint.key(ending.name)
    check = ending.check and dg.AssetCheckSpec(
        name=GREEN, asset=key, blocking=True, description=ending.check
    )

    @dg.asset(
        key=key,
        deps=[blueprint.key(ending.upstream)],
        check_specs=[check] if check else None,
        output_required=not ending.is_act,
        op_tags={ALONE: "true"},
        pool=f"{blueprint.asset_key}_acts" if ending.is_act else None,
        description=ending.describes,
        kinds=set(ending.kinds),
        owners=OWNERS,
        required_resource_keys={blueprint.resource},
        group_name=blueprint.group(ending.stage),
    )
    def asset(context: dg.AssetExecutionContext) -> Events:
        work = work_of(context, blueprint, ending.name, anew=ending.anew)
        with progress.step(ending.name):
            if ending.would is not None:
                hindrance = why_not(work, context, blueprint, alone=alone)
                if hindrance:
                    if deed := ending.would(work):
                        announce(work, f"{hindrance}: would {deed}")
                    return
            with _told_in_a_sentence():
                yield from ending.step(work)

    return asset


@contextmanager
def _told_in_a_sentence() -> Iterator[None]:
    """Fail the step with the sentence of a refusal: where it was raised tells nobody anything."""
    try:
        yield
    except AtomReleaseError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"why": error.message, "what to do": error.remedy or "nothing"},
            allow_retries=False,
        ) from None


def _show_decision(work: "Work") -> Events:
    from atom_release.gate.documents.markdown import COLUMNS
    from atom_release.graph.metadata import table_of
    from atom_release.release.standing_verdict import standing_verdict

    standing = standing_verdict(work)
    yield dg.MaterializeResult(
        data_version=_version(work, names.DECISION),
        metadata={
            _VERDICT: standing.sentence,
            "criteria": table_of(COLUMNS, standing.cells),
            "in Markdown": dg.MetadataValue.md(standing.table),
            "commit": commit_of(work),
        },
    )
    yield dg.AssetCheckResult(
        check_name=GREEN,
        passed=standing.is_green,
        severity=dg.AssetCheckSeverity.ERROR,
        description=standing.sentence,
    )
    if not standing.is_green:
        # The check would refuse too: "1 blocking asset check failed", and not why.
        raise dg.Failure(
            description=f"{standing.sentence}. {_READ}",
            metadata={_VERDICT: standing.sentence, **standing.refusing},
            allow_retries=False,
        )


def is_refusal(event: dg.DagsterEvent) -> bool:
    """Return whether a step failed because the decision is not GREEN, and nothing else is wrong."""
    failure = event.step_failure_data.user_failure_data
    return failure is not None and _VERDICT in failure.metadata


def _version(work: "Work", ending: str) -> dg.DataVersion | None:
    """Return the digest of an artifact of the newest run on the commit, where there is one."""
    run = work.subject.store.newest_complete(work.subject.commit)
    digest = run.names().get(work.names.artifact(ending)) if run is not None else None
    return dg.DataVersion(digest) if digest else None


def _bundle(work: "Work") -> Events:
    from atom_release.release import bundle_decision

    path, digest, size = bundle_decision.archive(work)
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(digest),
        metadata={
            "bundle": dg.MetadataValue.path(path),
            "sha256": digest,
            "bytes": size,
            "commit": commit_of(work),
        },
    )


def _show_on_forge(work: "Work") -> Events:
    """Show the verdict; that a forge does not take it makes no release worse, and is said."""
    from atom_release.release.show_verdict import show_verdict

    try:
        addresses = show_verdict(work)
    except AtomReleaseError as error:
        announce(work, f"not shown on the forge: {error}")
        return
    if addresses is not None:
        links = {f"comment {at}": dg.MetadataValue.url(url) for at, url in enumerate(addresses, 1)}
        yield dg.MaterializeResult(metadata={"commit": commit_of(work), **links})


def _would_show(work: "Work") -> str:
    from atom_release.release.forge_place import is_named

    return "show the verdict on the forge" if is_named(work) else ""


_ENDINGS = (
    Ending(
        "gate",
        "snapshot",
        "decision",
        "Reads the signed decision back, verifies it, derives it again from the evidence, and"
        " shows whether it is GREEN.",
        frozenset({"python"}),
        _show_decision,
        check=(
            "The signed decision on this commit, read back and derived again, is GREEN and still"
            " holds now."
        ),
    ),
    Ending(
        "audit_bundle",
        "snapshot",
        "decision",
        "T6: every artifact of the decision in one archive that can be verified offline; for"
        " refusals too, they are worth keeping.",
        frozenset({"zip"}),
        _bundle,
    ),
    Ending(
        "commit_status",
        "snapshot",
        "acts",
        "Shows the verdict on the forge, RED and BLOCKED too: as the status of the judged commit,"
        " and as a comment in its open pull requests, each brought up to date in place.",
        frozenset({"git"}),
        _show_on_forge,
        would=_would_show,
        anew=False,  # it speaks of the commit that was judged, wherever the branch is now
    ),
    Ending(
        "release_tag",
        "gate",
        "acts",
        "T6: commits the evidence on top of the judged commit, tags it and pushes both, only on"
        " a decision derived again here as GREEN.",
        frozenset({"git"}),
        act_steps.tag,
        would=act_steps.would_tag,
    ),
    Ending(
        "pull_request",
        "release_tag",
        "acts",
        "T6: the pull request of the release branch, on the forge that the manifest names, else"
        " as git's own request-pull words.",
        frozenset({"git", "markdown"}),
        act_steps.open_pull_request,
        would=lambda work: (
            f"ask to merge {work.manifest.release.branch} into {work.manifest.release.base}"
        ),
    ),
)
ACTS = tuple(ending.name for ending in _ENDINGS if ending.is_act)


def why_not(
    work: "Work", context: dg.AssetExecutionContext, blueprint: Blueprint, *, alone: bool
) -> str:
    """Return why this run may not act although nothing went wrong, or nothing.

    Raises:
        Refused: several releases are loaded and this run is not of one release's own job.
    """
    if work.settings.dry_run:
        return "dry run"
    if work.subject.external:
        return "the manifest is not the one in the judged commit"
    if work.manifest.acts is Acts.OFF:
        return "acts are off in the manifest"
    started_by_sensor = "dagster/sensor_name" in context.run.tags
    if started_by_sensor and work.manifest.acts is not Acts.AUTOMATIC:
        return "a sensor started this run, and the manifest does not say acts: automatic"
    if not alone and context.run.job_name != blueprint.job_name:
        raise Refused(
            "Several releases are loaded, and this run is not for one of them alone.",
            f"Run the job {blueprint.job_name}.",
        )
    return ""
