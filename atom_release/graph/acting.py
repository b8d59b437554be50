"""The gate, the audit bundle and the acts: the end of the graph, where nothing that came before is believed.

`gate` shows as a blocking check whether the decision, read back and derived again, is GREEN. The acts do not rely on it: each derives the
decision itself, and refuses otherwise. Where acts are off, an act yields no materialization and says what it would have done.
"""

# No postponed annotations here: dagster reads those of asset functions as objects.

from collections.abc import Iterator

import dagster as dg

from atom_release.errors import Refused
from atom_release.gate.vocabulary import Acts, Verdict
from atom_release.graph import progress
from atom_release.graph.blueprint import OWNERS, Blueprint
from atom_release.graph.step import ReleaseResource, Step

GREEN = "green"
ACTS = ("release_tag", "pull_request")
Events = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]


def of(blueprint: Blueprint, *, alone: bool) -> list[dg.AssetsDefinition]:
    """Give the gate, the audit bundle and the acts of one release."""
    return [_gate(blueprint), _audit_bundle(blueprint), _release_tag(blueprint, alone=alone), _pull_request(blueprint, alone=alone)]


def _gate(blueprint: Blueprint) -> dg.AssetsDefinition:
    key = blueprint.key("gate")
    check = dg.AssetCheckSpec(
        name=GREEN, asset=key, blocking=True, description="The signed decision on this commit, read back and derived again, is GREEN and still holds now."
    )

    @dg.asset(
        key=key,
        deps=[blueprint.key("snapshot")],
        check_specs=[check],
        description="Reads the signed decision back, verifies it, derives it again from the evidence, and shows whether it is GREEN.",
        kinds={"python"},
        owners=OWNERS,
        group_name=blueprint.group("decision"),
    )
    def gate(context: dg.AssetExecutionContext, release: ReleaseResource) -> Events:
        step = Step(context, blueprint, release.settings(blueprint.location), "gate")
        green, said, table = _verdict(step)
        yield dg.MaterializeResult(asset_key=key, metadata={"decision": said, "criteria": dg.MetadataValue.md(table)})
        yield dg.AssetCheckResult(asset_key=key, check_name=GREEN, passed=green, severity=dg.AssetCheckSeverity.ERROR, description=said)

    return gate


def _verdict(step: Step) -> tuple[bool, str, str]:
    from atom_release.gate import reports  # noqa: PLC0415 - loaded when a step runs: the definitions are the shape of the graph
    from atom_release.graph import trust  # noqa: PLC0415 - the same

    try:
        recorded = step.standing
        found = recorded.record if recorded else trust.newest_record(step.subject)
        if recorded is None and found.decision.verdict is Verdict.GREEN:
            trust.green_record(step.subject)
    except Refused as error:
        return False, f"refused: {error}", ""
    decision = found.decision
    return decision.verdict is Verdict.GREEN, f"{decision.verdict}: {decision.reason}", reports.decision_table(decision)


def _audit_bundle(blueprint: Blueprint) -> dg.AssetsDefinition:
    key = blueprint.key("audit_bundle")

    @dg.asset(
        key=key,
        deps=[blueprint.key("snapshot")],
        description="T6: every artifact of the decision in one archive that can be verified offline; for refusals too, they are worth keeping.",
        kinds={"zip"},
        owners=OWNERS,
        group_name=blueprint.group("decision"),
    )
    def audit_bundle(context: dg.AssetExecutionContext, release: ReleaseResource) -> Events:
        from atom_release.graph import archiving  # noqa: PLC0415 - see above

        step = Step(context, blueprint, release.settings(blueprint.location), "audit_bundle")
        name, digest, size = archiving.archive(step)
        yield dg.MaterializeResult(
            asset_key=key, metadata={"bundle": dg.MetadataValue.path(name), "sha256": digest, "bytes": size, "commit": step.subject.commit}
        )

    return audit_bundle


def _release_tag(blueprint: Blueprint, *, alone: bool) -> dg.AssetsDefinition:
    key = blueprint.key("release_tag")

    @dg.asset(
        key=key,
        deps=[blueprint.key("gate")],
        output_required=False,
        pool=f"{blueprint.manifest.release.asset_key}_acts",
        description="T6: commits the evidence on top of the judged commit, tags it and pushes both, only on a decision derived again here as GREEN.",
        kinds={"git"},
        owners=OWNERS,
        group_name=blueprint.group("acts"),
    )
    def release_tag(context: dg.AssetExecutionContext, release: ReleaseResource) -> Events:
        from atom_release.graph import releasing  # noqa: PLC0415 - see above

        step = Step(context, blueprint, release.settings(blueprint.location), "release_tag")
        hindrance = why_not(step, alone=alone)
        if hindrance:
            _not_done(step, f"{hindrance}: would tag {step.subject.commit[:12]} as {step.manifest.release.tag}")
            return
        released = releasing.tag(step)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "tag": released.tag,
                "tag object": released.tag_object,
                "release commit": released.commit,
                "judged commit": step.subject.commit,
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
        description="T6: the pull request of the release branch, on the forge that the manifest names, else as git's own request-pull words.",
        kinds={"git", "markdown"},
        owners=OWNERS,
        group_name=blueprint.group("acts"),
    )
    def pull_request(context: dg.AssetExecutionContext, release: ReleaseResource) -> Events:
        from atom_release.graph import merging  # noqa: PLC0415 - see above

        step = Step(context, blueprint, release.settings(blueprint.location), "pull_request")
        hindrance = why_not(step, alone=alone)
        if hindrance:
            _not_done(step, f"{hindrance}: would ask to merge {step.manifest.release.branch} into {step.manifest.release.base}")
            return
        asked = merging.request_merge(step)
        at = {"address": dg.MetadataValue.url(asked.address)} if asked.address else {}
        yield dg.MaterializeResult(asset_key=key, metadata={"request": dg.MetadataValue.md(asked.text), "judged commit": step.subject.commit, **at})

    return pull_request


def _not_done(step: Step, what: str) -> None:
    step.context.log.info("%s", what)
    progress.announce(step.name, what)


def why_not(step: Step, *, alone: bool) -> str:
    """Say why this run may not act although nothing went wrong, or nothing.

    Raises:
        Refused: several releases are loaded and this run is not of one release's own job.
    """
    if step.settings.dry_run:
        return "dry run"
    if step.subject.external:
        return "the manifest is not the one in the judged commit"
    if step.manifest.acts is Acts.OFF:
        return "acts are off in the manifest"
    started_by_sensor = "dagster/sensor_name" in step.context.run.tags
    if started_by_sensor and step.manifest.acts is not Acts.AUTOMATIC:
        return "a sensor started this run, and the manifest does not say acts: automatic"
    if not alone and step.context.run.job_name != step.blueprint.job_name:
        raise Refused("Several releases are loaded, and this run is not for one of them alone.", f"Run the job {step.blueprint.job_name}.")
    return ""
