"""Whether a literal can be a secret.

Placeholders, references, names, paths and addresses are not.

Each rule here exists because the plain one accuses honest code: `secret = "jwt_secret"`,
`token = "/token"`, `password: ${DB_PASSWORD}`, `commit_token = "<a git hash>"`, an enum's
`TOKEN = "token"`. Whether a name asks for a secret is `asking_names`'.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from atom_release.source.secret_forms.asking_names import words

_SYNTACTIC = re.compile(
    r"""^\s*$|^[<\[({%$].*|.*\$\{.*|.*\$\(.*|.*\{\{.*|.*\{[a-zA-Z_][\w.]*\}.*|^ENC\[.*|^!.*|.*%\([a-z_]+\)s.*|^%[sdr]$|^[*.x#_?-]+$|^\.\.\..*|^\$[A-Za-z_].*
    |^(none|null|nil|undefined|unset|empty|disabled|optional|required|redacted|masked|hidden|true|false|yes|no|\d{1,5})$""",
    re.IGNORECASE | re.VERBOSE,
)
_WORDED = re.compile(
    r"example|sample|dummy|placeholder|change[-_ ]?(me|this|it|in|before)|changeit|replace[-_"
    r" ]?(me|this|with)|your[-_ ]|my[-_]|insert[-_ ]|xxxx"
    r"|\.\.\.|redacted|not[-_ ]?(a[-_ ])?real|secret[-_ ]?here|123456|abcdef|deadbeef|00000",
    re.IGNORECASE,
)
_SHORT_WORD = re.compile(
    r"(?<![a-z])(fake|todo|fixme|test(ing|s)?|foo|bar|lorem)(?![a-z])", re.IGNORECASE
)
_URL = re.compile(r"^[a-z][a-z0-9+.-]*://\S*$", re.IGNORECASE)
_RATE = re.compile(
    r"\d{1,5}\s?(?:/|per)\s?\d{0,4}\s?(?:second|minute|hour|day|s|m|min|h|d)s?", re.IGNORECASE
)
_PATH = re.compile(
    r"^(~|\.{0,2})?/?([A-Za-z_][\w.-]{0,24}/)+[\w.*{}-]{0,40}$|^/[\w./{}-]*$|^[\w-]+\.(py|json|ya?ml|pem|key|txt|toml|env|crt|pub|md)$"
)
_CODE = re.compile(
    r"[()\[\]{};<>]|^\w+(\.\w+)+$|^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^(os|process|settings|config|self|env)\."
)
_SCHEMES = frozenset(
    {
        "bearer",
        "basic",
        "digest",
        "hs256",
        "hs384",
        "hs512",
        "rs256",
        "es256",
        "sha256",
        "password",
        "oauth2",
        "jwt",
        "apikey",
        "header",
        "query",
    }
)
_REFERENCE = re.compile(
    r"^arn:|^projects/[^/]+/secrets/|^vault:|^op://|^ref\+|^(secretref|keyvault|ssm|secretsmanager|gcpsm|awssm):"
    r"|secretsmanager:|ssm(-secure)?:|^secret[\w-]*/|/secrets?/|KeyVault|^%\w+%$|^@@?\w+@@?$|^:['\"]?\w+",
    re.IGNORECASE,
)
_SEALED = re.compile(
    r"^ENC[\[(]|^encrypted:|^\$ANSIBLE_VAULT|^AQICAH|^vault:v\d+:|^v1:[\w+/=]+:[\w+/=]+$|^\{[A-Za-z0-9+/=]{8,}\}$"
    r"|^\{cipher\}|^\{aes\}|^\w+\.\w*\.\w+\.[\w-]+\.[\w-]+$"
    # what a password is kept as
    r"|^\$(2[abxy]?|[156y]|argon2\w*|apr1|pbkdf2[\w-]*|scrypt|7|8|9|bcrypt[\w-]*)\$|^\$?(pbkdf2|bcrypt|argon2|scrypt)[\w$:-]"
    r"|^SCRAM-SHA-|^md5[0-9a-f]{32}$|^\{(S?SHA|SSHA|CRYPT|PBKDF2|bcrypt)[\w-]*\}|^sha(1|224|256|384|512)[-:$]",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(r"pk_(test|live)_|pk\.eyJ|phc_|sb_publishable_|pub-[0-9a-f]|(G|GTM|UA)-")
_MIXED = re.compile(r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)\w{6,}$")  # base64 has slashes too
_HEX = re.compile(r"^[0-9a-fA-F]+$")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_UNSPEAKABLE = re.compile(r"[bcdfghjklmnpqrstvwxz]{5}", re.IGNORECASE)
_SCRAMBLED, _UNSURE = 2.8, 3.4
_LEAST = 8
_BITS = 3.0
_LONG = 16
_SIGNS = frozenset("!@#$%^&*()=+")
_WRITTEN = re.compile(r"[\s\"'`\\|{}<>\[\];,:?~/]|&\w{1,40}=|\.[*+]|^[$%]\(|[A-Za-z]{12}")
_KINDS, _LONGER, _SHARE, _MIXED_BITS = 5, 24, 0.12, 4.0
_BY_CHANCE = 20  # in longer literals short words come about by chance


def is_placeholder(value: str) -> bool:
    """Return whether the literal stands for a value that comes from elsewhere, by its syntax."""
    if is_generated(value):
        return False
    return bool(_SYNTACTIC.match(value) or _RATE.fullmatch(value)) or len(set(value)) <= 1


def is_reference(value: str) -> bool:
    """Return whether the literal is an address, a path, or a piece of code."""
    if is_generated(value):
        return False
    if _REFERENCE.search(value):
        return True
    path = _PATH.match(value) and not any(_MIXED.match(part) for part in value.split("/"))
    return bool(_URL.match(value) or path or _CODE.search(value)) or value.lower() in _SCHEMES


def is_generated(value: str) -> bool:
    """Return whether letters, digits and many kinds of signs are mixed as only generators do.

    Frameworks draw their keys from letters, digits and the signs above the digits, and a bracket or
    a dollar among those is neither code nor a variable. What has words in it, or signs that only
    code and patterns have, is written.
    """
    if len(value) < _LONGER or _WRITTEN.search(value):
        return False
    signs = [sign for sign in value if sign in _SIGNS]
    return (
        len(set(signs)) >= _KINDS
        and len(signs) >= _SHARE * len(value)
        and any(map(str.isdigit, value))
        and any(map(str.isalpha, value))
        and entropy(value) >= _MIXED_BITS
    )


def is_sealed(value: str) -> bool:
    """Return whether the literal is ciphertext, or the hash that a password is kept as."""
    return bool(_SEALED.search(value))


def is_worded(value: str) -> bool:
    """Return whether the literal says of itself that it stands for another, as `your-api-key`."""
    short = len(value) < _BY_CHANCE and _SHORT_WORD.search(value)
    return bool(short or _WORDED.search(value))


def is_public(value: str) -> bool:
    """Return whether the literal has the form of a key that its issuer means for everybody."""
    return bool(_PUBLISHED.match(value))


def names_itself(name: str, value: str) -> bool:
    """Return whether the literal only repeats its name, as an enum's member or a key does."""
    value_words, called = words(value), words(name)
    return (
        bool(value_words)
        and len(value) <= 40  # noqa: PLR2004 - names are short
        and (
            "".join(value_words) == "".join(called)
            or (set(value_words) <= set(called) and value.isidentifier())
        )
    )


def is_random(value: str) -> bool:
    """Return whether the literal looks generated or chosen as a password, not spoken.

    Mixed kinds of characters and enough of them.
    """
    if len(value) < _LEAST or any(character.isspace() for character in value) or is_worded(value):
        return False
    if _HEX.match(value):
        return (
            len(value) >= _LONG
            and any(map(str.isdigit, value))
            and any(map(str.isalpha, value))
            and entropy(value) >= _BITS
        )
    if not any(map(str.isdigit, value)):
        return _is_scrambled(value)
    if not any(map(str.isalpha, value)):
        return False
    return not _is_spoken(value) and entropy(value) >= (_BITS if len(value) >= _LONG else 2.5)


def _is_scrambled(value: str) -> bool:
    """Return whether letters alone change their case as no name of several words does.

    A generated value of letters has pieces of some two letters each; what people write together
    (`getUserByName`) has words. Of 50,696 names in Python's own and others' code 0.1 % look so.
    """
    if len(value) < _LONG or not (value.isascii() and value.isalpha()):
        return False
    piece = len(value) / len(_PIECE.findall(value))
    return piece <= _SCRAMBLED or (piece <= _UNSURE and bool(_UNSPEAKABLE.search(value)))


def _is_spoken(value: str) -> bool:
    """Return whether the parts are words and short numbers.

    As in `tenant-a-token-1`, `sha256-digest` or a tag's `bytes,1,opt,name=key,proto3`; one word
    with digits is a password.
    """
    signs = r"[-_.:/ |,=]" if "," in value else r"[-_.:/ |]"
    parts = [part for part in re.split(signs, value) if part]
    return len(parts) > 1 and all(
        re.fullmatch(r"[a-z]+\d{0,3}|[A-Z][a-z]*\d{0,2}|v?\d{1,4}|[A-Z]{1,5}\d{0,3}", part)
        for part in parts
    )


def entropy(value: str) -> float:
    """Return the Shannon entropy in bits per character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
