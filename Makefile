# Everything a person or CI types. `make help` lists it; the first command builds .venv and needs only Python 3.11 or newer.

VENV ?= .venv
EXTRAS ?= all
ARGS ?=
JOBS ?= auto
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
  $$python -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)

BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

export PATH := $(abspath $(BIN)):$(PATH)
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help demo test check static tidy fmt schemas docs bench chaos constraints clean venv

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

demo: $(READY) ## the five estates: checked, compiled, planned and applied to local stand-ins, then run while something breaks
	@monctl demo $(ARGS)

test: $(READY) ## the tests; ARGS='-k word' for some of them
	@python -m pytest -n $(JOBS) $(ARGS)

check: static test tidy ## all that CI runs, in its order

static: $(READY) ## format, lint, types, import contracts, specs, generated schemas
	@ruff format --check --quiet . || { echo 'Some files are not formatted. Run: make fmt' >&2; exit 1; }
	@ruff check --quiet . || { echo 'ruff found the faults above. Run: make fmt (mends what can be mended), then mend the rest.' >&2; exit 1; }
	@mypy || { echo 'mypy found the faults above. Run: mypy PATH for one file.' >&2; exit 1; }
	@report=$$(lint-imports --no-logo) || { echo "$$report" >&2; \
	  echo 'An import contract is broken: the chain of imports is above, the contracts are in pyproject.toml.' >&2; exit 1; }
	@monctl fmt --check monitors || { echo 'The specs above are not formatted. Run: make fmt' >&2; exit 1; }
	@python -m monctl.schema --check || { echo 'schemas/ does not match the models. Run: make schemas' >&2; exit 1; }
	@python -m monctl.stub --check || { echo 'the types of Python specs do not match the models. Run: make schemas' >&2; exit 1; }

tidy:
	@if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then git diff --exit-code --stat || \
	  { echo 'The files above differ from the commit: commit them, or find out which step wrote them.' >&2; exit 1; }; fi

fmt: $(READY) ## format the code and the specs, and mend what ruff can mend
	@ruff check --quiet --fix-only . && ruff format --quiet . && monctl fmt monitors

schemas: $(READY) ## write schemas/ and the types of Python specs from the models
	@python -m monctl.schema && python -m monctl.stub

docs: $(READY) ## put the real output of the commands into README.md and docs/
	@python docs/refresh.py $(ARGS)

bench: $(READY) ## measure; takes minutes; ARGS='--size 1000' for a quick one
	@python -m bench.run $(ARGS)

chaos: $(READY) ## several runners on one PostgreSQL, killed and frozen for a minute; ARGS='--seconds 20 --seed 2'
	@python -m bench.chaos $(ARGS)

constraints: ## pin the newest versions that pyproject.toml allows in constraints.txt
	@$(MAKE) VENV=build/newest CONSTRAINTS=/dev/null build/newest/.ready
	@{ sed -n '/^#/p' constraints.txt; \
	  build/newest/bin/python -m pip list --format=freeze --exclude-editable --exclude setuptools; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt && rm -rf build/newest && git diff --stat constraints.txt

clean: ## remove all that make built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv: $(READY) ## .venv with monctl, editable, and the tools

CONSTRAINTS ?= constraints.txt
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "monctl needs Python 3.11 or newer with its venv module, and found none." >&2; \
	  echo "Install it (Debian, Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "building $(VENV) with $$($(PYTHON) --version), once" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade --constraint $(CONSTRAINTS) pip
	@$(PIP) install --constraint $(CONSTRAINTS) --group dev
	@$(PIP) install --constraint $(CONSTRAINTS) --no-build-isolation --editable ".$(if $(EXTRAS),[$(EXTRAS)])" || \
	  { echo "If sqlglot's compiled parser has no wheel for this system (musl), do without it: make EXTRAS=" >&2; exit 1; }
	@touch $(READY)
