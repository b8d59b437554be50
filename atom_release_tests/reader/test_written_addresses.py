"""Which URLs a script or a document writes down, and which it only seems to."""

from __future__ import annotations

import pytest

from atom_release.reader.written_addresses import read_addresses

WRITTEN = {
    "plain": ("curl -sf http://localhost:8001/health", ["8001/health"]),
    "base": (
        'BASE="http://localhost:8001/api"\ncurl -sf "$BASE/health" || fail "no health"',
        ["8001/api/health"],
    ),
    "default": ("R=${RATES:-http://127.0.0.1:8002}\ncurl ${R}/rates", ["8002/rates"]),
    "environment": (
        'BASE = os.environ.get("BASE", "http://localhost:8001")\nget(f"{BASE}/health")',
        ["8001/health"],
    ),
    "added": ('BASE = "http://localhost:8001"\nget(BASE + "/health")', ["8001/health"]),
    "several": (
        "curl http://localhost:8001/a http://localhost:8002/b",
        ["8001/a", "8002/b"],
    ),
    "mapping": (
        'urls = {"fees": "http://localhost:8001/health"}\nfor url in urls.values(): get(url)',
        ["8001/health"],
    ),
    "slash": ("curl http://localhost:8001/health/", ["8001/health/"]),
    "name used whole": (
        'HEALTH_URL=http://localhost:8001/health\ncurl -sf "$HEALTH_URL"',
        ["8001/health"],
    ),
    "query": ('curl "http://localhost:8001/search?q=abc"', ["8001/search?q=abc"]),
}
ONLY_SEEMS = {
    "base alone": 'BASE = "http://localhost:8001/api/fees"\nget(f"{BASE}/{name}")',
    "bases of a loop": (
        'urls = {"fees": "http://localhost:8001/fees"}\n'
        'for url in urls.values(): get(f"{url}/health")'
    ),
    "two of one name": (
        'B = "http://localhost:8001"\nget(f"{B}/a")\nB = "http://localhost:8002"\nget(f"{B}/b")'
    ),
    "base of other files": 'API_BASE_URL = "http://localhost:8001/api/moods"',
    "value of other files": 'SERVICE_URL = "http://localhost:8001/api/moods"',
    "redirection": 'get(redirect_uri="http://localhost:8001/oauth")',
    "goes on": 'get("http://localhost:8001/fees" + name)',
    "goes on in a shell": 'curl "http://localhost:8001/fees/"$ID',
    "placeholder": "curl http://localhost:8001/items/{id}",
    "angle": "curl http://localhost:8001/items/<id>",
    "colon": "curl http://localhost:8001/items/:id",
    "variable": "curl http://localhost:8001/items/$ID",
    "row": "curl http://localhost:8001/items/7",
    "uuid": "curl http://localhost:8001/items/0b1f7c1e-9b1e-4c7e-8f0a-2d9c1f4b7a10",
    "prefix": "curl http://localhost:8001/api/v1",
    "prefix with a slash": "curl http://localhost:8001/api/",
    "root": "curl http://localhost:8001/",
    "to be absent": "curl http://localhost:8001/gone  # expect 404",
    "to be absent below": (
        'answer = get("http://localhost:8001/gone")\nassert answer.status_code == 404'
    ),
    "a server of its own": (
        "HTTPServer(('', 8001), Handler)\nget('http://localhost:8001/stand-in')"
    ),
    "secure": "curl https://localhost:8001/health",
}


def _paths(text: str, *, code: bool) -> list[str]:
    return [f"{url.port}{url.path}" for url in read_addresses(text, code=code)]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_url_of_a_script_is_read_whole(name: str) -> None:
    text, paths = WRITTEN[name]
    assert _paths(text, code=True) == paths


@pytest.mark.parametrize("name", ONLY_SEEMS)
def test_what_nobody_asks_as_it_stands_is_left_out(name: str) -> None:
    assert _paths(ONLY_SEEMS[name], code=True) == []


def test_a_document_is_read_by_its_lines() -> None:
    """Punctuation and markup end a URL; a base, and what was or will be, is none."""
    text = (
        "- Health: http://localhost:8001/health.\n"
        "| metrics | `http://localhost:8002/metrics`. | [docs](http://localhost:8003/docs) |\n"
        "Base URL: http://localhost:8001/fees\n"
        "It was http://localhost:8001/status before.\n"
        "http://localhost:8001/next will come.\n"
        "HEALTHCHECK CMD curl -f http://localhost:8001/in-a-container\n"
        "curl http://localhost:8001/answered\n"
        "# 404, so mend the routes\n"
    )
    assert _paths(text, code=False) == ["8001/health", "8002/metrics", "8003/docs"]
    (first, *_) = read_addresses(text, code=False)
    assert (first.line, first.text) == (1, "- Health: http://localhost:8001/health.")
