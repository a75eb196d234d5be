# Lantaarn's own set-up and gates. Everything lands in .venv, node_modules and .lantaarn; nothing needs root.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
VENDOR := api/web/static/vendor

.PHONY: help install demo test check bench soak mutants sbom texts schema statement format lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

install: .venv/.runtime $(VENDOR)/.made ## what the programs need, in this folder

demo: .venv/.runtime $(VENDOR)/.made ## the whole city on this machine (ARGS="--duration 60")
	@exec $(BIN)/lantaarn demo $(ARGS)

test: .venv/.dev $(VENDOR)/.made node_modules/.dev ## every test (ARGS="-k words")
	@$(BIN)/python -m pytest $(ARGS)

check: .venv/.dev ## format, lint, types, import contracts, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

bench: .venv/.dev ## measured speed, as ratios within one run
	@$(BIN)/python -m tests.bench $(ARGS)

soak: .venv/.dev ## half an hour of faults, then a leak check; nothing lost (ARGS="--minutes 5")
	@$(BIN)/python -m tests.faults.soak $(ARGS)

mutants: .venv/.dev ## take out each rule of the privacy code; a test must fail (ARGS="--only token")
	@$(BIN)/python -m tests.mutants $(ARGS)

sbom: .venv/.dev $(VENDOR)/.made ## what Lantaarn is made of, as CycloneDX, in build/sbom
	@$(BIN)/python -m deployment.sbom build/sbom

texts: .venv/.dev ## take new sentences up in the English catalogue
	@$(BIN)/python -m api.web.message_catalogue

schema: .venv/.dev ## write sensors/db/schema.sql again, after a migration
	@$(BIN)/python -m docs.generators.schema

statement: .venv/.dev $(VENDOR)/.made node_modules/.dev ## test with axe-core, and write what it found for the accessibility statement
	@LANTAARN_STATEMENT=write $(BIN)/python -m pytest tests/browser/test_axe.py

format: .venv/.dev ## let ruff format and mend
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

lock: .venv/.dev ## pin the dependencies again, with hashes
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--extra embedded pyproject.toml -o requirements/runtime.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		-c requirements/runtime.txt pyproject.toml -o requirements/production.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--extra embedded --extra dev pyproject.toml -o requirements/dev.txt

clean: ## remove what was installed or built (not .lantaarn, the demo's data)
	rm -rf .venv node_modules build api/web/static/vendor .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# uv when it is there, for speed; else venv and pip, which every Debian has once python3-venv is installed.
UV := $(shell command -v uv)
.venv/bin/python:
	@if [ -n "$(UV)" ]; then $(UV) venv -q --allow-existing --python '>=3.11' .venv; \
	elif ! command -v $(PYTHON) >/dev/null || ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "Lantaarn needs Python 3.11 or later. On Debian: apt-get install python3" >&2; exit 1; \
	elif ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2; exit 1; \
	else $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }; fi

# A .venv that uv made has no pip of its own.
define install
	@echo "installing $(1)"
	@if [ -n "$(UV)" ]; then VIRTUAL_ENV=.venv $(UV) pip install -q --require-hashes -r $(1); else \
		$(BIN)/python -c 'import pip' 2>/dev/null || $(BIN)/python -m ensurepip >/dev/null; \
		$(BIN)/python -m pip install -q --require-hashes -r $(1); fi
endef

# The command `lantaarn` and the folders on the path, without a build step (so that it works off line).
define link
	@$(BIN)/python -c "import pathlib, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'lantaarn.pth').write_text(str(pathlib.Path().resolve()) + '\n')"
	@printf '#!%s\nimport sys\nfrom lantaarn import main\nsys.exit(main())\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/lantaarn && chmod +x $(BIN)/lantaarn
endef

.venv/.runtime: requirements/runtime.txt | .venv/bin/python
	$(call install,requirements/runtime.txt)
	$(call link)
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.runtime
	$(call install,requirements/dev.txt)
	@touch $@

# Node comes as a wheel too; its npm fetches the assets once, pinned by package-lock.json.
NPM := $(BIN)/python -m simulators.embedded.npm
$(VENDOR)/.made: package-lock.json .venv/.runtime
	@echo "installing the web assets"
	@$(NPM) ci --omit=dev
	@deployment/web-assets.sh node_modules $(VENDOR)
	@touch $@

node_modules/.dev: package-lock.json $(VENDOR)/.made
	@echo "installing TimescaleDB as WebAssembly and axe-core, for the tests"
	@$(NPM) ci
	@touch $@
