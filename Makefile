# Siyanat. `make help` lists what there is.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: help setup demo demo-reset test test-fast test-long lint bench reference clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Siyanat needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing; install it (Debian, Ubuntu: apt install python3-venv) and try again."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing dependencies ..."
	@awk '/^uv==/ {keep=1; print; next} /^[^ ]/ {keep=0} keep' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --require-hashes -r requirements.lock \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python tools/link.py
	@touch $@

setup: $(STAMP) ## virtual environment, front-end, message catalogues
	@$(BIN)/python tools/hatch_build.py

demo: setup ## start the whole system with realistic data and footage
	@$(BIN)/siyanat demo

demo-reset: setup ## forget the demo's data and footage
	@$(BIN)/siyanat demo --reset

lint: setup ## style, types, floors, messages, dead documents
	$(BIN)/ruff format --quiet --check src tests tools benchmarks
	$(BIN)/ruff check src tests tools benchmarks
	$(BIN)/lint-imports
	$(BIN)/python tools/messages.py check
	$(BIN)/mypy

test-fast: lint ## what a developer runs before each commit (under 3 minutes)
	$(BIN)/pytest -q -n 2 -m "not browser and not faults and not slow"

test: lint ## everything that CI runs (under 40 minutes)
	$(BIN)/python tools/programs.py
	$(BIN)/python tools/hatch_build.py --check
	$(BIN)/pytest -q -n 2 -m "not browser and not faults"
	$(BIN)/pytest -q -m "browser or faults"
	$(BIN)/python tests/stop.py

test-long: setup ## fuzzing and long benches, outside CI
	HYPOTHESIS_PROFILE=long $(BIN)/pytest -q

bench: setup ## list the benchmarks, or run one: make bench NAME=ingest
	@$(BIN)/python -m benchmarks $(NAME) $(ARGS)

reference: setup ## write the generated reference pages anew
	$(BIN)/python tools/reference.py

clean: ## remove what set-up and runs have made (not data in var/)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache frontend/node_modules src/siyanat/ui/static/ui/dist
