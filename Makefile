# The commands of the house. `make` alone lists them.
# Settings: ADDR and DATA_DIR for `make run`, CARGO_TARGET_DIR for where builds go, PGO=1 for release builds that are
# optimised by what the server does under load, ARGS for Playwright.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run dev build test test-rust end2end screenshots lighthouse lint lint-deploy bench fuzz setup

ADDR ?= 127.0.0.1:8080
DATA_DIR ?= ./data
ARGS ?=

# Programs that the build needs live here and not among the user's own; scripts/setup.sh fills it.
export RANKLOOP_TOOLS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rankloop/tools
export PATH := $(RANKLOOP_TOOLS)/bin:$(RANKLOOP_TOOLS)/npm/node_modules/.bin:$(PATH)

TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
RELEASE := $(TARGET_DIR)/release
export RANKLOOP_BIN := $(abspath $(RELEASE)/rankloop)

help: ## List these commands
	@echo "rankloop: make …"
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

run: build ## Build and start the server with the demo (ADDR=127.0.0.1:8080 DATA_DIR=./data)
	@echo "run: Starting rankloop on http://$(ADDR), data in $(DATA_DIR); Ctrl-C stops it."
	@exec $(RANKLOOP_BIN) serve --addr $(ADDR) --data-dir $(DATA_DIR)

dev: ## Build, start, and start again at every change (cargo leptos watch)
	@scripts/setup.sh web
	@echo "dev: Watching the sources; the server is on http://127.0.0.1:8080."
	cargo leptos watch --split

build: ## Leave the release binary at target/release/rankloop, its web assets beside it (PGO=1: slower to build, faster)
	@scripts/setup.sh web $(if $(PGO),pgo)
	@echo "build: Building the server and the browser half in release; the first time takes several minutes."
	@rm -rf $(TARGET_DIR)/site
	$(if $(PGO),scripts/pgo/with_profile.sh) cargo leptos build --release --split
	@scripts/join_chunks.mjs $(TARGET_DIR)/site/pkg
	@scripts/compress.mjs $(TARGET_DIR)/site/pkg
	@rm -rf $(RELEASE)/site && cp -R $(TARGET_DIR)/site $(RELEASE)/site
	@echo "build: $(RELEASE)/rankloop is ready."

test: test-rust end2end ## Run everything: unit, property and integration tests on both databases, then the browser
	@echo "test: Everything passed."

test-rust: ## Run unit, property and integration tests, on SQLite and on a temporary PostgreSQL
	@scripts/setup.sh postgres
	@echo "test: Running the Rust tests on SQLite and on a temporary PostgreSQL."
	tests/with_postgres.sh cargo test --locked --features ssr

end2end: build ## Drive the release build with a browser (ARGS="--grep news" picks some)
	@scripts/setup.sh browser
	@echo "end2end: Driving $(RELEASE)/rankloop with a browser."
	cd end2end && npx playwright test --project=flows $(ARGS)

screenshots: build ## Save every page, light and dark, wide and narrow, to end2end/screenshots
	@scripts/setup.sh browser
	@echo "screenshots: Taking pictures of every page."
	cd end2end && npx playwright test --project=screenshots

lighthouse: build ## Look at the main pages with Lighthouse; reports in end2end/lighthouse-reports
	@scripts/setup.sh browser lighthouse
	@echo "lighthouse: Close other programs; how fast pages are depends on what else runs."
	cd end2end && npx playwright test --project=lighthouse

fuzz: ## Fuzz everything that strangers can send, two minutes each (needs cargo-fuzz; see fuzz/README.md)
	@for target in rank_body arguments model_file dsjson feature_stream; do \
	  echo "fuzz: $$target"; \
	  cargo fuzz run --sanitizer none $$target -- -max_total_time=120 -max_len=4096 -rss_limit_mb=4096; \
	done

lint: lint-deploy ## Check formatting, lints of both halves, dependencies, and the deployment material
	@scripts/setup.sh web lint
	@echo "lint: Checking the formatting."
	cargo fmt --check
	@echo "lint: Checking the server half."
	cargo clippy --locked --features ssr --all-targets -- -D warnings
	@echo "lint: Checking the browser half."
	cargo clippy --locked --features hydrate --target wasm32-unknown-unknown --lib -- -D warnings
	@echo "lint: Checking that the fuzz targets still build."
	cd fuzz && cargo check --locked
	@echo "lint: Checking the licences, versions and sources of dependencies."
	cargo deny check --hide-inclusion-graph bans licenses sources

lint-deploy: ## Check the Dockerfile, compose files, chart, systemd unit, alerts and dashboard
	@scripts/setup.sh deploy
	@echo "lint: Checking the deployment material."
	cd tests/deployment && PYTHONDONTWRITEBYTECODE=1 $(RANKLOOP_TOOLS)/deploy/bin/python -m unittest --verbose *_test.py

bench: ## Measure rank and learn per event
	@echo "bench: Measuring; close other programs for steady figures."
	cargo bench --locked --features ssr

setup: ## Install everything that building and testing need
	@scripts/setup.sh web lint postgres browser deploy
	@echo "setup: Everything is here."
