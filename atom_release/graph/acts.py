"""The gate, the audit bundle and the acts.

The end of the graph, where nothing that came before is believed.

`gate` shows as a blocking check whether the decision, read back and derived again, is GREEN. The
acts do not rely on it: each derives the decision itself, and refuses otherwise. Where acts are off,
an act yields no materialization and says what it would have done.
"""

# No postponed annotations here: dagster reads those of asset functions as objects.

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.errors import Refused
from atom_release.gate.vocabulary import Acts, Verdict
from atom_release.graph.blueprint import OWNERS, Blueprint
from atom_release.graph.resource import ReleaseResource
from atom_release.graph.step import work_of
from atom_release.release import progress

if TYPE_CHECKING:
    from atom_release.release.work import Work

GREEN = "green"
ACTS = ("release_tag", "pull_request")
Events = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]


def of(blueprint: Blueprint, *, alone: bool) -> list[dg.AssetsDefinition]:
    """Return the gate, the audit bundle and the acts of one release."""
    return [
        _gate(blueprint),
        _audit_bundle(blueprint),
        _release_tag(blueprint, alone=alone),
        _pull_request(blueprint, alone=alone),
    ]


def _gate(blueprint: Blueprint) -> dg.AssetsDefinition:
    key = blueprint.key("gate")
    check = dg.AssetCheckSpec(
        name=GREEN,
        asset=key,
        blocking=True,
        description=(
            "The signed decision on this commit, read back and derived again, is GREEN and still"
            " holds now."
        ),
    )

    @dg.asset(
        key=key,
        deps=[blueprint.key("snapshot")],
        check_specs=[check],
        description=(
            "Reads the signed decision back, verifies it, derives it again from the evidence, and"
            " shows whether it is GREEN."
        ),
        kinds={"python"},
        owners=OWNERS,
        group_name=blueprint.group("decision"),
    )
    def gate(context: dg.AssetExecutionContext, release: ReleaseResource) -> Events:
        work = work_of(context, blueprint, release, "gate")
        green, said, table = _verdict(work)
        yield dg.MaterializeResult(
            asset_key=key, metadata={"decision": said, "criteria": dg.MetadataValue.md(table)}
        )
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=GREEN,
            passed=green,
            severity=dg.AssetCheckSeverity.ERROR,
            description=said,
        )

    return gate


def _verdict(work: "Work") -> tuple[bool, str, str]:
    from atom_release.gate.documents import (
        markdown,
    )
    from atom_release.release import stored_decision

    try:
        recorded = work.standing
        found = recorded.record if recorded else stored_decision.newest_record(work.subject)
        if recorded is None and found.decision.verdict is Verdict.GREEN:
            stored_decision.green_record(work.subject)
    except Refused as error:
        return False, f"refused: {error}", ""
    decision = found.decision
    return (
        decision.verdict is Verdict.GREEN,
        f"{decision.verdict}: {decision.reason}",
        markdown.decision_table(decision),
    )


def _audit_bundle(blueprint: Blueprint) -> dg.AssetsDefinition:
    key = blueprint.key("audit_bundle")

    @dg.asset(
        key=key,
        deps=[blueprint.key("snapshot")],
        description=(
            "T6: every artifact of the decision in one archive that can be verified offline; for"
            " refusals too, they are worth keeping."
        ),
        kinds={"zip"},
        owners=OWNERS,
        group_name=blueprint.group("decision"),
    )
    def audit_bundle(context: dg.AssetExecutionContext, release: ReleaseResource) -> Events:
        from atom_release.release import bundle_decision

        work = work_of(context, blueprint, release, "audit_bundle")
        name, digest, size = bundle_decision.archive(work)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "bundle": dg.MetadataValue.path(name),
                "sha256": digest,
                "bytes": size,
                "commit": work.subject.commit,
            },
        )

    return audit_bundle


def _release_tag(blueprint: Blueprint, *, alone: bool) -> dg.AssetsDefinition:
    key = blueprint.key("release_tag")

    @dg.asset(
        key=key,
        deps=[blueprint.key("gate")],
        output_required=False,
        pool=f"{blueprint.manifest.release.asset_key}_acts",
        description=(
            "T6: commits the evidence on top of the judged commit, tags it and pushes both, only on"
            " a decision derived again here as GREEN."
        ),
        kinds={"git"},
        owners=OWNERS,
        group_name=blueprint.group("acts"),
    )
    def release_tag(context: dg.AssetExecutionContext, release: ReleaseResource) -> Events:
        from atom_release.release import tag_release

        work = work_of(context, blueprint, release, "release_tag")
        hindrance = why_not(work, context, blueprint, alone=alone)
        if hindrance:
            _not_done(
                work,
                f"{hindrance}: would tag {work.subject.commit[:12]} as {work.manifest.release.tag}",
            )
            return
        released = tag_release.tag(work)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "tag": released.tag,
                "tag object": released.tag_object,
                "release commit": released.commit,
                "judged commit": work.subject.commit,
                "done": "already released" if released.before else "now",
            },
        )

    return release_tag


def _pull_request(blueprint: Blueprint, *, alone: bool) -> dg.AssetsDefinition:
    key = blueprint.key("pull_request")

    @dg.asset(
        key=key,
        deps=[blueprint.key("release_tag")],
        output_required=False,
        pool=f"{blueprint.manifest.release.asset_key}_acts",
        description=(
            "T6: the pull request of the release branch, on the forge that the manifest names, else"
            " as git's own request-pull words."
        ),
        kinds={"git", "markdown"},
        owners=OWNERS,
        group_name=blueprint.group("acts"),
    )
    def pull_request(context: dg.AssetExecutionContext, release: ReleaseResource) -> Events:
        from atom_release.release import open_pull_request

        work = work_of(context, blueprint, release, "pull_request")
        hindrance = why_not(work, context, blueprint, alone=alone)
        if hindrance:
            _not_done(
                work,
                f"{hindrance}: would ask to merge {work.manifest.release.branch} into"
                f" {work.manifest.release.base}",
            )
            return
        asked = open_pull_request.request_merge(work)
        at = {"address": dg.MetadataValue.url(asked.address)} if asked.address else {}
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "request": dg.MetadataValue.md(asked.text),
                "judged commit": work.subject.commit,
                **at,
            },
        )

    return pull_request


def _not_done(work: "Work", what: str) -> None:
    work.log.info("%s", what)
    progress.announce(work.name, what)


def why_not(
    work: "Work", context: dg.AssetExecutionContext, blueprint: Blueprint, *, alone: bool
) -> str:
    """Say why this run may not act although nothing went wrong, or nothing.

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
