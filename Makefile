# One place for every command of the house. `make help` lists them; each target says what it does after "##".

PYTHON_BIN := .venv/bin
JOBS       ?= auto

.DEFAULT_GOAL := help
.PHONY: help demo demo-stop test style lock bench wheel clean

help: ## List the commands
	@printf 'Dunwell: make COMMAND\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Set up, run the sample business in ./demo, say where its letters are, and open the web app on it
	@tools/setup run
	@tools/open-demo stop
	@tools/say "Running the sample business in ./demo"
	@$(PYTHON_BIN)/dunwell demo
	@tools/open-demo

demo-stop: ## Close the web app that `make demo` opened
	@tools/open-demo stop

test: ## Set up, then run every test (with a PostgreSQL server of its own)
	@tools/setup test
	@tools/say "Running every test"
	@env -u PYTHONDONTWRITEBYTECODE $(PYTHON_BIN)/pytest --numprocesses $(JOBS) --dist worksteal $(ARGS)

style: ## Check format, lint, import order, types and the rules of the house
	@tools/setup style
	@tools/check-style

lock: ## Make the lock files again from pyproject.toml (UPGRADE=1: take newer releases)
	@tools/setup lock
	@tools/lock $(if $(UPGRADE),--upgrade)

bench: ## Run every benchmark in bench/ (minutes; not a test)
	@tools/setup test
	@tools/say "Measuring; each benchmark prints its own table"
	@set -e; for script in $$(grep -l '^if __name__' bench/*.py); do \
		$(PYTHON_BIN)/python -m "bench.$$(basename "$$script" .py)"; \
	done

wheel: ## Build the installable wheel into ./dist
	@tools/setup run
	@rm -rf dist
	@$(PYTHON_BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@tools/say "Built $$(ls dist/*.whl)"

clean: demo-stop ## Remove what these commands made: .venv, caches, ./demo, ./dist
	@rm -rf .venv build dist demo artefacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
	@tools/say "Clean"
