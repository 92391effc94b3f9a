# Lectern. Two commands matter: `make run` and `make test`. Each installs what it lacks and says so.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

LISTEN ?= 127.0.0.1:8080
DATA ?= ./data
CARGO_DENY_VERSION := 0.20.2
Y_SWEET_VERSION := 0.9.1
PEERS := benches/peers
CARGO_TARGET_DIR ?= target
RELEASE := $(CARGO_TARGET_DIR)/release/lectern
DEBUG := $(CARGO_TARGET_DIR)/debug/lectern
PHASES := $(CARGO_TARGET_DIR)/gate-phases.tsv
NPM_CI := npm ci --no-audit --no-fund --loglevel=error

say = printf '\n▸ %s\n' "$(1)"

.PHONY: help run build web test web-bundle check compile rust-test browser-test bench openapi screenshots \
	tools-build tools-test clean

help:
	@echo 'make run      start Lectern on http://$(LISTEN) with its data in $(DATA)'
	echo 'make test     check and test everything, browsers included'
	echo 'make build    build the release binary $(RELEASE)'
	echo 'make bench    measure what docs/performance.md claims, beside other servers'
	echo 'make screenshots  take the picture in the README anew'
	echo 'make openapi  write schemas/openapi.json and the TypeScript types anew'

# ---------------------------------------------------------------- what people run

run: build
	@$(call say,Starting Lectern on http://$(LISTEN) with its data in $(DATA); Ctrl-C stops it.)
	exec $(RELEASE) serve --listen $(LISTEN) --data $(DATA)

build: web
	@[ -x $(RELEASE) ] || { $(call say,Building the server. The first time this takes several minutes; later it takes seconds.); }
	cargo build --release --locked

web: web/dist/.vite/manifest.json

web/dist/.vite/manifest.json: web/node_modules/.package-lock.json $(shell find web schemas -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/pages/*' 2>/dev/null)
	@$(call say,Building the web bundle.)
	cd web && npm run --silent build
	touch dist/.vite/manifest.json

%/node_modules/.package-lock.json: %/package-lock.json | tools-build
	@$(call say,Installing the npm packages of $*.)
	cd $* && $(NPM_CI)
	touch node_modules/.package-lock.json

# ---------------------------------------------------------------- the gate

# Each phase is timed; the table at the end is the one in CONTRIBUTING.md.
test:
	@mkdir -p $(CARGO_TARGET_DIR) && : > $(PHASES)
	for phase in web-bundle check compile rust-test browser-test; do
	  begun=$$SECONDS
	  $(MAKE) --no-print-directory $$phase
	  printf '%s\t%s\n' $$phase $$((SECONDS - begun)) >> $(PHASES)
	done
	$(call say,Everything passed.)
	awk -F'\t' 'BEGIN { print "| phase | seconds |\n|---|---|" } { print "| " $$1 " | " $$2 " |"; all += $$2 } END { print "| all | " all " |" }' $(PHASES)

web-bundle: tools-test web

check: tools-test web
	@$(call say,Format$(comma) types and licences.)
	cargo fmt --all --check
	(cd web && npm run --silent check && npm run --silent sizes)
	cargo deny --log-level error check licenses bans sources

# Clippy's driver is the compiler with more lints, so one pass yields lints and code.
compile rust-test: export RUSTC_WORKSPACE_WRAPPER = clippy-driver
compile rust-test: export CLIPPY_ARGS = -D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__
compile: tools-test web
	@$(call say,Compiling everything$(comma) with clippy.)
	cargo test --locked --workspace --all-targets --no-run

rust-test: compile tests/peers/node_modules/.package-lock.json
	@$(call say,Unit$(comma) integration and property tests.)
	cargo test --locked --workspace --all-targets

browser-test: compile tests/browser/node_modules/.package-lock.json $(PEERS)/node_modules/.package-lock.json
	@$(call say,Browser tests.)
	cd tests/browser && npm run --silent check && SERVER_BINARY=$(abspath $(DEBUG)) npm test --silent

# The picture in the README is what the browser tests saw.
screenshots: browser-test
	@cp tests/browser/artefacts/readme.png docs/images/article.png

# The tables of docs/performance.md: Lectern beside a bare relay and beside other servers, and a big article in Chromium.
bench: web tools-test $(PEERS)/node_modules/.package-lock.json $(PEERS)/y-sweet/bin/y-sweet tests/browser/node_modules/.package-lock.json
	@$(call say,Measuring; this takes about half an hour and wants the machine for itself.)
	cargo bench --locked --bench live --bench core --bench growth
	cargo build --locked --release
	cd tests/browser && KEYS=500 SERVER_BINARY=$(abspath $(RELEASE)) npm test --silent -- big

$(PEERS)/y-sweet/bin/y-sweet: | tools-build
	@$(call say,Installing y-sweet $(Y_SWEET_VERSION) to measure beside it.)
	cargo install --quiet --locked --version $(Y_SWEET_VERSION) --root $(PEERS)/y-sweet y-sweet

openapi: web
	cargo run --locked --quiet -- openapi > schemas/openapi.json
	cd web && npm run --silent api

# ---------------------------------------------------------------- what a fresh machine lacks

tools-build:
	@.ci/tools build

tools-test:
	@CARGO_DENY_VERSION=$(CARGO_DENY_VERSION) .ci/tools test

clean:
	rm -rf web/dist web/node_modules tests/*/node_modules $(PEERS)/node_modules $(PEERS)/y-sweet
	cargo clean

comma := ,
