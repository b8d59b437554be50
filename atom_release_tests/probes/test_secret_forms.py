"""Secrets in further tools' own forms, and look-alikes of each; every value is made in the test."""

from __future__ import annotations

import json
import os
import secrets as randomness
from collections.abc import Callable

import pytest

from atom_release_tests.fixtures.made_secrets import deciding, in_base64, word

HEX = "0123456789abcdef"
UPPER = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"


def _word(count: int = 18) -> str:
    return word(count)


def _of(letters: str, count: int) -> str:
    return "".join(randomness.choice(letters) for _ in range(count))


def _signed(signs: str) -> str:
    """Return letters and digits with a sign behind every four."""
    letters = word(4 * len(signs))
    return "".join(letters[4 * place : 4 * place + 4] + sign for place, sign in enumerate(signs))


def _registry() -> str:
    return json.dumps({"auths": {"ghcr.io": {"auth": in_base64(f"bot:{_word()}")}}})


LIVE: dict[str, tuple[str, Callable[[], str | bytes]]] = {
    "age, after quantum": ("key.txt", lambda: f"AGE-SECRET-KEY-PQ-1{_of(UPPER, 58)}\n"),
    "minisign": (
        "sign.key",
        lambda: f"untrusted comment: minisign secret key\n{in_base64(os.urandom(158))}\n",
    ),
    "signify without a passphrase": (
        "release.sec",
        lambda: (
            "untrusted comment: signify secret key\n"
            f"{in_base64(b'EdBK' + bytes(4) + os.urandom(96))}\n"
        ),
    ),
    "Tor": (
        "hs_ed25519_secret_key",
        lambda: b"== ed25519v1-secret: type0 ==\0\0\0" + os.urandom(64),
    ),
    "OpenVPN": (
        "ta.key",
        lambda: (
            "-----BEGIN OpenVPN Static key V1-----\n"
            + "".join(f"{_of(HEX, 32)}\n" for _ in range(16))
            + "-----END OpenVPN Static key V1-----\n"
        ),
    ),
    "registry in a Secret": (
        "deploy/registry.yaml",
        lambda: f"kind: Secret\ndata:\n  .dockerconfigjson: {in_base64(_registry())}\n",
    ),
    "Composer": (
        "auth.json",
        lambda: json.dumps({"gitlab-token": {"gitlab.corp.net": _word(20)}}),
    ),
    "share": ("etc/smb.credentials", lambda: f"username=bot\npassword={_word()}\n"),
    "mail": (".msmtprc", lambda: f"account a\nuser bot\npassword {_word()}\n"),
    "Rails": ("config/master.key", lambda: randomness.token_hex(16)),
    "thin JDBC": ("Db.java", lambda: f'"jdbc:oracle:thin:app/{_word()}@//db:1521/orcl"\n'),
    "field of a header": ("call.sh", lambda: f'curl -H "X-Api-Key: {_word(32)}" https://a.net\n'),
    "private token": ("call.sh", lambda: f'curl -H "PRIVATE-TOKEN: {_word(20)}" https://a.net\n'),
    "password on standard input": (
        "push.sh",
        lambda: f"echo {_word()} | docker login -u bot --password-stdin\n",
    ),
    "passphrase of a key": ("key.sh", lambda: f"openssl rsa -in k.pem -passin pass:{_word()}\n"),
    "service principal": ("az.sh", lambda: f"az login --service-principal -u a -p {_word()}\n"),
    "MongoDB": ("dump.sh", lambda: f"mongodump --uri db -u root -p {_word()}\n"),
    "literal of kubectl": (
        "k.sh",
        lambda: f"kubectl create secret generic db --from-literal=password={_word()}\n",
    ),
    "value of Helm": (
        "h.sh",
        lambda: f"helm upgrade a b --set postgresql.auth.password={_word()}\n",
    ),
    "htpasswd": ("h.sh", lambda: f"htpasswd -b -c users admin {_word()}\n"),
    "chpasswd": ("c.sh", lambda: f"echo 'root:{_word()}' | chpasswd\n"),
    "net use": ("m.bat", lambda: f"net use z: \\\\nas\\share /user:bot {_word()}\n"),
    "state of Terraform": (
        "main.tfstate",
        lambda: json.dumps(
            {"resources": [{"type": "random_password", "attributes": {"result": _word()}}]}
        ),
    ),
    "Pulumi": ("Pulumi.prod.yaml", lambda: f"config:\n  app:dbPassword: {_word()}\n"),
    "Gradle": ("build.gradle", lambda: f"credentials {{\n  password '{_word()}'\n}}\n"),
    "Rust": ("key.rs", lambda: f'const API_KEY: &str = "{_word(40)}";\n'),
    "Clojure": ("key.clj", lambda: f'(def api-key "{_word(40)}")\n'),
    "R": ("key.R", lambda: f'api_key <- "{_word(40)}"\n'),
    "Visual Basic": ("key.vb", lambda: f'Dim password As String = "{_word()}"\n'),
    "recorded header": (
        "session.har",
        lambda: json.dumps(
            {"headers": [{"name": "Authorization", "value": f"Bearer {_word(40)}"}]}
        ),
    ),
    "Telegram": (
        "bot.py",
        lambda: f"bot = Bot('{randomness.randbelow(10**9) + 10**9}:AA{_word(33)}')\n",
    ),
    "a framework's key, whose signs are no code": (
        "settings.py",
        lambda: f"SECRET_KEY = 'django-insecure-{_signed('(^&)$=!+#@%*')}'\n",
    ),
    "a password of signs": ("values.yaml", lambda: f"password: '{_signed('$(!=%*)')}'\n"),
    "Twilio": ("sms.js", lambda: f"twilio('AC{_of(HEX, 32)}', '{_of(HEX, 30)}a7')\n"),
}
HARMLESS: dict[str, tuple[str, Callable[[], str | bytes]]] = {
    "minisign's public half": (
        "sign.pub",
        lambda: f"untrusted comment: minisign public key AB\n{in_base64(os.urandom(42))}\n",
    ),
    "encrypted minisign": (
        "sign.key",
        lambda: f"untrusted comment: minisign encrypted secret key\n{in_base64(os.urandom(158))}\n",
    ),
    "signify under a passphrase": (
        "release.sec",
        lambda: (
            "untrusted comment: signify secret key\n"
            f"{in_base64(b'EdBK' + bytes([0, 0, 0, 42]) + os.urandom(96))}\n"
        ),
    ),
    "registry without a password": (
        "deploy/registry.yaml",
        lambda: f"kind: Secret\ndata:\n  .dockerconfigjson: {in_base64('{}')}\n",
    ),
    "fields from variables": (
        "call.sh",
        lambda: 'curl -H "X-Api-Key: $KEY" -H "PRIVATE-TOKEN: ${TOKEN}" https://a.net\n',
    ),
    "commands with variables": (
        "call.sh",
        lambda: (
            'echo "$TOKEN" | docker login -u bot --password-stdin\n'
            "openssl rsa -passin env:KEY_PASS\nopenssl rsa -passin file:/run/secrets/pass1\n"
            "helm upgrade a b --set auth.password=$PASS --set auth.existingSecret=db-secret-v2\n"
            'kubectl create secret generic db --from-literal=password="$PASSWORD"\n'
        ),
    ),
    "a key for browsers": (
        "web.js",
        lambda: f"init({{ apiKey: 'AIza{_word(35)}', authDomain: 'a.firebaseapp.com' }});\n",
    ),
    "calls, patterns and queries": (
        "auth.py",
        lambda: (
            "password = 'get_secret(a)+b*c%d=e!1ffffff'\n"
            "password_pattern = '^(?=.*[A-Z])(?=.*[0-9])(?=.*[!@#$%^&*()=+]).{12,64}$'\n"
            "token_query = 'grant_type=password&username=%(user)s&password=%(word)s&n=1!'\n"
            "token = '%(asctime)s$(date)+%s!=1#@&*^^'\n"
        ),
    ),
    "a publishable key": ("web.js", lambda: f"init({{ apiKey: 'pk_test_{_word(24)}' }});\n"),
    "rules of a form": ("form.php", lambda: "'password' => 'required|string|min:8',\n"),
    "words of a user interface": (
        "locales/de.properties",
        lambda: "login.password=Mindestens8Zeichen\n",
    ),
}


@pytest.mark.parametrize("name", LIVE)
def test_a_secret_is_found_in_the_form_of_its_tool(name: str) -> None:
    path, content = LIVE[name]
    assert deciding(path, content())


@pytest.mark.parametrize("name", HARMLESS)
def test_its_look_alike_is_not_accused(name: str) -> None:
    path, content = HARMLESS[name]
    assert deciding(path, content()) == []
