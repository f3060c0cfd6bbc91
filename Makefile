# Everything a person or a CI runs. Needs Python ≥ 3.11, make and git; sets the rest up by itself.
PYTHON ?= python3
BIN := .venv/bin
COMPILE := var/lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run demo test check audit bench chaos screenshots reset lock setup setup-dev browser

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: setup ## the whole system at http://localhost:8000 (PORT=8001 chooses another port)
	@exec $(BIN)/python manage.py runall

demo: setup ## a lively week in the running system
	@DEMO=1 $(BIN)/python manage.py seed_demo --week

test: setup-dev browser ## the whole test suite, on servers of its own
	@$(BIN)/python -m pytest $(ARGS)

check: setup-dev browser ## exactly what CI runs
	@$(BIN)/python bin/check

audit: setup-dev ## known holes in what is pinned (asks PyPI: needs the internet)
	@$(BIN)/pip-audit --requirement requirements.txt --disable-pip --require-hashes

bench: setup ## the benchmarks, as ratios in one run (to the screen and var/bench.json)
	@$(BIN)/python -m benchmarks

chaos: setup-dev ## minutes of misfortune under load on a system of its own (SEED= MINUTES= FAULTS=)
	@$(BIN)/python -m tests.faults.chaos

screenshots: setup-dev browser ## pictures of every page, into var/screenshots (ONLY=admin/billing takes some)
	@$(BIN)/python -m tests.browsing.screenshots

reset: ## throws var/ away, after asking (YES=1 does not ask)
	@$(PYTHON) bin/reset

lock: ## pin what the .in files ask for (ARGS=--upgrade takes newer versions)
	@$(PYTHON) -m venv var/lock && var/lock/bin/pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) $(ARGS) requirements.in --output-file requirements.txt
	@$(COMPILE) $(ARGS) --constraint requirements.txt requirements-dev.in \
		--output-file requirements-dev.txt

setup:
	@$(PYTHON) bin/setup

setup-dev:
	@$(PYTHON) bin/setup --dev

browser:
	@$(BIN)/python -m tests.browser
