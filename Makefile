PY := .venv/bin/python
EVENHAND := .venv/bin/evenhand
READY := .venv/.evenhand-ready
PORT ?= 8080
CODE := src tests $(if $(wildcard benchmarks/*.py),benchmarks) conftest.py docs/conftest.py
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(PY) -m pip install --quiet --no-input
LOCK := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help setup run files test lint types format docs reference bench torture lock clean

help:    ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(READY)  ## make .venv with everything in it, .venv/bin/evenhand too

$(READY): requirements/dev.txt pyproject.toml | .venv/bin/pip
	@echo "Filling .venv from requirements/dev.txt (a minute or two the first time)"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/bin/pip:
	@$(or $(PYTHON),$(error Evenhand needs Python 3.11 or later with venv and found none. Install it, or name it: make setup PYTHON=/path/to/python3)) -m venv .venv

run: setup  ## a made-up company, served at http://127.0.0.1:8080 until Ctrl-C (PORT=... elsewhere)
	@$(EVENHAND) demo --port $(PORT)

files: setup  ## make 2,000 made-up leads in a file, route them, and say why one of them went where it did
	$(EVENHAND) demo-data demo --leads 2000 --seed 7
	$(EVENHAND) route demo/leads.csv --policy demo/policy.toml --team demo/team.toml --accounts demo/accounts.csv --out demo/decisions.jsonl
	$(EVENHAND) why $$(sed -n 45p demo/leads.csv | cut -d, -f1) --decisions demo/decisions.jsonl

test: setup  ## run all tests and every example in the docs
	$(PY) -m pytest -n 2 --dist loadfile

lint: setup  ## check style, types and the direction of imports
	$(PY) -m ruff format --check $(CODE)
	$(PY) -m ruff check $(CODE)
	$(PY) -m mypy $(CODE)
	.venv/bin/lint-imports --no-logo --no-cache

types: setup  ## check types only
	$(PY) -m mypy $(CODE)

format: setup  ## put the code into shape, and mend what can be mended
	$(PY) -m ruff format $(CODE)
	$(PY) -m ruff check --fix $(CODE)

docs: setup  ## check links, pages and examples of the docs
	$(PY) -m pytest tests/test_docs.py docs src README.md ARCHITECTURE.md CONTRIBUTING.md

reference: setup  ## write the generated pages of the reference anew
	$(PY) -m tests.service.examples
	$(PY) -m evenhand.cli.reference docs/reference

bench: setup  ## measure what the README states
	$(PY) -m benchmarks

torture: setup  ## kill, cut and fail for some minutes, and check that nothing is lost or doubled
	EVENHAND_TORTURE=1 $(PY) -m pytest tests/faults -n 2
	$(PY) -m benchmarks.torture

lock: setup  ## resolve the dependencies of pyproject.toml anew, with hashes
	$(LOCK) --output-file requirements/run.txt
	$(LOCK) --output-file requirements/dev.txt --constraints requirements/run.txt --group dev

clean:   ## remove caches and demo data (.venv stays)
	rm -rf demo dist build htmlcov .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -path ./.venv -prune -o -name __pycache__ -prune -exec rm -rf {} +
