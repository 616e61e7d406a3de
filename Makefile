# Commands for developers; `make help` lists them. Build results are in .build/, data in .local/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build run test portal-test faults ha-test bench clients check check-format check-scripts check-compose check-monitoring check-kubernetes check-deploy deb deb-test check-fuzz fuzz format clean

CONFIGURATION ?= debug
export CONFIGURATION

help: ## Show this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' \
		| while IFS=$$'\t' read -r name text; do printf '  make %-15s %s\n' "$$name" "$$text"; done

setup: ## Install missing system packages (asks for sudo unless you are root)
	@scripts/install-packages.sh

build: setup ## Build the service, the portal and the simulator (CONFIGURATION=debug or release)
	swift build --configuration $(CONFIGURATION)

run: ## Start service, database, mail server, PSP simulator and portal with demo data; Ctrl-C stops them
	@exec scripts/run.sh

test: setup ## Run every test on a PostgreSQL of its own (ARGUMENTS="--filter Name" for some)
	@scripts/test.sh $(ARGUMENTS)

portal-test: ## Look at every page of the portal with headless Chromium and axe-core (installs both; QUIETANZA_BIN_DIR: built programs)
	@scripts/portal-test.sh

faults: setup ## Inject faults under load for FAULT_SECONDS (120), then check the invariants; prints a table
	@FAULT_SECONDS=$${FAULT_SECONDS:-120} scripts/test.sh --filter FaultTests

ha-test: setup ## Ten failovers of PostgreSQL under load (Patroni, etcd, HAProxy; installs them), then the invariants; needs root or sudo
	@scripts/ha-test.sh

bench: setup ## Measure a release build beside pgbench and peers, and more; scripts/bench.sh lists the settings (BENCH_ONLY=http …)
	@scripts/bench.sh

clients: setup ## Generate Python and TypeScript clients and a Postman collection from openapi.yaml into .local/clients
	@scripts/clients.sh

check: setup check-format check-scripts check-compose ## Run what CI runs: formatting, scripts, compose file, warnings as errors, tests, fuzzing
	@QUIETANZA_STRICT=1 scripts/test.sh
	@$(MAKE) --no-print-directory check-fuzz

check-fuzz: ## Fuzz the built programs with a bounded number of requests (FUZZ_FACTOR=1, FUZZ_SEED=1)
	@echo "== fuzzing"
	@scripts/fuzz.sh

fuzz: build ## Fuzz for FUZZ_SECONDS (1800), in rounds with new seeds
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-1800} scripts/fuzz.sh

check-format: ## Check that the Swift code is formatted
	@echo "== checking the formatting"
	@scripts/format.sh check

check-scripts: ## Check the syntax of every script
	@echo "== checking the scripts"
	@scripts/check-scripts.sh

check-compose: ## Validate docker-compose.yml against the Compose specification
	@echo "== checking the compose file"
	@scripts/check-compose.sh

check-monitoring: ## Check alert rules and dashboard with promtool, and that each rule fires when it should
	@echo "== checking the alert rules and the dashboard"
	@scripts/check-monitoring.sh

check-kubernetes: ## Build the Kubernetes overlays and validate them against the schema of Kubernetes
	@echo "== checking the Kubernetes manifests"
	@scripts/check-kubernetes.sh

check-deploy: check-compose check-monitoring check-kubernetes ## Check everything in deploy/ (downloads its tools once)

deb: setup ## Build the Debian package into .local/deb and check it with lintian (QUIETANZA_BIN_DIR: prebuilt programs)
	@scripts/deb.sh

deb-test: setup ## Install, run, upgrade, downgrade, remove and purge the package in a fresh Debian (root)
	@scripts/deb-test.sh

format: ## Format the Swift code
	@scripts/format.sh write

clean: ## Stop the private databases; remove build results and all data, also the demo data
	@for cluster in .local/postgres .local/postgres-test; do \
		if [ -e "$$cluster" ]; then scripts/postgres.sh remove "$$cluster"; fi; done
	rm -rf .local .build api-docs
