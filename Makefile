# Every target but `lock` works on a fresh clone with Python 3.11-3.13, make and git: it makes its own .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CODE := domain workflows activities starter worker.py tests bench

.DEFAULT_GOAL := help
.PHONY: help venv demo test check format generate bench surge lock clean

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

venv: $(READY) ## Make .venv with the locked packages and this project

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## Watch whole cases run, from nothing
	BROKERAGE_HOME=.brokerage/demo $(BIN)/brokerage demo --fresh

test: $(READY) ## Run every test, a file to a process, as many at once as there are cores (four at most)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(READY) ## Lint, types, architecture, diagrams up to date, texts in every language, golden files as they were
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m domain.case.diagram --check README.md docs/lifecycle.md docs/funds.md
	$(BIN)/python -m domain.text.check
	$(BIN)/python -m tests.golden.check

format: $(READY) ## Format the code
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

generate: $(READY) ## Write anew what is made from the code: diagrams, tables, the index of verbs
	$(BIN)/python -m domain.case.diagram README.md docs/lifecycle.md docs/funds.md
	$(BIN)/python -m starter.commands.verbs

bench: $(READY) ## Measure one command against a bare Temporal update, and a ranking against a plain command
	$(BIN)/python -m bench.command
	$(BIN)/python -m bench.match

surge: $(READY) ## Measure 10,000 cases with deadlines in the same minute
	$(BIN)/python -m bench.surge

lock: ## Resolve requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock

clean: ## Remove what was made here
	rm -rf $(VENV) .brokerage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
