"""A commit that lays uncommitted files over a judged one, in a repository of the gate's own.

The judged repository is only read.

Serves the inbox: reports that nobody has committed can be judged, as uncommitted, and nothing that
follows from them can be acted on, because no tag or branch of the judged repository ever names such
a commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from atom_release.git import Git

_IDENTITY = {
    "GIT_AUTHOR_NAME": "atom-release inbox",
    "GIT_AUTHOR_EMAIL": "inbox@atom-release.invalid",
    "GIT_COMMITTER_NAME": "atom-release inbox",
    "GIT_COMMITTER_EMAIL": "inbox@atom-release.invalid",
}


def commit_over(judged: Path, commit: str, repository: Path, files: Mapping[str, bytes]) -> str:
    """Return a commit on top of the judged one whose tree differs from it in these files only.

    Args:
        judged: the judged repository, whose objects are borrowed.
        commit: the judged commit.
        repository: where the overlay is kept (bare); made at first use.
        files: path in the tree -> content.

    Raises:
        GitError: the judged repository cannot be read, or the overlay cannot be written.
    """
    if not (repository / "HEAD").exists():
        repository.mkdir(parents=True, exist_ok=True)
        Git(repository).output("init", "--quiet", "--bare", ".")
        objects = Git(judged).line("rev-parse", "--path-format=absolute", "--git-path", "objects")
        (repository / "objects" / "info" / "alternates").write_text(objects + "\n")
    git = Git(repository)
    index = {"GIT_INDEX_FILE": str(repository / "index.inbox")}
    git.output("read-tree", commit, environment=index)
    for path, content in files.items():
        blob = git.line("hash-object", "-w", "--stdin", stdin=content)
        git.output(
            "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", environment=index
        )
    tree = git.line("write-tree", environment=index)
    when = git.line("show", "-s", "--format=%cI", commit)
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    made = git.line(
        "commit-tree",
        tree,
        "-p",
        commit,
        "-m",
        "uncommitted reports from the inbox",
        environment={**_IDENTITY, **dates},
    )
    git.output("update-ref", "refs/heads/inbox", made)
    return made
