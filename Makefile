# All that a developer does with this repository. `make` alone lists it.
#
# Needs make, git and Python 3.11 to 3.13 with venv; the rest comes from PyPI into .venv-tools (uv) and .venv (what
# uv.lock names). Both are left alone as long as neither uv.lock nor pyproject.toml changes. .venv-openapi holds a tool
# that one test runs and that must not be in the environment of the others.

PYTHON_IN_VENV := .venv/bin/python
UV := .venv-tools/bin/uv
READY := .venv/.ready

# Arguments for pytest or uv, such as: make test ARGS="-k ring -x"
ARGS ?=
# How many processes run the tests: one more than cores, as they wait a good deal; 0 for pytest's own, as --pdb wants it.
WORKERS ?= $(shell expr $$(nproc) + 1)

# What the caller's shell has active must not leak in. Python is to keep what it compiled: the tests start
# thousands of Pythons, each of which would compile what it imports.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX CONDA_PREFIX UV_PYTHON
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := true
export NO_MKDOCS_2_WARNING := 1
# The machine's own certificates, as pip uses them (a company's network may need them); uv's where there are none.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS ?= true
endif
ifeq ($(strip $(HOME)),)
export HOME := $(CURDIR)/.venv-tools/home
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-failure test soak conformance bench lint types docs format lock tox system-packages clean
.DELETE_ON_ERROR:

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-24s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv with everything that uv.lock names; done by the others when needed
	@:

demo: $(READY) ## run the example test pack on the virtual set-top box
	@.venv/bin/qarunner demo $(ARGS)

demo-failure: $(READY) ## the same with a testcase that fails, to see what a failure looks like
	@.venv/bin/qarunner demo --failure $(ARGS)

# EXIT_CODE_FILE gets pytest's own exit code: make's is 2 whatever went wrong.
# Compiled beforehand, as jobs and the packs of tests keep nothing that they compile; what does not compile, pytest tells.
test: $(READY) system-packages ## run the tests (not the soak tests), several at once
	@$(PYTHON_IN_VENV) -m compileall -q src plugins || true
	@$(PYTHON_IN_VENV) -m pytest -n $(WORKERS) --dist worksteal $(ARGS); code=$$?; \
	if [ -n "$(EXIT_CODE_FILE)" ]; then echo $$code >"$(EXIT_CODE_FILE)"; fi; exit $$code

soak: $(READY) system-packages ## run the tests that take minutes
	@$(PYTHON_IN_VENV) -m pytest -m soak -o faulthandler_timeout=0 $(ARGS)

conformance: $(READY) ## try the cases of QATrack+'s API on a server: CONFORMANCE_URL, or one of our own
	@$(PYTHON_IN_VENV) -m pytest tests/conformance $(ARGS)

bench: $(READY) ## run benchmarks/bench_*.py: figures beside a bare peer's
	@status=0; for file in benchmarks/bench_*.py; do \
	    echo "== $$file"; $(PYTHON_IN_VENV) "$$file" $(ARGS) || status=1; \
	done; exit $$status

lint: $(READY) ## look at style, imports between rooms, and whether uv.lock is true
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports --no-cache
	$(UV) lock --check --quiet

types: $(READY) ## check types, strictly
	.venv/bin/mypy

# Not --quiet: then mkdocs counts no warnings, and a broken link passes.
docs: $(READY) ## build the documentation into site/; a broken link is an error
	.venv/bin/mkdocs build --strict
	@echo "Documentation: site/index.html"

format: $(READY) ## rewrite the code in the project's style, mend what can be mended
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

lock: $(READY) ## bring uv.lock up to date with pyproject.toml (ARGS=--upgrade: with the newest releases)
	$(UV) lock $(ARGS)

tox: $(READY) ## run the tests on each supported Python that is installed
	$(UV) run --isolated --only-group tox tox run --skip-missing-interpreters true $(ARGS)

system-packages: ## install the system programs which tests use, where that is allowed
	@scripts/install-system-packages

clean: ## remove what was made: environments, caches, documentation, results of demos
	rm -rf .venv .venv-tools .venv-openapi .tox .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis site dist qa-results

$(UV): scripts/tools.txt
	@python=$$(scripts/find-python) && echo "Setting up with $$python (once, a minute or two)" && \
	"$$python" -m venv --clear .venv-tools && \
	.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check --requirement scripts/tools.txt
	@touch $@

$(READY): uv.lock pyproject.toml $(UV)
	@$(UV) sync --frozen --quiet --python .venv-tools/bin/python
	@UV_PROJECT_ENVIRONMENT=.venv-openapi $(UV) sync --frozen --quiet --python .venv-tools/bin/python \
	    --no-install-project --only-group openapi
	@touch $@
