# Needs python3 (3.11 or newer, with venv), make and git. Everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Worker processes of the test run. Some wait for programs that they start.
JOBS ?= 3
PYTEST_ARGS ?=

.PHONY: demo demo-patterns test test-browser check bench bench-guard docs dist matrix corpus \
	shop shop-hushed changelog clean

# Stamps: made when an environment is complete, and again when pyproject.toml changes.
DEMO := $(VENV)/.demo
DEV := $(VENV)/.dev
DOCS := $(VENV)/.docs
BROWSER := $(VENV)/.browser
RELEASE := $(VENV)/release/.made
PUBLISH := $(VENV)/release/bin

demo: $(DEMO) ## find, prove and fix the leaks of the example service, in a copy
	@$(BIN)/hushtable demo

demo-patterns: $(DEV) ## run five published remedies as they are written, and on the guard
	@$(BIN)/python examples/patterns/run.py

# worksteal: a file's tests stay together, and so does what they share.
test: $(DEV) ## run every test
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

# Chromium is Debian's, put in where that may be done; without it the tests are skipped, and say so.
test-browser: $(BROWSER) ## open the page of a report in Chromium; screenshots go to .artefacts/
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		(apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium) \
			>/dev/null 2>&1 || echo 'chromium could not be installed' >&2; \
	fi
	HUSHTABLE_SCREENSHOTS="$${HUSHTABLE_SCREENSHOTS:-.artefacts}" \
		$(BIN)/python -m pytest $(PYTEST_ARGS) tests/report/html/test_html_browser.py \
		tests/report/html/test_html_fleet_browser.py

check: $(DEV) ## format, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV) ## compare with other scanners, side by side
	$(BIN)/python -m benchmarks

bench-guard: $(DEV) ## compare the guard with other clients of DynamoDB, side by side
	$(BIN)/python -m benchmarks.guard

# What is generated is made first: links to it are checked too.
docs: $(DOCS) ## build the documentation into site/
	$(BIN)/python -m tools.rule_pages docs/rules
	$(BIN)/python -m tools.reference_pages docs/generated
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

dist: $(RELEASE) ## build the source distribution and the wheel into dist/, and check them
	rm -rf dist
	$(PUBLISH)/python -m build
	$(PUBLISH)/python -m twine check --strict dist/*

matrix: $(RELEASE) ## try the wheel on each Python, oldest and newest: make matrix ARGS='--extra guard'
	$(PUBLISH)/python -m tools.matrix --uv $(PUBLISH)/uv $(ARGS)

corpus: $(DEV) ## score on labelled checkouts: make corpus CORPUS=checkouts SCORER=score.py
	@if [ -z "$(CORPUS)" ] || [ -z "$(SCORER)" ]; then \
		echo 'usage: make corpus CORPUS=checkouts SCORER=score.py' >&2; exit 2; \
	fi
	$(BIN)/python "$(SCORER)" "$(CORPUS)" --hushtable $(BIN)/hushtable

shop: $(DEV) ## serve the leaky example service on an embedded DynamoDB
	$(BIN)/python examples/shop/serve.py

shop-hushed: $(DEV) ## serve the same service on hushtable.guard
	$(BIN)/python examples/shop_hushed/serve.py

changelog: $(DEV) ## show the changelog of what is not yet released
	$(BIN)/towncrier build --draft --version unreleased

clean: ## remove the environment and everything generated
	rm -rf $(VENV) build dist site docs/rules docs/generated benchmarks/.work
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .hushtable_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'hushtable needs Python 3.11 or newer: make PYTHON=python3.11' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(DEMO): pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --upgrade pip
	$(PIP) install --quiet --editable '.[demo]'
	@touch $@

# --group needs pip 25.1, hence the upgrade.
$(DEV): pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --upgrade pip
	$(PIP) install --quiet --editable '.[all]' --group dev
	@touch $@ $(DEMO)

$(BROWSER): pyproject.toml | $(DEV)
	$(PIP) install --quiet --group browser
	@touch $@

$(DOCS): pyproject.toml | $(DEMO)
	$(PIP) install --quiet --group docs
	@touch $@

# An environment of its own: what a release is made with asks for newer packages than the tests do.
$(RELEASE): pyproject.toml | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/release
	$(PUBLISH)/python -m pip install --quiet --upgrade pip
	$(PUBLISH)/python -m pip install --quiet --group release
	@touch $@
