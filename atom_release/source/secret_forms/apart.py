"""Secrets whose name and value stand apart, each in a field of its own.

As lists of variables (Kubernetes, ECS, Postman, CloudFormation), parameters of templates (ARM,
Terraform) and resources of Android write them. The same literal beside its name is `assigned`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.source.secret_forms.assigned import is_secret
from atom_release.source.secret_forms.keys import Found
from atom_release.source.text import Text

_NAME = r"(?P<name>[A-Za-z_][\w.-]{1,79})"
_VALUE = r"(?P<value>[^\"'\s<>{}\\]{8,512})"
_CALLED = r"(?:parameter)?(?:name|key)"
_HELD = r"(?:parameter)?value"
_LINES = (
    rf"^[ \t]*(?:-[ \t]+)?{_CALLED}[ \t]*:[ \t]*[\"']?{_NAME}[\"']?[ \t]*\r?\n"
    rf"[ \t]*{_HELD}[ \t]*:[ \t]*[\"']?{_VALUE}[\"']?[ \t]*\r?$"
)
_BETWEEN = r"(?:\"\w{1,40}\"\s*:\s*[^,{}\[\]\n]{1,80},\s*)?"
_FIELDS = rf"\"{_CALLED}\"\s*:\s*\"{_NAME}\"\s*,\s*{_BETWEEN}\"{_HELD}\"\s*:\s*\"{_VALUE}\""
_FIELDS_TURNED = rf"\"{_HELD}\"\s*:\s*\"{_VALUE}\"\s*,\s*\"{_CALLED}\"\s*:\s*\"{_NAME}\""
_TYPE = r"(?:\"type\"\s*:\s*\"\w{1,20}\"\s*,\s*)?"
_PARAMETER = (
    rf"\"{_NAME}\"\s*:\s*\{{\s*{_TYPE}\"(?:value|default|defaultValue)\"\s*:\s*\"{_VALUE}\""
)
_VARIABLE = rf"\bvariable\s+\"{_NAME}\"\s*\{{[^{{}}]{{0,600}}?\bdefault\s*=\s*\"{_VALUE}\""
_ELEMENT = (
    rf"<(?P<tag>\w{{1,40}})\s[^<>]{{0,200}}?\b(?:name|key)=\"{_NAME}\"[^<>]{{0,200}}>"
    rf"\s*{_VALUE}\s*</(?P=tag)>"
)
_ELEMENTS = rf"\"\w+\.name\">{_NAME}</\w+>\s*<\w+ name=\"\w+\.value\">{_VALUE}<"  # JMeter
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        _LINES,
        _FIELDS,
        _FIELDS_TURNED,
        _PARAMETER,
        _VARIABLE,
        _ELEMENT,
        _ELEMENTS,
    )
)
_SPEAKS = re.compile(r"value|default|name=|key=", re.IGNORECASE)


def pairs(text: Text) -> Iterator[Found]:
    """Find random literals in the field behind the one that holds a secret's name."""
    if not _SPEAKS.search(text.text):
        return
    for pattern in _FORMS:
        for match in pattern.finditer(text.text):
            if is_secret(match["name"], match["value"]):
                line = text.line_of(match.start("value"))
                description = f"a literal under the name {match['name']}"
                yield line, "literal", description, match["value"], True
