"""Secrets whose name stands apart from them, or nowhere, and what only looks like one.

Every value is made in the test.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest

from atom_release_tests.fixtures.made_secrets import deciding, in_base64, word

LIVE: dict[str, tuple[str, Callable[[], str]]] = {
    "a list of variables": (
        "deploy/app.yaml",
        lambda: f"env:\n- name: API_KEY\n  value: {word()}\n",
    ),
    "variables of a task": (
        "task.json",
        lambda: json.dumps({"environment": [{"name": "DB_PASSWORD", "value": word()}]}),
    ),
    "its value first": (
        "task.json",
        lambda: json.dumps([{"value": word(), "name": "DB_PASSWORD"}]),
    ),
    "a field between them": (
        "requests.json",
        lambda: json.dumps([{"key": "token", "type": "string", "value": word()}]),
    ),
    "a stack's parameters": (
        "stack.json",
        lambda: json.dumps([{"ParameterKey": "DbPassword", "ParameterValue": word()}]),
    ),
    "a template's parameter": (
        "azure.json",
        lambda: json.dumps({"parameters": {"adminPassword": {"value": word()}}}),
    ),
    "a variable's default": (
        "db.tf",
        lambda: f'variable "db_password" {{\n  type = string\n  default = "{word()}"\n}}\n',
    ),
    "a resource of Android": (
        "res/values/strings.xml",
        lambda: f'<resources><string name="api_secret">{word()}</string></resources>',
    ),
    "an argument of JMeter": (
        "load.jmx",
        lambda: (
            '<stringProp name="Argument.name">password</stringProp>\n'
            f'<stringProp name="Argument.value">{word()}</stringProp>'
        ),
    ),
    "PowerShell": ("deploy.ps1", lambda: f"$env:API_KEY = '{word()}'\n"),
    "Bicep": ("db.bicep", lambda: f"param adminPassword string = '{word()}'\n"),
    "a keyword of Clojure": ("db.clj", lambda: f'{{:user "a" :password "{word()}"}}\n'),
    "a long bracket of Lua": ("key.lua", lambda: f"local api_key = [[{word()}]]\n"),
    "hexadecimal digits": (
        "key.py",
        lambda: f"SECRET_KEY = bytes.fromhex('{os.urandom(31).hex()}a7')\n",
    ),
    "base64": ("key.js", lambda: f"const API_KEY = atob('{in_base64(word())}');\n"),
    "bytes of Go": ("key.go", lambda: f'var jwtSecret = []byte("{word()}")\n'),
    "parentheses": ("key.py", lambda: f'API_KEY = (\n    "x"\n)\nTOKEN_KEY = ("{word()}")\n'),
    "a user's pass": ("mail.js", lambda: f"auth: {{ 'user': 'a', 'pass': '{word()}' }}\n"),
    "a file of notes": ("access.txt", lambda: f"Password: {word()}\n"),
    "a file of requests": ("try.http", lambda: f"GET https://a.net\nX-Api-Key: {word()}\n"),
    "a proxy's header": (
        "nginx.conf",
        lambda: f'proxy_set_header Authorization "Bearer {word()}";\n',
    ),
    "user and password of a client": (
        "call.py",
        lambda: f"requests.get(url, auth=('deploy', '{word()}'))\n",
    ),
    "basic credentials": ("call.go", lambda: f'request.SetBasicAuth("deploy", "{word()}")\n'),
    "a connection": (
        "Db.java",
        lambda: f'DriverManager.getConnection(url, "app", "{word()}");\n',
    ),
    "a connection of PHP": (
        "db.php",
        lambda: f"<?php $db = new PDO('mysql:host=db', 'app', '{word()}');\n",
    ),
    "a key that signs": ("token.ts", lambda: f"return jwt.sign(claims, '{word()}');\n"),
    "an algorithm's key": ("Token.java", lambda: f'Algorithm.HMAC256("{word()}");\n'),
    "a key that a function gives": (
        "token.go",
        lambda: (
            "jwt.Parse(given, func(t *jwt.Token) (any, error) {\n"
            f'\treturn []byte("{word()}"), nil\n}})\n'
        ),
    ),
    "sudo's password": ("up.sh", lambda: f"echo '{word()}' | sudo -S systemctl restart app\n"),
    "base64 of a shell": (
        "up.sh",
        lambda: f'TOKEN="$(echo {in_base64(word())} | base64 -d)"\n',
    ),
    "an address's query": (
        "call.py",
        lambda: f"get('https://api.a.net/v1?api_key={word()}&q=1')\n",
    ),
    "a command of Oracle's": ("run.sh", lambda: f"sqlplus -s app/{word()}@//db:1521/A @x.sql\n"),
    "a short token of Vault": ("up.py", lambda: f"Client(token='hvs.{word(24)}')\n"),
}
HARMLESS: dict[str, tuple[str, Callable[[], str]]] = {
    "a list of references": (
        "deploy/app.yaml",
        lambda: (
            "env:\n- name: API_KEY\n  valueFrom:\n    secretKeyRef: {name: api, key: key}\n"
            "- name: DB_PASSWORD\n  value: $(DATABASE_PASSWORD1)\n"
            "- name: TOKEN_KEY\n  value: {{ .Values.tokenKey1 }}\n"
        ),
    ),
    "variables of other names": (
        "task.json",
        lambda: json.dumps([{"name": "BUILD_ID", "value": word()}]),
    ),
    "a secret's place": (
        "task.json",
        lambda: json.dumps([{"name": "DB_PASSWORD", "value": "/run/secrets/db1_password"}]),
    ),
    "a schema": (
        "schema.json",
        lambda: json.dumps({"password": {"type": "string", "default": "", "minLength": 12}}),
    ),
    "a default that is drawn": (
        "db.tf",
        lambda: 'variable "db_password" {\n  type      = string\n  sensitive = true\n}\n',
    ),
    "words of Android": (
        "res/values/strings.xml",
        lambda: '<resources><string name="password">Passwort</string></resources>',
    ),
    "PowerShell's reference": ("deploy.ps1", lambda: "$env:API_KEY = $env:PROD_API_KEY1\n"),
    "a client's variables": (
        "call.py",
        lambda: "requests.get(url, auth=(os.environ['USER'], os.environ['PASS1']))\n",
    ),
    "a login in words": ("call.py", lambda: "client.login('Please log in', 'and-try-again')\n"),
    "a variable that signs": (
        "token.ts",
        lambda: "return jwt.sign({ sub: 'a' }, process.env.JWT_SECRET, { expiresIn: '15m1' });\n",
    ),
    "a public key that verifies": (
        "token.ts",
        lambda: "jwt.verify(given, publicKey, { algorithms: ['RS256'] });\n",
    ),
    "base64 of another thing": ("up.sh", lambda: 'LOGO="$(echo aGVsbG8gd29ybGQ= | base64 -d)"\n'),
    "a file of notes without one": ("notes.txt", lambda: "Password: ask the operators\n"),
    "a query of variables": (
        "call.py",
        lambda: "get(f'https://a.net?api_key={key}&page_token=3'); get('/v1?api_key=YOUR_KEY')\n",
    ),
    "an address of a picture": (
        "page.html",
        lambda: f'<img src="https://a.net/i.png?alt=media&token={word(36)}&v=2">\n',
    ),
    "a name that decodes": ("key.py", lambda: "SECRET_KEY = bytes.fromhex(settings.secret_key)\n"),
}


@pytest.mark.parametrize("name", LIVE)
def test_a_secret_is_found_though_its_name_stands_apart_or_nowhere(name: str) -> None:
    path, content = LIVE[name]
    assert deciding(path, content())


@pytest.mark.parametrize("name", HARMLESS)
def test_its_look_alike_is_not_accused(name: str) -> None:
    path, content = HARMLESS[name]
    assert deciding(path, content()) == []
