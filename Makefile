# Two commands: `make release` judges and tags the reference release, `make test` runs the tests. Both build .venv from the locks in
# requirements/, which are made from constraints.txt by `make locks`.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# The product with its extras, and what its tests and checks need beside it.
PRODUCT := $(VENV)/.product
READY := $(VENV)/.ready
DOCS := $(VENV)/.docs
# Most modules of the packages are never imported: those that are compile at their first import.
PIP = PIP_CONSTRAINT=$(CURDIR)/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
	$(BIN)/python -m pip install --quiet --no-compile
# Only files whose digests the locks name; what builds the package itself is among them.
LOCKED = $(PIP) --require-hashes --requirement requirements/release.txt
ITSELF = $(PIP) --no-deps --no-build-isolation --editable .
# What the reference release's suites and services import: in the sandbox they cannot keep what they compile, so that
# each of their starts would do it anew.
COMPILE = cd $(VENV)/lib/python*/site-packages && ../../../bin/python -m compileall -q \
	pytest _pytest pluggy iniconfig pygments/formatters pygments/lexers/python.py starlette anyio httpx httpcore h11 \
	uvicorn prometheus_client psycopg jwt

# The tests start some thousand interpreters, each of which would otherwise compile the whole package anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: release test costs coverage matrix ui bench lint locks docs clean

release: $(PRODUCT)
	$(BIN)/atom-release run

test: $(READY)
	$(BIN)/python -m pytest -q -m "not slow" -n 3 --dist loadgroup

# The tests above, and which ten of their modules took the most processor time.
costs: $(READY)
	$(BIN)/python -m pytest -q -m "not slow" -n 2 --dist loadgroup --costs=10

# Branch coverage of the tests above, by room.
coverage: $(READY)
	-$(BIN)/python -m pytest -q -m "not slow" -n 2 --dist loadgroup --cov --cov-report=json:.coverage.json
	$(BIN)/python -m atom_release_tests.benchmarks.coverage .coverage.json

# Each scenario alone, also those that share a run in the tests.
matrix: $(READY)
	$(BIN)/python -m pytest -q -m matrix -n 2 --dist loadgroup

ui: $(PRODUCT)
	$(BIN)/atom-release ui

bench: $(READY)
	$(BIN)/python -m atom_release_tests.benchmarks.graph
	$(BIN)/python -m atom_release_tests.benchmarks.claims
	$(BIN)/python -m atom_release_tests.benchmarks.latency
	$(BIN)/python -m atom_release_tests.benchmarks.quantiles
	$(BIN)/python -m atom_release_tests.benchmarks.audit
	$(BIN)/python -m atom_release_tests.benchmarks.digest
	$(BIN)/python -m atom_release_tests.benchmarks.services
	$(BIN)/python -m atom_release_tests.benchmarks.suites
	$(BIN)/python -m atom_release_tests.benchmarks.inbox

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy atom_release atom_release_tests
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -p no:cacheprovider atom_release_tests/test_names.py \
		atom_release_tests/test_architecture.py::test_what_is_imported_is_declared

# The documents as a site, in .site; any warning is an error. What makes it is no part of `make release`.
docs: $(DOCS)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

$(VENV):
	$(PYTHON) -m venv $(VENV)

# After a change of constraints.txt or pyproject.toml; asks the registry of the user's own settings.
locks: $(READY)
	$(BIN)/python -m atom_release_tests.fixtures.locks

$(PRODUCT): requirements/release.txt pyproject.toml | $(VENV)
	$(LOCKED)
	$(ITSELF)
	$(COMPILE)
	touch $@

$(READY): requirements/release.txt requirements/test.txt pyproject.toml | $(VENV)
	$(LOCKED) --requirement requirements/test.txt
	$(ITSELF)
	touch $(PRODUCT) $@

$(DOCS): constraints.txt pyproject.toml | $(VENV)
	$(PIP) --editable '.[docs]'
	touch $(PRODUCT) $@

clean:
	rm -rf $(VENV) .atom .site
