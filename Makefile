PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

# Compiled modules are kept: without them each of the many processes of a run compiles the bot anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup lock sandbox sandbox-story run test test-v1 check lint types contracts docs pictures soak bench format

setup: $(READY)

$(READY): requirements/dev.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $(READY)

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt

sandbox: $(READY)
	$(BIN)/python -m sandbox

sandbox-story: $(READY)
	$(BIN)/python -m sandbox.story

run: $(READY)
	$(BIN)/python -m bot run

test: $(READY)
	$(BIN)/python -m pytest

# The tests that run the whole bot, on Fanvue's newer surface.
test-v1: $(READY)
	FANVUE_SURFACE=/v1 $(BIN)/python -m pytest tests/cogs tests/web tests/promises tests/discordkit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports

docs: $(READY)
	$(BIN)/python -m bot commands > docs/commands.md
	$(BIN)/python -m bot rights docs/rights.md

pictures: $(READY)
	$(BIN)/python -m sandbox.gallery docs/pictures

soak: $(READY)
	$(BIN)/python -m sandbox.soak --size $(or $(SIZE),short)

bench: $(READY)
	$(BIN)/python -m benchmarks

check: lint types contracts test sandbox-story
