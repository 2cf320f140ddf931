# Every target works from a fresh clone. `make help` lists them.

CARGO ?= cargo
export CARGO_TERM_COLOR ?= always

.PHONY: help test test-kotlin test-python test-swift lint demo bench size docs fuzz full clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

test: test-kotlin test-python test-swift ## every test
	$(CARGO) test --workspace --exclude crm-py --all-features --locked

test-python: ## the Python package: wheel, types, tests, examples
	scripts/python.sh

test-kotlin: ## the Kotlin package and its example
	scripts/kotlin.sh

test-swift: ## the Swift package and its examples
	scripts/swift.sh

lint: ## format, clippy, documentation
	$(CARGO) fmt --all --check
	scripts/mirror.py --check
	scripts/schema.py --check
	$(CARGO) clippy --workspace --all-targets --all-features --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --all-features --no-deps --locked

demo: ## the main job: a real purchase log in, a CRM out
	$(CARGO) run --release --locked --package crm-examples --example shop

bench: ## every promise of speed, as ratios
	scripts/bench.sh

size: ## the library for Kotlin and Swift, and the wheel, as they are shipped, against their limits of 6 MB
	scripts/library-size.sh
	scripts/python.sh wheel

docs: ## the API's documentation
	$(CARGO) doc --workspace --all-features --no-deps --locked --open

fuzz: ## a minute of each fuzz target
	scripts/fuzz.sh

full: ## the long runs: 100 kills, every call failing once, 100 000 property cases
	CRM_KILL_LOOPS=100 CRM_FAULT_STRIDE=1 PROPTEST_CASES=100000 $(CARGO) test --workspace --exclude crm-py --all-features --locked --release

clean: ## remove what was built
	$(CARGO) clean
