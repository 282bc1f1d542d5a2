# Vitrine. `make help` lists what can be asked for. Everything works from a bare machine with Python 3.11 or newer.

PORT ?= 8000
DATA := $(or $(DATA),$(LMS_DATA_DIR),var)
BIN := .venv/bin
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-package vitrine pyproject.toml
PURE := --ignore=tests/browser --ignore=tests/domain --ignore=tests/house --ignore=tests/layout --ignore=tests/verifiers

.DEFAULT_GOAL := help
.PHONY: help run venv dev test test-sqlite test-postgresql test-browser check format bench docs screenshots strings \
	migration lock build clean

help:  ## List these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: export LMS_DATA_DIR = $(DATA)
run: export LMS_BASE_URL ?= http://127.0.0.1:$(PORT)
run: venv  ## Serve the site with the shipped courses and demonstration accounts (PORT=8000 DATA=var)
	@.ci/system pdf
	@$(BIN)/lms init --demo
	@exec $(BIN)/lms serve --port $(PORT)

venv:
	@.ci/venv run

dev:
	@.ci/venv dev
	@.ci/system test
	@.ci/node

test: test-sqlite test-postgresql test-browser  ## Run every test, on SQLite and on PostgreSQL

test-sqlite: dev  ## Run the tests that need no browser, on SQLite
	LMS_TEST_DATABASE=sqlite $(BIN)/pytest --ignore=tests/browser -n auto -m "not slow"
	LMS_TEST_DATABASE=sqlite $(BIN)/pytest --ignore=tests/browser -m slow

test-postgresql: dev  ## Run the tests that meet the database, on a PostgreSQL started for them
	LMS_TEST_DATABASE=postgresql $(BIN)/pytest $(PURE) -n auto -m "not slow"
	LMS_TEST_DATABASE=postgresql $(BIN)/pytest $(PURE) -m slow

test-browser: dev  ## Run the journeys in real browsers
	$(BIN)/pytest tests/browser

check: dev  ## Check format, style, types, imports, migrations, translations and courses
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet templates
	.ci/strings --check
	$(BIN)/pytest -q tests/house/test_migrations.py
	$(BIN)/lms courses check courses

format: dev  ## Put the Python files into their format
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

bench: dev  ## Measure speed, weight and memory; a table of medians
	$(BIN)/python -m bench

docs: dev  ## Build the documentation into site/
	$(BIN)/mkdocs build --strict

screenshots: dev  ## Take the pictures of the README again
	$(BIN)/python docs/screenshots.py

strings: dev  ## Collect the texts of the interface and merge them into the catalogues
	.ci/strings

migration: dev  ## Write the migration between the tables and the models (m="what it does")
	@test -n "$(m)" || { echo 'Say what it does: make migration m="add the course table"' >&2; exit 2; }
	@.ci/migration "$(m)"
	@$(BIN)/ruff format --quiet migrations

lock:  ## Resolve the packages again, to their newest allowed versions
	$(LOCK) --upgrade --extra postgres -o requirements.txt
	$(LOCK) --upgrade --extra dev -c requirements.txt -o requirements-dev.txt
	npm install --package-lock-only --ignore-scripts

build: dev  ## Make the package that pip installs, in dist/
	@if command -v uv >/dev/null; then uv build --quiet --wheel --out-dir dist; \
	else $(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .; fi

clean:  ## Remove what was made, but not the data
	rm -rf .venv node_modules site dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
