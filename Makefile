PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test setup lint bench chaos soak lock clean

demo: setup  ## set up, then run the example from a won deal to a finished project
	@$(BIN)/python -m cli.demo

test: setup  ## set up, then run the tests
	@$(BIN)/python -m pytest -n auto --dist loadfile

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Baton needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up (about a minute, once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lint: setup  ## style, types, import rules, dependencies, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python -m docs.reference --check

bench: setup  ## measure against hand-written Temporal workflows; writes bench/results.json
	$(BIN)/python -m bench

chaos: setup  ## kill the worker again and again and count what was lost or sent twice
	$(BIN)/python -m bench.chaos

soak: setup  ## the tests that take minutes: thousands of random processes, hundreds of cases at once
	$(BIN)/python -m pytest -m slow

lock:  ## pin all dependencies anew, with hashes and without any index address (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv demo build *.egg-info
