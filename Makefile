.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: help install train test soak check package format clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(INSTALLED) ## Make the virtual environment .venv with everything in it

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(INSTALLED)

train: $(INSTALLED) ## Train on Shakespeare in about a minute; more: make train ARGS="network.hidden_size=512"
	$(BIN)/python scripts/train.py $(ARGS)

test: $(INSTALLED) ## Run the tests; some of them: make test ARGS="tests/layers -k rnn"
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile $(ARGS)

soak: $(INSTALLED) ## Break it on purpose for half an hour: kills, wrong values, damaged files
	$(BIN)/python -m pytest tests/soak -m soak $(ARGS)

check: $(INSTALLED) ## Check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

package: $(INSTALLED) ## Build wheel and sdist into dist/, and try the wheel in a bare environment
	rm -rf build dist
	$(BIN)/python -m build
	$(PYTHON) -m venv build/bare
	build/bare/bin/python -m pip install --disable-pip-version-check --constraint constraints.txt dist/*.whl
	build/bare/bin/python tests/packaging/check_wheel.py dist/*.whl

format: $(INSTALLED) ## Put the code into the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## Remove the environment and caches; outputs/ and data/ stay
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
