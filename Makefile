# Two commands are enough: `git clone …`, then `make serve`. `make help` lists the others.
# Works with GNU make 3.81 (macOS). Every step leaves a stamp named after what it depends on, written only when the
# step has succeeded; so whatever was interrupted goes on, and what is done is not done again.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help serve set-up set-up-tests packages install models test check lint unit unit-service unit-rest bench lock docs audit clean

EXTRAS := readers mcp
ALL_EXTRAS := $(EXTRAS) postgres dev

key = $(shell (cat $(1); echo "$(2)") | cksum | tr -d ' ')
LOCK_KEY := $(call key,constraints.txt pyproject.toml,)
ENVIRONMENT := .venv/.environment-$(call key,/dev/null,$(CURDIR) $(PYTHON))
TORCH := .venv/.torch-$(LOCK_KEY)
PACKAGES := .venv/.packages-$(LOCK_KEY)
PROJECT := .venv/.project-$(LOCK_KEY)
ALL_PACKAGES := .venv/.all-packages-$(LOCK_KEY)
LLAMA := .stamps/llama-$(call key,service/llm/llama_cpp.cmake,$(shell grep -i '^llama' constraints.txt; uname -ms) $(PYTHON))

TRENDWISE := .venv/bin/trendwise
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

serve: set-up ## Set up what is missing, add the sample reports to an empty index, start the server
	@.ci/step "Sample reports" $(TRENDWISE) ingest --samples
	@exec $(TRENDWISE) serve

set-up: ## Make the environment, install, compile llama.cpp, fetch and verify the models
	@.ci/install tidy
	@$(MAKE) --no-print-directory -j2 $(PROJECT) models

set-up-tests: set-up ## The same with everything that the tests and checks need
	@$(MAKE) --no-print-directory $(ALL_PACKAGES)
	@.ci/step "Models for tests" $(TRENDWISE) models get test default embedder tokeniser

$(ENVIRONMENT):
	@.ci/step "Python environment" .ci/install environment
	@touch $@

$(TORCH): | $(ENVIRONMENT)
	@.ci/step "PyTorch (CPU)" .ci/install torch
	@touch $@

$(PACKAGES): | $(TORCH)
	@.ci/step "Packages" .ci/install packages $(EXTRAS)
	@touch $@

$(LLAMA): | $(ENVIRONMENT)
	@.ci/step "Compiling llama.cpp (minutes, once)" .ci/install llama-wheel
	@touch $@

$(PROJECT): | $(PACKAGES) $(LLAMA)
	@.ci/step "Trendwise" .ci/install project
	@touch $@

$(ALL_PACKAGES): | $(PROJECT)
	@.ci/step "Packages for tests" .ci/install packages $(ALL_EXTRAS)
	@touch $@

packages: | $(PACKAGES) $(LLAMA)

install: | $(PROJECT) ## Install without fetching models

models: | $(PACKAGES) ## Fetch and verify the models that the settings need
	@.ci/step "Models" .venv/bin/python -m service.cli models get

test: set-up-tests ## Run every test
	@.ci/step "Chromium" .ci/install chromium
	@CHROMIUM="$${CHROMIUM:-$$(command -v chromium || command -v chromium-browser || command -v google-chrome)}" \
		.venv/bin/python -m pytest

check: export PYTHONDONTWRITEBYTECODE :=
# Compiled once, or every run compiles all modules and rewrites all asserts anew: a quarter of its time.
check: | $(ALL_PACKAGES) ## Lint, types, import arrows and the quick tests: about a minute
	@$(MAKE) --no-print-directory -j3 lint unit-service unit-rest

lint: | $(ALL_PACKAGES)
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy

QUICK := .venv/bin/python -m pytest -q -m "not e2e and not browser and not slow"
SERVICE_TESTS := tests/answering tests/api tests/cli tests/eval

unit: unit-service unit-rest

unit-service: | $(ALL_PACKAGES)
	@$(QUICK) $(SERVICE_TESTS)

unit-rest: | $(ALL_PACKAGES)
	@$(QUICK) tests $(SERVICE_TESTS:%=--ignore=%)

bench: set-up-tests ## Measure quality and speed on every data set that is there: hours
	@.venv/bin/python -m eval.bench

lock: | $(ALL_PACKAGES) ## Write constraints.txt anew from what is installed
	@.venv/bin/python .ci/lock.py

docs: | $(ALL_PACKAGES) ## Write the settings in README.md and the licences in THIRD_PARTY.md anew
	@.venv/bin/python .ci/readme.py
	@.venv/bin/python .ci/third_party.py

audit: | $(ALL_PACKAGES) ## Look for known vulnerabilities in the locked packages
	@.ci/audit

clean: ## Remove the environment, the compiled wheel and caches; models and reports stay
	rm -rf .venv .stamps build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
