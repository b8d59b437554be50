"""Another repository: which references it has, and the objects behind them.

Nothing here changes a reference anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from atom_release.git.call import Git
from atom_release.git.trouble import GitError, Trouble, failure, masked

_LONG = 60.0


def push_address(git: Git, name: str) -> str | None:
    """Return the one address that pushes to this remote go to, None where there is no such remote.

    It may hold credentials.

    Raises:
        GitError: it has several, and no push to several places is atomic; or it is reached by a
            program that the repository names.
    """
    for setting in ("uploadpack", "receivepack", "vcs"):
        if f"remote.{name}.{setting}" in git.own:
            raise GitError(
                f"Remote {name} is reached by a program that the repository names.",
                f"git config --unset remote.{name}.{setting}",
            )
    ran = git.call("remote", "get-url", "--push", "--all", name)
    if "no such remote" in ran.stderr.lower():
        return None
    if ran.status != 0:
        raise failure(ran, "remote", git.repository)
    addresses = ran.out.decode("utf-8", "surrogateescape").splitlines()
    if len(addresses) != 1:
        raise GitError(
            f"Remote {name} pushes to {len(addresses)} places, and no push to several is atomic.",
            f"git remote set-url --push {name} <url>",
        )
    return addresses[0]


def obvious(git: Git) -> str | None:
    """Return `origin`, or the only remote there is."""
    names = git.line("remote").splitlines()
    if "origin" in names:
        return "origin"
    return names[0] if len(names) == 1 else None


def branches(git: Git, address: str, *, timeout: float) -> dict[str, str]:
    """Return the branches that are there, with their tips.

    Raises:
        GitError: no answer came.
    """
    listed = _list_remote(git, address, "refs/heads/*", timeout=timeout)
    return {ref: oid for oid, ref in listed}


def is_folder(address: str) -> bool:
    """Return whether an address is a folder of this machine."""
    return address.startswith("file://") or not re.match(r"[^/]*:", address)


def in_the_way(git: Git, address: str, ref: str, *, timeout: float) -> list[str]:
    """Return the references there that leave no room for `ref`: one above it, or some below.

    A name is a file or a folder, not both: where `v1` stands, `v1/calc` cannot be made.

    Raises:
        GitError: no answer came.
    """
    ran = git.call(
        "ls-remote",
        "--end-of-options",
        address,
        *above(ref),
        f"{ref}/*",
        network=True,
        timeout=timeout,
        address=address,
    )
    if ran.status != 0:
        raise failure(ran, "ls-remote", git.repository)
    listed = {line.partition("\t")[2] for line in ran.out.decode("utf-8", "replace").splitlines()}
    return sorted(name for name in listed if crosses(name, ref))


def above(ref: str) -> list[str]:
    """Return the names that would have to be folders for `ref`: of refs/tags/a/b, refs/tags/a."""
    parts = ref.split("/")
    return ["/".join(parts[:count]) for count in range(3, len(parts))]


def crosses(name: str, ref: str) -> bool:
    """Return whether two references cannot stand together: one is a folder of the other."""
    return name.startswith(f"{ref}/") or ref.startswith(f"{name}/")


def references(git: Git, address: str, *names: str, timeout: float) -> dict[str, str]:
    """Return those of the references that are there, with the ids of their objects.

    `<tag>^{}` is what a tag points at.

    Raises:
        GitError: no answer came.
    """
    patterns = [f"{name}{peeled}" for name in names for peeled in ("", "^{}")]
    listed = _list_remote(git, address, *patterns, timeout=timeout)
    return {ref: oid for oid, ref in listed if ref.removesuffix("^{}") in names}


def _list_remote(
    git: Git, address: str, *patterns: str, timeout: float, options: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Return what another repository lists under these patterns, as (value, reference).

    Raises:
        GitError: no answer came.
    """
    ran = git.call(
        "ls-remote",
        *options,
        "--end-of-options",
        address,
        *patterns,
        network=True,
        timeout=timeout,
        address=address,
    )
    if ran.status != 0:
        raise failure(ran, "ls-remote", git.repository)
    lines = ran.out.decode("utf-8", "surrogateescape").splitlines()
    return [(value, ref) for value, _, ref in (line.partition("\t") for line in lines)]


@dataclass(frozen=True)
class Heads:
    """A branch of another repository with its tip, and all tags there with their objects.

    `<tag>^{}` is what a tag points at. Branch and tip are None where there is no such branch.
    """

    branch: str | None
    tip: str | None
    tags: Mapping[str, str]


def default_branch(git: Git, address: str, base: str | None, *, timeout: float) -> Heads:
    """Return the default branch of another repository, or the one that is named, and the tags.

    Raises:
        GitError: no answer came.
    """
    patterns = [f"refs/heads/{base}" if base else "HEAD", "refs/tags/*"]
    listed: dict[str, str] = {}
    branch = f"refs/heads/{base}" if base else None
    lines = _list_remote(git, address, *patterns, timeout=timeout, options=("--symref",))
    for value, ref in lines:
        if value.startswith("ref: ") and ref == "HEAD":
            branch = branch or value.removeprefix("ref: ")
        else:
            listed[ref] = value
    tip = listed.get(f"refs/heads/{base}" if base else "HEAD")
    return Heads(
        branch if tip else None,
        tip if branch else None,
        {ref: oid for ref, oid in listed.items() if ref.startswith("refs/tags/")},
    )


def take_all(git: Git, address: str, refs: Mapping[str, str], *, timeout: float) -> None:
    """Take the objects behind several references, where they are not there yet.

    Raises:
        GitError: they could not be had.
    """
    lacking = [ref for ref, oid in refs.items() if not _holds_object(git, oid)]
    if lacking:
        _fetch(git, address, lacking, timeout)


def take(git: Git, address: str, ref: str, oid: str, *, timeout: float) -> None:
    """Take the objects behind a reference into the repository, if they are not there yet.

    Raises:
        GitError: they could not be had.
    """
    if _holds_object(git, oid):
        return
    _fetch(git, address, [ref], timeout)
    if not _holds_object(git, oid):
        raise GitError(
            f"{ref} of {masked(address)} moved while it was read.",
            "Try again.",
            trouble=Trouble.OTHER,
        )


def _fetch(git: Git, address: str, refs: list[str], timeout: float) -> None:
    quiet = (
        "--quiet",
        "--no-write-fetch-head",
        "--no-tags",
        "--refmap=",
        "--no-filter",
        "--no-auto-maintenance",
    )
    ran = git.call(
        "fetch",
        *quiet,
        "--end-of-options",
        address,
        *refs,
        network=True,
        timeout=max(timeout, _LONG),
        address=address,
    )
    if ran.status != 0:
        raise failure(ran, "fetch", git.repository)


def _holds_object(git: Git, oid: str) -> bool:
    return git.call("cat-file", "-e", oid).status == 0


def holds(git: Git, commit: str) -> bool:
    """Return whether the repository holds this commit."""
    return git.call("cat-file", "-e", f"{commit}^{{commit}}").status == 0


def first_parent(git: Git, commit: str) -> str | None:
    """Return a commit's first parent, None for a root."""
    return (
        git.call("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^1")
        .out.decode("ascii")
        .strip()
        or None
    )


def is_ancestor(git: Git, older: str, newer: str) -> bool:
    """Return whether one commit is known here to be an ancestor of another, or the same."""
    return holds(git, older) and git.call("merge-base", "--is-ancestor", older, newer).status == 0


def web_page(repository: Path, commit: str, name: str = "origin") -> str:
    """Return where a commit is shown on the web, as forges do; nothing where no remote tells."""
    ran = Git(repository).call("remote", "get-url", name)
    url = ran.out.decode("utf-8", "replace").strip() if ran.status == 0 else ""
    over_http = re.fullmatch(r"(https?://)(?:[^/@]*@)?([^/]+/.+?)(?:\.git)?/?", url)
    if over_http:
        return f"{over_http[1]}{over_http[2]}/commit/{commit}"
    over_ssh = re.fullmatch(
        r"(?:ssh://)?(?:[^/@:]+@)([^/:]+)(?::\d+(?=/))?[/:]/?(.+?)(?:\.git)?/?", url
    )
    return f"https://{over_ssh[1]}/{over_ssh[2]}/commit/{commit}" if over_ssh else ""


def owner_and_name(url: str) -> tuple[str, str] | None:
    """Read a forge's owner (with its groups) and repository name from a remote's address.

    None where it has none, as a folder.
    """
    match = re.fullmatch(
        r"(?:(?:https?|ssh|git)://[^/]+/|(?:[^/@:]+@)?[^/:]+:(?!/))(.+?)/([^/]+?)(?:\.git)?/?", url
    )
    return (match[1], match[2]) if match else None
