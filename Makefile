# What a developer runs; `make help` lists it. What it builds and keeps is in .build/ and .local/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build run test faults bench check check-format check-scripts check-compose check-fuzz fuzz format clean

CONFIGURATION ?= debug
export CONFIGURATION

help: ## This list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' \
		| while IFS=$$'\t' read -r name text; do printf '  make %-15s %s\n' "$$name" "$$text"; done

setup: ## Install the system packages that are missing (asks for sudo if you are not root)
	@scripts/install-packages.sh

build: setup ## Build the service and the simulator (CONFIGURATION=debug or release)
	swift build --configuration $(CONFIGURATION)

run: ## Start everything a trial needs and show how to use it; Ctrl-C stops it
	@exec scripts/run.sh

test: setup ## Run every test on a PostgreSQL of its own (ARGUMENTS="--filter Name" for some)
	@scripts/test.sh $(ARGUMENTS)

faults: setup ## Break everything for FAULT_SECONDS (120) under load, then check the books; prints a table
	@FAULT_SECONDS=$${FAULT_SECONDS:-120} scripts/test.sh --filter FaultTests

bench: setup ## Measure a release build: reads beside dripping clients and sign-ins, sign-ins, row level security (BENCH_SECONDS …)
	@scripts/bench.sh

check: setup check-format check-scripts check-compose ## What CI runs: formats, scripts, compose file, warnings as errors, tests, fuzzing
	@QUIETANZA_STRICT=1 scripts/test.sh
	@$(MAKE) --no-print-directory check-fuzz

check-fuzz: ## Send a bounded number of unusual requests to the programs that are built (FUZZ_FACTOR=1, FUZZ_SEED=1)
	@echo "== fuzzing"
	@scripts/fuzz.sh

fuzz: build ## Send unusual requests for FUZZ_SECONDS (1800), in rounds with new seeds
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-1800} scripts/fuzz.sh

check-format: ## Refuse Swift code that is not formatted
	@echo "== checking the formatting"
	@scripts/format.sh check

check-scripts: ## Read every script without running it
	@echo "== checking the scripts"
	@scripts/check-scripts.sh

check-compose: ## Hold docker-compose.yml against the Compose specification
	@echo "== checking the compose file"
	@scripts/check-compose.sh

format: ## Format the Swift code
	@scripts/format.sh write

clean: ## Stop the private databases and remove what was built and kept, the demo's data too
	@for cluster in .local/postgres .local/postgres-test; do \
		if [ -e "$$cluster" ]; then scripts/postgres.sh remove "$$cluster"; fi; done
	rm -rf .local .build
