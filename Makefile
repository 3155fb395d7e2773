# Two commands matter: `make serve` and `make test`. Prerequisite: Python 3.11 or newer with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FRONTEND := $(shell find frontend -type f -not -path '*/node_modules/*') hatch_build.py

.PHONY: serve test lint bench lock clean

## Install what is needed into .venv, build and validate the release, serve it on http://127.0.0.1:8000
serve: $(VENV)/.run
	$(BIN)/ctl-kg build
	$(BIN)/ctl-kg serve

## Install what the tests need into .venv and run them all
test: $(VENV)/.test lint
	$(BIN)/pytest -n auto

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/ctl-kg format --check

# Installing the package bundles the website's styles and scripts, with the Node of build.lock.
$(VENV)/.run: requirements/build.lock requirements/run.lock pyproject.toml $(FRONTEND)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.test: requirements/test.lock $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.lock
	touch $@

## Measure our server beside its peers on this machine and print one table (see benchmarks/README.md)
bench: $(VENV)/.run .venv-bench/.peers benchmarks/node_modules/.peers
	$(BIN)/ctl-kg build
	$(BIN)/python benchmarks/generate.py --triples 1000000 --seed 1 --out build/large
	$(BIN)/python benchmarks/http_bench.py release --large build/large
	$(BIN)/python benchmarks/isolation.py release

# A peer that cannot be installed is left out of the table, with a line that says so.
benchmarks/node_modules/.peers: benchmarks/package-lock.json
	-npm ci --prefix benchmarks
	mkdir -p $(@D) && touch $@

.venv-bench/.peers: benchmarks/peers.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/peers.lock
	touch $@

## Renew the lock files from pyproject.toml; what runs is what was tested
lock: $(VENV)/.run
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --extra test --output-file requirements/test.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --constraint requirements/test.lock --extra parquet --extra pictures --output-file requirements/run.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --allow-unsafe --constraint requirements/test.lock --only-build-deps --build-deps-for editable --output-file requirements/build.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --output-file benchmarks/peers.lock benchmarks/peers.in

clean:
	rm -rf $(VENV) .venv-bench release dist build benchmarks/node_modules
