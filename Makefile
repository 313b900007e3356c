# newsreader: `make run` opens the reader on the seeds, `make test` runs every check.
# Both set up .venv by themselves; a Python 3.11 or newer with venv is all they need.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
# Tests with a screen wait more than they work.
SCREENS ?= 4
ARGS ?= seeds

.DEFAULT_GOAL := help
.PHONY: help run test lint unit docs bench stress fuzz audit clean

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("newsreader needs Python 3.11 or newer: make PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(VENV)/.run $@

run: $(VENV)/.run ## Open the reader on the bundled seeds (another archive: make run ARGS=PATH)
	@$(BIN)/newsreader $(ARGS)

test: lint unit ## Run every check: lint, types, layers, tests, coverage

lint: $(VENV)/.dev ## Lint, format, types, layer contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/contracts/test_static_gates.py

unit: $(VENV)/.dev ## The tests: with branch coverage of everything outside tui/, then those with a screen
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -q -n $(JOBS) -m "not stress" tests/unit tests/properties tests/hostile
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	$(BIN)/python -m pytest -q -n $(SCREENS) --dist worksteal -m "not stress" tests/terminal tests/contracts tests/tui

docs: $(VENV)/.dev ## Write the man page and the tables of the README anew
	$(BIN)/python -m docs.manual

bench: $(VENV)/.dev ## Measure: the append path of a mark, and more as the rooms fill
	$(BIN)/python -m tests.bench

stress: $(VENV)/.dev ## The long form of the reliability tests; again as before: make stress NEWSREADER_SEED=17
	$(BIN)/python -m pytest -q -m stress -s

fuzz: $(VENV)/.dev ## Throw bytes at parsers, with atheris where it is to be had (FUZZ="--seconds 600 parse")
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install --quiet \
		--disable-pip-version-check 'atheris>=3,<4' || echo "atheris is not to be had here: mutating blindly"
	$(BIN)/python -m tests.fuzz $(FUZZ)

audit: $(VENV)/.run ## Ask for known vulnerabilities of what it runs on (needs the network; fails where nobody knows)
	$(BIN)/python -m tests.audit

clean: ## Remove the environment and everything built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
