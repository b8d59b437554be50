"""Whether a text is a file's path, and which paths one item of a list names."""

from __future__ import annotations

import re

from atom_release.reader.plain import plain
from atom_release.reader.words import unsigned

_CODE = re.compile(r"`{1,2}([^`]{1,300})`{1,2}")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\(([^()\s]{1,300})\)")
_DESCRIBED = re.compile(r"\s[-\u2013—]+\s|\s→\s|\s=>\s|：|:\s")
_ARROW = re.compile(r"→|=>|->")
_EXTENSION = re.compile(
    r"\.(?:py|pyi|pyx|sql|md|mdx|rst|adoc|json|jsonl|json5|ya?ml|toml|txt|sh|bash|zsh|fish|ps1|psm1|bat|cmd|js|mjs|cjs|jsx|ts|mts|cts|tsx|vue|svelte|astro|html?|ejs|hbs|css|scss|sass|less|go|mod|sum|rs|java|kt|kts|groovy|cs|csproj|sln|fs|vb|c|h|cc|cpp|cxx|hpp|cu|m|mm|rb|erb|rake|gemspec|php|pl|pm|lua|swift|dart|ex|exs|erl|hs|clj|jl|r|zig|nim|sol|asm|v|sv|vhd|"
    r"scala|csv|tsv|parquet|ini|cfg|conf|env|proto|tf|tfvars|hcl|log|lock|ipynb|xml|xsd|xaml|svg|"
    r"png|jpe?g|gif|webp|ico|pdf|docx?|xlsx?|pptx?|pem|crt|pkl|joblib|onnx|pt|pth|db|sqlite3?|zip|tar|gz|tgz|whl|jar|jinja2?|j2|mp4|mp3|wav|"
    r"tmpl|tpl|template|graphql|gql|gradle|properties|service|timer|plist|dockerfile|example|sample|prisma|rules|snap|patch|diff|cmake|mk|bicep|map|wasm|typ|tex|bib|mmd|bsl)$",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"(?:Dockerfile(?:\.[\w-]{1,20})?|Makefile|Procfile|Jenkinsfile|Vagrantfile|Gemfile|Rakefile|Cargo\.toml|LICENSE|README|CHANGELOG|CODEOWNERS|CMakeLists\.txt|"
    r"\.(?:gitignore|dockerignore|eslintrc|prettierrc|editorconfig|npmrc|nvmrc|gitattributes|babelrc|flake8|pre-commit-config|env)(?:\.[\w.-]{1,20})?|\.env)$"
)
_PATH = re.compile(r"(?:[A-Za-z]:)?[\w@.+\-/\\()\[\]=~ ]{1,300}")
_POSITION = re.compile(r"(?::\d{1,6}(?:[-:,]\s?\d{1,6})*|#L\d{1,6}(?:-L?\d{1,6})?)$")
_BARE = re.compile(
    r"(?<![\w/\\.:@-])(?:\.{0,2}[/\\])?[\w@.+-]+(?:[/\\][\w@.+-]+)+[/\\]?(?![\w/\\]|:/)"
)
_LABEL = re.compile(r"^[^:：`]{0,60}[:：]\s*")
_PLACEHOLDER = re.compile(r"YYYY|MM-DD|(?:^|/)path/to/|^~|\$|\b(?:xxx|NNN)\b|[{}<>*]")
_PRODUCT = re.compile(
    r"(?:node|vue|next|nuxt|express|react|angular|ember|backbone|d3|three|chart|plotly|moment|socket|discord|asp|ethers|web3|tone|p5|alpine|mermaid|bull|sentry|fuse)\.(?:js|ts|io|net)",
    re.IGNORECASE,
)
_GLOB = re.compile(r"\w\*\.|/\*")
_ALTERNATIVES = re.compile(r"(?:tar\.)?[a-z0-9]{1,5}(?:/(?:tar\.)?[a-z0-9]{1,5})+")


def first_paths(raw: str) -> tuple[list[str], int, int]:
    """Return the paths that one item delivers, and where its part with them begins and ends.

    Those before its description, or else those in it.
    """
    described = _DESCRIBED.search(raw)
    if described and _ARROW.search(described[0]):
        before, behind = paths_in(raw[: described.start()]), paths_in(raw[described.end() :])
        if before and behind:
            return [], 0, 0  # one became the other, and which of them is there is anybody's guess
    start = 0
    while described:
        named = paths_in(raw[start : described.start()])
        if named:
            return named, start, described.start()
        start = described.end()
        described = _DESCRIBED.search(raw, start)
    return paths_in(raw[start:]), start, len(raw)


def paths_in(part: str) -> list[str]:
    """Return the paths of one part of an item: in code marks, else linked, else bare."""
    coded = [
        path for match in _CODE.finditer(part) if (path := path_of(match[1]) or _folder(match[1]))
    ]
    linked = (
        [
            path
            for match in _LINK.finditer(part)
            if (path := path_of(match[2]) or path_of(plain(match[1])))
        ]
        if not coded
        else []
    )
    plain_text = not coded and not linked and "`" not in part and not _GLOB.search(part)
    bare = bare_paths(plain(part)) if plain_text else []
    return list(dict.fromkeys(coded or linked or bare))


def bare_paths(text: str) -> list[str]:
    """Return paths that stand without code marks.

    A name without a folder only where it is the whole text but its label, bracket and signs.
    """
    shown = re.sub(r"\s*[(（][^()（）]{0,120}[)）]\s*$", "", unsigned(text))
    shown = re.sub(r"^(?:\d{1,3}[.)]|NEW|MODIFIED)\s+", "", shown).strip(" *-")
    whole = path_of(shown) or path_of(_LABEL.sub("", shown))
    if whole:
        return [whole]
    return [path for match in _BARE.finditer(text) if (path := path_of(match[0]))]


def path_of(text: str) -> str | None:
    """Return the text as a path with forward slashes, or None if it is not one."""
    text = _POSITION.sub("", text.strip().strip("'\""))
    if (
        not _PATH.fullmatch(text)
        or "://" in text
        or " " in text.strip()
        or _PLACEHOLDER.search(text)
        or _PRODUCT.fullmatch(text)
        or _ALTERNATIVES.fullmatch(text)
    ):
        return None
    path = text.replace("\\", "/").removeprefix("./")
    name = path.rsplit("/", 1)[-1]
    on_a_machine = path[1:2] == ":"
    if not name or ".." in path.split("/") or "(" in path or on_a_machine:
        return None
    return path if is_file_name(name) else None


def _folder(text: str) -> str | None:
    """Return a folder that is written as one, in code marks and with its slash."""
    path = text.strip().replace("\\", "/").removeprefix("./")
    plain_folder = re.fullmatch(r"[\w@.+-]{1,100}(?:/[\w@.+-]{1,100}){0,20}/", path)
    return path if plain_folder and ".." not in path.split("/") else None


def is_file_name(name: str) -> bool:
    """Return whether a name ends as files do, and does not only consist of that end."""
    if _NAMES.search(name):
        return True
    match = _EXTENSION.search(name)
    return match is not None and match.start() > 0


def has_position(raw: str) -> bool:
    """Return whether a path in code marks carries a line number: it is looked at, not delivered."""
    return any(_POSITION.search(match[1].strip()) for match in _CODE.finditer(raw))
