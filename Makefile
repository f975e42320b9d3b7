# Every target brings up .venv by itself when it is missing or older than the lock file.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
ARGS   ?=

.PHONY: help review test lab lint format types bench docs lock demo-stop clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "python3 -m venv failed; on Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

review: $(READY) ## review the demo databases (or TARGETs: make review ARGS="name …")
	$(BIN)/workbench review --try-fixes $(ARGS)

test: $(READY) ## the whole test suite
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lab: $(READY) ## JupyterLab with the demo running and the notebooks ready
	$(BIN)/workbench lab $(ARGS)

lint: $(READY) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## rewrite the sources in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## benchmarks, as ratios measured in one run
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(READY) ## regenerate what is generated: README tables, docs/checks.md, environment.yml
	$(BIN)/python -m workbench.docs

lock: ## resolve pyproject.toml anew into requirements.lock
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip --quiet install uv; }
	$(BIN)/uv pip compile --quiet pyproject.toml --group dev --universal --generate-hashes --upgrade \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock

demo-stop: $(READY) ## stop the demo server
	$(BIN)/workbench demo stop

clean: ## remove the environment and caches of tools (not your reviews)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build dist
