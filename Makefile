# What one does here; `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test test-cluster test-web bench bench-serve peers pictures contract setup web fmt lint

# Debian's own GDAL: building it from source takes a quarter of an hour, installing it seconds.
PACKAGES := build-essential pkg-config libgdal-dev
# What the tests of the page open it with.
BROWSER := chromium
# What reads the OGC API in the tests: GDAL's own programs.
CLIENT := gdal-bin
CARGO := cargo --locked
# Runs a part of the checks and prints how long it took.
PART := .ci/part
# Nextest where it is installed: it ends each test's processes and counts them all.
RUN_TESTS := $(if $(shell command -v cargo-nextest),nextest run --no-fail-fast,test --no-fail-fast)
PYTHON := python3
PEERS = $(if $(POINTS),--points $(POINTS)) $(if $(CHECK),--check $(CHECK)) \
	$(if $(REGISTER),--register "$(REGISTER)" --regions "$(REGIONS)") $(if $(MAPPING),--mapping "$(MAPPING)")

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup web ## build, then make and serve the invented country at http://127.0.0.1:8080
	@exec $(CARGO) run -- demo

# What is cheap comes first. The program is compiled once for the tests and for the page's tests in the browser.
test: PACKAGES += $(BROWSER) $(CLIENT)
test: setup web ## formatting, lints, then every test, those of the page in a browser too
	@$(PART) "formatting" cargo fmt --check
	@$(PART) "page: types" npm --prefix web run --silent check
	@$(PART) "page: logic" npm --prefix web run --silent unit
	@$(PART) "lints" $(CARGO) clippy --all-targets -- -D warnings
	@$(PART) "compiling the tests" $(CARGO) test --no-run
	@$(PART) "tests" $(CARGO) $(RUN_TESTS)
	@$(PART) "page in a browser" npm --prefix web run --silent browser

test-web: PACKAGES += $(BROWSER)
test-web: setup web ## the page alone: types, its logic, then in a browser against the program
	@$(CARGO) build
	@cd web && npm run --silent check && npm run --silent unit && npm run --silent browser

pictures: PACKAGES += $(BROWSER)
pictures: setup web ## the pictures in README and docs, of the invented country
	@$(CARGO) build
	@cd web && npm run --silent pictures

# The feature brings the whole of DataFusion, so it is not in what `test` compiles.
test-cluster: setup web ## lints and tests of builds on a cluster: its processes on this machine
	@$(PART) "cluster: lints" $(CARGO) clippy --lib --bins --test suite --features cluster -- -D warnings
	@$(PART) "cluster: compiling" $(CARGO) test --no-run --lib --bins --test suite --features cluster
	@$(PART) "cluster: tests" $(CARGO) $(RUN_TESTS) --lib --bins --test suite --features cluster $(CLUSTER_TESTS)

CLUSTER_TESTS := $(if $(shell command -v cargo-nextest),-E 'test(cluster::)',cluster::)

# `GROWTH` names the households of the table of growth, for example 1000000,4000000,10000000,41697344.
bench: setup web ## ours beside plain ways: lookup, whole build and layers of invented households, and how a build grows
	@$(CARGO) bench --bench speed -- $(if $(GROWTH),--growth "$(GROWTH)") \
		$(if $(REGISTER),--register "$(REGISTER)" --regions "$(REGIONS)")

# `MARTIN` is Martin's binary, for example of `cargo install --root target/tools martin`; without it, the one
# there, or none. Without `REGISTER` it is the invented country's release.
bench-serve: PACKAGES += wrk
bench-serve: setup web ## the server under load, beside Martin: make bench-serve REGISTER=dir MARTIN=martin
	@$(CARGO) build --release
	@martin="$(MARTIN)"; [[ -n "$$martin" || ! -x target/tools/bin/martin ]] || martin=target/tools/bin/martin; \
	$(PYTHON) tests/bench/serve.py --program "$${CARGO_TARGET_DIR:-target}/release/sebaran" \
		--register "$(or $(REGISTER),data/register)" $${martin:+--martin "$$martin"}

# `CHECK` is a number of points to hold against GEOS and H3. With `REGISTER` and `REGIONS` the
# boundaries are those of one's own register, and are not imported.
peers: setup ## ours beside others: make peers BOUNDARIES=villages.geojson POINTS=points.parquet CHECK=1000000
	@[[ -n "$(BOUNDARIES)" && -n "$(POINTS)$(CHECK)" ]] || \
		{ echo "Say on what: make peers BOUNDARIES=villages.geojson POINTS=points.parquet" >&2; exit 1; }
	@folder=$${CARGO_TARGET_DIR:-target}/peers; \
	[[ -x $$folder/bin/pip ]] || $(PYTHON) -m venv "$$folder"; \
	install() { "$$folder"/bin/pip install --quiet --no-deps "$$@"; }; \
	install --requirement tests/bench/requirements.txt || \
		grep -v '^#' tests/bench/requirements.txt | while read -r package; do \
			install "$$package" || echo "There is no $$package here: who needs it is left out" >&2; \
		done; \
	"$$folder"/bin/python tests/bench/peers.py --boundaries "$(BOUNDARIES)" $(PEERS)

# In a folder of its own, with a small register of the invented country and a port of its own. `SECONDS_LONG` bounds
# the requests.
SECONDS_LONG := 120
CONTRACT_PORT := 8099
contract: PACKAGES += $(CLIENT)
contract: setup web ## what others say: schemathesis of the API, GDAL and DuckDB of layers, GeoPandas of GeoParquet, mapclassify of classes
	@$(CARGO) build
	@folder=$${CARGO_TARGET_DIR:-target}/contract; url=http://127.0.0.1:$(CONTRACT_PORT); \
	[[ -x $$folder/venv/bin/pip ]] || $(PYTHON) -m venv "$$folder/venv"; \
	"$$folder/venv/bin/pip" install --quiet --requirement tests/contract/requirements.txt; \
	$${CARGO_TARGET_DIR:-target}/debug/sebaran --quiet --register "$$folder/register" demo --households 5000 \
		--listen 127.0.0.1:$(CONTRACT_PORT) & \
	server=$$!; trap 'kill $$server' EXIT; \
	"$$folder/venv/bin/schemathesis" run "$$url/openapi.json" --wait-for-schema 300 --max-time $(SECONDS_LONG) \
		--phases examples,coverage,fuzzing --request-timeout 30 --generation-deterministic --continue-on-failure \
		--checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance; \
	"$$folder/venv/bin/python" tests/contract/geoparquet.py "$$url"; \
	"$$folder/venv/bin/python" tests/contract/clients.py "$$url"; \
	"$$folder/venv/bin/python" -W ignore tests/contract/classes.py web/src/map/classes.json

fmt: ## format the sources
	@cargo fmt

lint: setup web ## lints alone
	@$(CARGO) clippy --all-targets -- -D warnings

# Installs what is missing, and nothing where nothing is.
setup: ## Debian's packages that the build needs
	@command -v cargo >/dev/null || { echo "There is no cargo: install Rust from https://rustup.rs" >&2; exit 1; }
	@if ! command -v dpkg-query >/dev/null; then \
		command -v cc >/dev/null && pkg-config --exists gdal && exit 0; \
		echo "This is no Debian: install a C compiler, pkg-config and GDAL 3.6 or later with its headers." >&2; \
		exit 1; \
	fi; \
	missing=(); \
	for package in $(PACKAGES); do \
		[[ $$(dpkg-query -W -f '$${db:Status-Status}' "$$package" 2>/dev/null || true) == installed ]] \
			|| missing+=("$$package"); \
	done; \
	(( $${#missing[@]} == 0 )) && exit 0; \
	if (( $$(id -u) != 0 )); then \
		echo "These packages are missing. Install them, then repeat:" >&2; \
		echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $${missing[*]}" >&2; \
		exit 1; \
	fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || apt-get update -q; \
	apt-get install -y -q --no-install-recommends "$${missing[@]}" </dev/null \
		|| { apt-get update -q && apt-get install -y -q --no-install-recommends "$${missing[@]}" </dev/null; }

# By content and not by time: a checkout changes times. The stamp lies beside what was built from it, so
# neither outlives the other. The program embeds `web/dist` and is compiled anew where that changed.
web: ## the page, where its sources are newer than what was built of them
	@command -v npm >/dev/null || { echo "There is no npm: install Node 20 or later with npm 11" >&2; exit 1; }
	@cd web; \
	digest() { cat "$$@" | sha256sum | cut -d ' ' -f 1; }; \
	needs=$$(digest package.json package-lock.json); \
	if [[ "$$(cat node_modules/.needs 2>/dev/null || true)" != "$$needs" ]]; then \
		npm ci --no-audit --no-fund --silent </dev/null; \
		echo "$$needs" >node_modules/.needs; \
	fi; \
	mapfile -t sources < <(find src index.html package-lock.json tsconfig.json vite.config.ts -type f ! -name '*.test.ts' | LC_ALL=C sort); \
	built=$$(digest "$${sources[@]}"); \
	if [[ "$$(cat dist/.built 2>/dev/null || true)" != "$$built" ]]; then \
		npm run --silent build -- --logLevel warn </dev/null; \
		echo "$$built" >dist/.built; \
	fi
