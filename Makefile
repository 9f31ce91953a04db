# Everything a newcomer types. `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run demo test coverage programs-for-tests check fix openapi translations pictures train bench-speed bench-http \
	bench-quality bench-console bench-backtest bench-budgets bench-owner bench-retraining prove-console \
	prove-backups prove-contract prove-crowd prove-durability prove-hosts prove-slow-clients prove-soak try-wordpress \
	try-hostile-text try-malformed audit sbom lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready ## Set everything up and start the service on http://127.0.0.1:8000
	@$(BIN)/moderation db upgrade
	@exec $(BIN)/moderation serve

demo: .venv/ready ## Start the service and an example blog with a few dozen comments to moderate
	@exec $(BIN)/python examples/blog/demo.py $(DEMO)

test: programs-for-tests ## Set everything up and run every test
	$(BIN)/python -m pytest --numprocesses 3 --dist worksteal

coverage: programs-for-tests ## Run every test and name the lines that none of them reaches
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses 3 --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

programs-for-tests: .venv/ready-for-work
	@tests/get-chromium || true
	@tests/get-php || true
	@tests/get-nginx || true
	@tests/get-caddy || true
	@tests/get-faketime || true

check: .venv/ready-for-work ## Check format, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: .venv/ready-for-work ## Format the code and fix what can be fixed by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

openapi: .venv/ready-for-work ## Write the API document anew into docs/openapi.json
	@$(BIN)/python -c 'import json, wsgi; print(json.dumps(wsgi.app.test_client().get("/api/openapi.json").json, \
		indent=2))' > docs/openapi.json

translations: .venv/ready-for-work ## Bring the translations up to date and list what is missing
	@$(BIN)/python tools/translations.py

pictures: .venv/ready-for-work ## Photograph the console for the documentation: make pictures [PICTURES=folder]
	@$(BIN)/python -m tools.pictures $(PICTURES)

train: .venv/ready ## Train a base model: make train CORPUS=folder NAME=base-2026-12
	$(BIN)/moderation train --corpus "$(CORPUS)" --out "models/$(NAME)"

bench-speed: .venv-bench/ready ## Measure speed beside others: make bench-speed [CORPUS=folder]
	@.venv-bench/bin/python -m bench.speed $(if $(CORPUS),--corpus "$(CORPUS)") $(BENCH)

bench-quality: .venv-bench/ready ## Measure quality beside others: make bench-quality CORPUS=folder
	@.venv-bench/bin/python -m bench.quality --corpus "$(CORPUS)" $(BENCH)

bench-http: .venv-bench/ready ## Measure the service under load beside others: make bench-http [CORPUS=folder]
	@bench/get-wrk
	@.venv-bench/bin/python -m bench.http $(if $(CORPUS),--corpus "$(CORPUS)") $(BENCH)

bench-console: .venv/ready-for-work ## Measure the console's pages with 1,000 and 200,000 comments stored
	@$(BIN)/python -m bench.console $(BENCH)

bench-backtest: .venv/ready-for-work ## Try changes of rules on 50,000 comments: make bench-backtest [BENCH=--postgresql]
	@$(BIN)/python -m bench.backtest $(BENCH)

bench-budgets: .venv/ready-for-work ## Count how often thresholds break what they promise, on invented comments
	@$(BIN)/python -m bench.budgets $(BENCH)

bench-owner: .venv/ready-for-work ## Measure what learning from decisions brings: make bench-owner CORPUS=folder [BENCH="--cache folder --write"]
	@$(BIN)/python -m bench.owner --corpus "$(CORPUS)" $(BENCH)

bench-retraining: .venv/ready-for-work ## Measure retraining, and the service beside it: make bench-retraining [CORPUS=folder] [BENCH="--comments 1000000"]
	@$(BIN)/python -m bench.retraining $(if $(CORPUS),--corpus "$(CORPUS)") $(BENCH)

prove-console: .venv/ready-for-work ## Prove every page of the console in a browser: accessibility, hostile text, 200 comments by keyboard
	@tests/get-chromium || true
	$(BIN)/python -m pytest -m long

prove-durability: .venv/ready-for-work ## Kill the service again and again under load: make prove-durability [PROVE=--postgresql]
	@$(BIN)/python -m tests.durability $(PROVE)

prove-hosts: .venv/ready-for-work ## Let two machines share one PostgreSQL, and kill one under load: make prove-hosts [PROVE="--comments 50000"]
	@$(BIN)/python -m tests.hosts $(PROVE)

prove-backups: .venv/ready-for-work ## Back up 100,000 comments under load, restore and move them, and time it
	@$(BIN)/python -m tests.backups $(PROVE)

prove-soak: .venv/ready-for-work ## Let the service work for half an hour, and watch its memory: make prove-soak [PROVE="--minutes 3"]
	@$(BIN)/python -m tests.soak $(PROVE)

prove-contract: .venv/ready-for-work ## Try the API against its own document: make prove-contract [PROVE=--postgresql]
	@$(BIN)/python -m tests.contract $(PROVE)

prove-crowd: .venv/ready-for-work ## Let many write, decide, learn and log in at once, and one site hang: make prove-crowd [PROVE=--postgresql]
	@$(BIN)/python -m tests.crowd $(PROVE)

prove-slow-clients: .venv/ready-for-work ## Keep the service waiting on 200 connections: make prove-slow-clients [PROVE="--seconds 10"]
	@$(BIN)/python -m tests.slow $(PROVE)

try-hostile-text: .venv/ready-for-work ## Put strings into every field of every page: make try-hostile-text HOSTILE=folder
	@$(BIN)/python -m tests.hostile "$(HOSTILE)"

try-malformed: .venv/ready-for-work ## Send what is no HTTP, and broken JSON: make try-malformed [TRY="--json-files folder"]
	@$(BIN)/python -m tests.malformed $(TRY)

try-wordpress: .venv/ready ## Prove it with a real WordPress: make try-wordpress [WORDPRESS=unpacked]
	@integrations/wordpress/get-programs || true
	@$(BIN)/python -m integrations.wordpress.prove $(if $(WORDPRESS),--wordpress "$(WORDPRESS)") $(TRY)

audit: .venv/ready-for-work ## Ask whether a weakness is known in what is installed; fails where it cannot be asked
	@$(BIN)/python -m tools.audit

sbom: .venv/ready-for-work ## List what is installed into sbom.json, as CycloneDX has it
	@$(BIN)/python -m tools.sbom

lock: .venv/ready-for-work ## Resolve the dependencies anew into the lock files
	$(BIN)/uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --group build \
		--output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --group build --group dev \
		--constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header \
		--constraint requirements.lock --output-file bench/requirements.lock pyproject.toml bench/requirements.in

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up .venv; this takes a minute or two."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-for-work: .venv/ready requirements-dev.lock
	@echo "Adding what tests and checks need."
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@

# An environment of its own: the others bring what the service does not need.
.venv-bench/ready: bench/requirements.lock
	@echo "Setting up .venv-bench for the benchmarks."
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --require-hashes --requirement bench/requirements.lock
	@.venv-bench/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
