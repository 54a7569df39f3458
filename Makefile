# A fresh machine needs Python 3.11 or newer, make and npm; everything else is fetched here.
PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SLACK := tools/local-slack
# A Slack of your own choosing spares npm.
SLACK_READY := $(if $(LOCAL_SLACK_BIN),,$(SLACK)/node_modules/.ready)

.DEFAULT_GOAL := help
.PHONY: help setup demo run check format test faults bench pictures lock wheel clean

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'
	@echo 'Pass more with ARGS, as in: make test ARGS="tests/core -x"'

setup: $(READY) $(SLACK_READY) ## fetch all that the other targets need

demo: setup ## see Baton at work in a Slack on this machine
	$(BIN)/baton demo $(ARGS)

run: $(READY) ## run Baton, web and worker in one process
	$(BIN)/baton run $(ARGS)

check: $(READY) ## format, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## put the code in its form
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

test: setup ## run every test, in a real browser too
	CHROMIUM="$$(tools/chromium.sh)" && export CHROMIUM && $(BIN)/python -m pytest $(ARGS)

faults: $(READY) ## break everything on purpose; count what is lost or doubled
	$(BIN)/python -m tests.faults $(ARGS)

bench: $(READY) ## measure against the least that the same work could cost
	$(BIN)/python -m bench $(ARGS)

pictures: setup ## take the screenshots that the documents show
	CHROMIUM="$$(tools/chromium.sh)" && export CHROMIUM && $(BIN)/python docs/pictures.py $(ARGS)

lock: ## choose the versions again (ARGS=--upgrade: the newest)
	tools/lock.sh $(ARGS)

wheel: $(READY) ## build what is installed elsewhere
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove what make put here
	rm -rf $(VENV) $(SLACK)/node_modules dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Baton needs Python 3.11 or newer, and $(PYTHON) is not: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python lacks its venv module (on Debian: apt-get install python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(SLACK)/node_modules/.ready: $(SLACK)/package.json $(SLACK)/package-lock.json
	@command -v npm >/dev/null || \
		{ echo "npm is missing. Install it, or name a local Slack: make LOCAL_SLACK_BIN=/path/to/local-slack ..." >&2; exit 1; }
	npm ci --prefix $(SLACK) --silent
	@ls $(@D)/*/bin/local-slack* >/dev/null 2>&1 || \
		{ echo "No local Slack is packed for this machine. Name one: make LOCAL_SLACK_BIN=/path/to/local-slack ..." >&2; exit 1; }
	@touch $@
