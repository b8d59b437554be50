"""Secrets that look like what they are.

Private keys, and tokens whose issuer gave them a form (by the patterns of detect-secrets).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.source.text import Text

Found = tuple[int, str, str, str | bytes, bool]  # line, rule, what, value, decides

_KEY_BLOCK = (
    r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    # headers, as in an encrypted key
    r"(?:(?:\\[nr]|[\s\"'+,\\|>])*[A-Za-z-]{3,20}: ?[^\n\\]{0,200})*"
    r"((?:(?:\\[nr]|[\s\"'+,\\|>])*[A-Za-z0-9+/=]{16,}){2,})"
)
_PRIVATE = re.compile(_KEY_BLOCK)
_PRIVATE_BYTES = re.compile(_KEY_BLOCK.encode())
_IN_BINARY = re.compile(
    rb"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-\d+-[0-9A-Za-z-]{20,}|[rs]k_live_[0-9a-zA-Z]{24})(?![A-Za-z0-9])"
)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}")
_SAMPLE = re.compile(r"example|sample|xxxx|0000000|1234567890|abcdefghij|\.\.\.", re.IGNORECASE)
_COMMIT_LIKE = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NOT_SECRET = re.compile(r"AC[a-z0-9]{32}")  # a Twilio account's number, public by design
_PLUGINS = (
    ("aws", "AWSKeyDetector"),
    ("azure_storage_key", "AzureStorageKeyDetector"),
    ("discord", "DiscordBotTokenDetector"),
    ("github_token", "GitHubTokenDetector"),
    ("gitlab_token", "GitLabTokenDetector"),
    ("mailchimp", "MailchimpDetector"),
    ("npm", "NpmDetector"),
    ("openai", "OpenAIDetector"),
    ("pypi_token", "PypiTokenDetector"),
    ("sendgrid", "SendGridDetector"),
    ("slack", "SlackDetector"),
    ("square_oauth", "SquareOAuthDetector"),
    ("stripe", "StripeDetector"),
    ("telegram_token", "TelegramBotTokenDetector"),
    ("twilio", "TwilioKeyDetector"),
)


def private_keys(text: Text) -> Iterator[Found]:
    """Find private keys with a body: a marker alone is how code speaks of keys."""
    for match in _PRIVATE.finditer(text.text):
        yield text.line_of(match.start()), "private-key", "a private key", match[1], True


def in_binary(content: bytes) -> Iterator[Found]:
    """Find private keys and the plainest tokens in a blob that is not text; its line is 0."""
    for match in _PRIVATE_BYTES.finditer(content):
        yield 0, "private-key", "a private key", match[1], True
    for match in _IN_BINARY.finditer(content):
        if not _SAMPLE.search(match[0].decode("ascii")):
            yield 0, "issued-token", "an issuer's token", match[0], True


def tokens(text: Text) -> Iterator[Found]:
    """Find tokens in the form that their issuer gave them.

    A JSON Web Token expires, so it warns.
    """
    for kind, pattern in _patterns():
        for match in pattern.finditer(text.text):
            value = (
                match[match.lastindex]
                if match.lastindex and kind in {"AWS Access Key", "NPM tokens"}
                else match[0]
            )
            if value and _is_whole(text.text, match) and not _is_sample(value):
                yield text.line_of(match.start()), "issued-token", kind, value, True
    for match in _JWT.finditer(text.text):
        yield text.line_of(match.start()), "json-web-token", "a JSON Web Token", match[0], False


def _is_whole(text: str, match: re.Match[str]) -> bool:
    """Say whether the token ends where its form ends: a piece of longer base64 is none."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return not (
        (before.isalnum() and match[0][0].isalnum()) or (after.isalnum() and match[0][-1].isalnum())
    )


def _is_sample(value: str) -> bool:
    return (
        bool(_SAMPLE.search(value) or _COMMIT_LIKE.fullmatch(value) or _NOT_SECRET.fullmatch(value))
        or len(set(value)) <= len(value) // 4
    )


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give the patterns of the plugins.

    Only these are used, so that no setting and no network verification of theirs applies.
    """
    from importlib import import_module

    plugins = [
        getattr(import_module(f"detect_secrets.plugins.{module}"), name)
        for module, name in _PLUGINS
    ]
    return tuple(
        (str(plugin.secret_type), pattern) for plugin in plugins for pattern in plugin.denylist
    )
