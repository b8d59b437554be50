"""Whether a text is a file's path, and which paths one item of a list names."""

from __future__ import annotations

import re

from atom_release.reader.plain import plain
from atom_release.reader.words import unsigned

_CODE = re.compile(r"`{1,2}([^`]{1,300})`{1,2}")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\(([^()\s]{1,300})\)")
_DESCRIBED = re.compile(r"\s[-\u2013—]+\s|\s→\s|\s=>\s|：|:\s")
_ARROW = re.compile(r"→|=>|->")
_EXTENSIONS = frozenset(
    re.findall(
        r"\w+",
        """
    py pyi pyx ipynb sql plsql ddl dml psql md mdx mdc rst adoc org tex bib rtf odt ods typ json jsonl json5 jsonc
    yaml yml toml txt sh bash zsh fish ps1 psm1 psd1 bat cmd js mjs cjs jsx ts mts cts tsx vue svelte astro htm html xhtml
    ejs hbs mustache pug jade twig blade liquid haml slim erb jsp ftl cshtml vbhtml razor css scss sass less styl
    go mod sum work rs ron java kt kts groovy scala sc sbt clj cljs cljc edn cs csx csproj vbproj fsproj props targets resx
    sln slnx fs fsx vb c h cc cpp cxx hpp hxx hh inl cu cuh m mm rb rake gemspec php phtml pl pm t lua swift dart ex exs erl
    hrl hs lhs cabal elm purs ml mli nim nimble zig cr d jl r rmd qmd rkt scm lisp el sol vy move cairo asm s v sv svh vhd vhdl
    f90 f95 f03 for pas dpr dfm lpr inc bas cls frm ada adb ads cob cbl abap bsl tcl awk sed vim
    csv tsv parquet avro arrow feather orc ini cfg conf cnf config env proto thrift fbs avsc tf tfvars hcl rego cue jsonnet libsonnet
    nix dhall log lock xml xsd xsl xslt dtd wsdl xaml svg storyboard xib plist strings arb po pot mo ts png jpg jpeg gif webp
    avif heic ico bmp tif tiff psd ai fig sketch drawio puml plantuml mmd dot gv pdf doc docx xls xlsx ppt pptx epub pem crt key
    pub pkl pickle joblib onnx pt pth ckpt safetensors h5 hdf5 npz npy gguf db sqlite sqlite3 mdb zip tar gz tgz bz2 xz 7z rar whl
    jar war ear aar class apk aab ipa dmg msi deb rpm exe dll so dylib lib nupkg vsix crx iso img bin hex elf jinja jinja2 j2 tmpl
    tpl template mjml eml ics graphql gql graphqls gradle properties service timer socket dockerfile dockerignore gitignore example sample
    dist prisma rules snap patch diff cmake mk bicep map wasm wat mp4 mp3 wav ogg flac webm mov avi mkv srt vtt ttf otf woff woff2 eot
    mat unity prefab asset asmdef shader hlsl glsl vert frag wgsl metal meta uxml uss tscn tres gd fbx obj gltf glb blend stl step ino ld dts
    dtsi overlay kicad_pcb kicad_sch feature robot http rest geojson topojson kml gpx shp backup bak orig old tmp
    """,
    )
)
"""How names of files end, in lower case; `txt` says nothing of what is in one, so the list may be long."""
_ENDING = re.compile(r"\.([A-Za-z][A-Za-z0-9_]{0,11}|7z)$")
_ANY_ENDING = re.compile(r"[\w@+\-/.\\]*[\w)\]]\.([^\W\d_][^\W_]{0,5})")
_NO_ENDING = frozenset(
    {
        "com",
        "org",
        "net",
        "io",
        "dev",
        "app",
        "ai",
        "co",
        "de",
        "fr",
        "es",
        "cn",
        "jp",
        "memo",
        "js",
    }
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
    r"(?:node|vue|next|nuxt|express|react|angular|ember|backbone|d3|three|chart|plotly|moment|socket|discord|asp|ethers|web3|tone|p5|alpine|mermaid|bull|sentry|fuse|anime|swiper|nw|pdf|tesseract|phaser|pixi|babylon|popper|neutralino|ml5|apexcharts)\.(?:js|ts|io|net)",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[a-z0-9-]+\.){2,}(?:com|org|net|io|dev|app|ai|co|de|fr|es|cn|jp)")
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
    """Return the paths of one part of an item: in code marks or linked, whichever is first, else bare."""
    link, mark = _LINK.search(part), _CODE.search(part)
    marked = (
        (_linked, _coded) if link and mark and link.end() <= mark.start() else (_coded, _linked)
    )
    named = marked[0](part) or marked[1](part)
    plain_text = not named and "`" not in part and not _GLOB.search(part)
    return list(dict.fromkeys(named or (bare_paths(plain(part)) if plain_text else [])))


def _coded(part: str) -> list[str]:
    names = [match[1] for match in _CODE.finditer(part)]
    return [path for name in names if (path := path_of(name) or _folder(name))]


def _linked(part: str) -> list[str]:
    links = [(match[1], match[2]) for match in _LINK.finditer(part)]
    return [path for text, to in links if (path := path_of(plain(text)) or path_of(to))]


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
    if not _PATH.fullmatch(text) or "://" in text or " " in text.strip() or _is_no_file(text):
        return None
    path = text.replace("\\", "/").removeprefix("./")
    name = path.rsplit("/", 1)[-1]
    on_a_machine = path[1:2] == ":"
    if not name or ".." in path.split("/") or "(" in path or on_a_machine:
        return None
    return path if is_file_name(name) else None


def _is_no_file(text: str) -> bool:
    """Return whether a text that looks like a path stands for something else."""
    return bool(
        _PLACEHOLDER.search(text)
        or _PRODUCT.fullmatch(text)
        or _ALTERNATIVES.fullmatch(text)
        or _HOST.fullmatch(text)
    )


def _folder(text: str) -> str | None:
    """Return a folder that is written as one, in code marks and with its slash."""
    path = text.strip().replace("\\", "/").removeprefix("./")
    plain_folder = re.fullmatch(r"[\w@.+-]{1,100}(?:/[\w@.+-]{1,100}){0,20}/", path)
    return path if plain_folder and ".." not in path.split("/") else None


def is_file_name(name: str) -> bool:
    """Return whether a name ends as files do, and does not only consist of that end."""
    if _NAMES.search(name):
        return True
    match = _ENDING.search(name)
    return match is not None and match.start() > 0 and match[1].lower() in _EXTENSIONS


_BEGINS = (
    r"[^\w`*\[./@\\]{0,8}(?:\[[ xX]\]\s+)?[^\w`*\[./@\\]{0,8}(?:\d{1,3}[.)]\s+)?[^\w`*\[./@\\]{0,6}"
    r"(?:\*\*|__)?(?:`([^`]{1,200})`|\[([^\[\]]{1,200})\]\([^()\s]{1,300}\)|([\w@./\\+\-\[\]]{1,200}))(?:\*\*|__)?"
)
_LEAD = re.compile(
    _BEGINS
    + r"(?=\s*(?:$|[(（\[【:：,，、;|→✅✓✔☑←#]|[-\u2013\u2014]+\s|\d{1,5}\s(?:lines|loc)\b)|\s{2})"
)
_LOOSE_LEAD = re.compile(_BEGINS + r"(?=[\s:：,，(（\u2013\u2014]|$)")
_WORDS_TOO = frozenset({"README", "CHANGELOG", "LICENSE", "CODEOWNERS"})
"""Names of files without an ending that are words of a sentence, too."""
_IDENTIFIER = re.compile(r"[\W\d_]*\.\w{1,3}|\w\.\w")


def lead_path(raw: str, *, any_ending: bool = False, loose: bool = False) -> tuple[str, int] | None:
    """Return the path that a line begins with and where it ends, or None.

    Behind list marks, ticks, boxes and numbers, and before the line's end or a description; with
    `loose` whatever follows. With `any_ending` an ending that is on no list is one too: in a list
    of files.
    """
    match = (_LOOSE_LEAD if loose else _LEAD).match(raw)
    if match is None:
        return None
    written = (match[1] or plain(match[2] or match[3])).strip()
    path = path_of(written) or (path_of(match[2]) if match[2] else None)
    if path is None and any_ending and _unlisted(written):
        path = written.replace("\\", "/").removeprefix("./")
    if path is None or (match[3] and _IDENTIFIER.fullmatch(path)):
        return None
    if match[3] and "." not in path and "/" not in path and (loose or _is_word(path, raw, match)):
        return None  # "README complete" is a sentence
    return path, match.end()


def _is_word(path: str, raw: str, match: re.Match[str]) -> bool:
    """Return whether a name without an ending is the word, as it is described: "**README**: covers it"."""
    return path in _WORDS_TOO and bool(raw[match.end() :].strip(" *_"))


_WITHOUT_ENDING = re.compile(
    r"[^\w`]{0,12}(?:\d{1,3}[.)]\s+)?[^\w`]{0,6}`((?:\.?[\w\-]{1,60}/){1,12}[\w\-]{1,60})`(?=\W|$)"
)


def lead_without_ending(raw: str) -> tuple[str, int] | None:
    """Return the path in code marks that a line begins with, below a folder and without an ending."""
    match = _WITHOUT_ENDING.match(raw)
    if match is None or _is_no_file(match[1]):
        return None
    return match[1], match.end()


def _unlisted(text: str) -> bool:
    """Return whether a text looks like a file's name though its ending is on no list."""
    match = _ANY_ENDING.fullmatch(text)
    if match is None or match[1].lower() in _NO_ENDING or ".." in text or _is_no_file(text):
        return False
    return "/" in text or "\\" in text or text.count(".") == 1  # a.b.c is a module, or a host


def has_position(raw: str) -> bool:
    """Return whether a path in code marks carries a line number: it is looked at, not delivered."""
    return any(_POSITION.search(match[1].strip()) for match in _CODE.finditer(raw))
