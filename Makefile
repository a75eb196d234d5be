# Set-up and checks. Everything is installed in .venv, node_modules and .lantaarn; no root needed.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
VENDOR := api/web/static/vendor
DRAWING := tests/preview/drawing

.PHONY: help install demo test test-fast check bench soak mutants dashboards-preview sbom texts schema statement format lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: .venv/.runtime $(VENDOR)/.made ## install runtime dependencies in this folder

demo: .venv/.runtime $(VENDOR)/.made ## run a whole city on this machine (ARGS="--duration 60")
	@exec $(BIN)/lantaarn demo $(ARGS)

# The tests start hundreds of programs, which would each compile their modules again where Python may not keep that.
test: .venv/.dev $(VENDOR)/.made node_modules/.dev ## run all tests (ARGS="-k words")
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest $(ARGS)

test-fast: .venv/.dev ## run the quick unit tests, which need no server (ARGS="-k words")
	@$(BIN)/python -m pytest tests/unit -m "not slow" $(ARGS)

check: .venv/.dev ## check format, lint, types and import contracts, and run all tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

bench: .venv/.dev ## benchmark, as ratios to baselines of the same run
	@$(BIN)/python -m tests.bench $(ARGS)

soak: .venv/.dev ## flood ingest, inject faults for half an hour, run a leak check (ARGS=--flood)
	@$(BIN)/python -m tests.faults.soak $(ARGS)

mutants: .venv/.dev ## mutation testing: disable each privacy rule; a test must fail (ARGS="--only token")
	@$(BIN)/python -m tests.mutants $(ARGS)

dashboards-preview: .venv/.dev $(VENDOR)/.made $(DRAWING)/node_modules/.made ## draw the dashboards as Grafana would (ARGS="--dashboard traffic")
	@$(BIN)/python -m tests.preview $(ARGS)

sbom: .venv/.dev $(VENDOR)/.made ## write a CycloneDX software bill of materials to build/sbom
	@$(BIN)/python -m deployment.sbom build/sbom

texts: .venv/.dev ## add new messages to the English catalogue
	@$(BIN)/python -m api.web.message_catalogue

schema: .venv/.dev ## regenerate sensors/db/schema.sql, after adding a migration
	@$(BIN)/python -m docs.generators.schema

statement: .venv/.dev $(VENDOR)/.made node_modules/.dev ## run axe-core and update the accessibility statement
	@LANTAARN_STATEMENT=write $(BIN)/python -m pytest tests/browser/test_axe.py

format: .venv/.dev ## format and autofix with ruff
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

lock: .venv/.dev ## pin dependencies with hashes
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--extra embedded pyproject.toml -o requirements/runtime.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		-c requirements/runtime.txt pyproject.toml -o requirements/production.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--extra embedded --extra dev pyproject.toml -o requirements/dev.txt

clean: ## remove everything installed or built (but not .lantaarn, the demo's data)
	rm -rf .venv node_modules $(DRAWING)/node_modules build api/web/static/vendor .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# Use uv if available, for speed; else venv and pip (python3-venv on Debian).
UV := $(shell command -v uv)
.venv/bin/python:
	@if [ -n "$(UV)" ]; then $(UV) venv -q --allow-existing --python '>=3.11' .venv; \
	elif ! command -v $(PYTHON) >/dev/null || ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "Lantaarn needs Python 3.11 or later. On Debian: apt-get install python3" >&2; exit 1; \
	elif ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2; exit 1; \
	else $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }; fi

# A .venv created by uv has no pip.
define install
	@echo "installing $(1)"
	@if [ -n "$(UV)" ]; then VIRTUAL_ENV=.venv $(UV) pip install -q --require-hashes -r $(1); else \
		$(BIN)/python -c 'import pip' 2>/dev/null || $(BIN)/python -m ensurepip >/dev/null; \
		$(BIN)/python -m pip install -q --require-hashes -r $(1); fi
endef

# Put the command `lantaarn` and the packages on the path without a build step, which would need network access.
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

# Node comes as a wheel too; its npm installs the assets pinned by package-lock.json.
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

# Grafana's own packages are large, and nothing but the preview of the dashboards needs them.
$(DRAWING)/node_modules/.made: $(DRAWING)/package-lock.json .venv/.runtime
	@echo "installing Grafana's packages, to preview the dashboards"
	@$(NPM) ci --prefix $(DRAWING)
	@touch $@
