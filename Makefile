# Every command of the project. `make help` lists them.
PYTHON ?= python3
export NO_MKDOCS_2_WARNING := 1
BIN := .venv/bin

.PHONY: help setup demo test check format bench bench-web soak docs lock system clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(BIN)/.ready  ## leave a working .venv/bin/keepwell

$(BIN)/.ready: requirements/base.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { \
	  printf '%s\n' "Python cannot make a virtual environment." \
	    "  Found: $$($(PYTHON) --version 2>&1), without the venv module or its pip" \
	    "  Try:   install it (Debian: apt install python3-venv), or make PYTHON=/path/to/python3.11 setup" >&2; exit 2; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  printf '%s\n' "Keepwell needs Python 3.11 or newer." "  Found: $$($(BIN)/python --version)" \
	    "  Try:   rm -r .venv && make PYTHON=/path/to/python3.11 setup" >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@: > $@

$(BIN)/.dev-ready: requirements/dev.txt $(BIN)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@: > $@

$(BIN)/.spark-ready: requirements/spark.txt $(BIN)/.dev-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/spark.txt
	@: > $@

demo: setup  ## make up a health system and open the workbench on it in the browser
	$(BIN)/keepwell demo

test: $(BIN)/.spark-ready system  ## run every test, those of the web on both databases
	$(BIN)/python -m pytest
	KEEPWELL_TEST_DATABASE=postgresql $(BIN)/python -m pytest tests/web

system:  # what tests need of the system: installed when root on Debian, else said
	@/bin/sh tests/system.sh

check: $(BIN)/.dev-ready  ## format, lint, types, import contracts, docs up to date
	$(BIN)/ruff format --check src tests benchmarks docs
	$(BIN)/ruff check src tests benchmarks docs
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python docs/make_reference.py --check
	$(BIN)/mkdocs build --quiet --strict --site-dir site

format: $(BIN)/.dev-ready  ## put the code into the house's form
	$(BIN)/ruff format src tests benchmarks docs
	$(BIN)/ruff check --fix src tests benchmarks docs
	$(BIN)/python docs/make_reference.py

bench: $(BIN)/.dev-ready  ## measure speed against named baselines
	$(BIN)/python benchmarks/run.py

bench-web: $(BIN)/.dev-ready  ## measure the pages with eight users at once, an upload of a gigabyte, a combined plan
	$(BIN)/python benchmarks/web.py
	$(BIN)/python benchmarks/upload_by_page.py
	$(BIN)/python benchmarks/combined_plan.py

soak: $(BIN)/.dev-ready  ## long trials: hundreds of kills
	$(BIN)/python -m pytest -m soak tests
	KEEPWELL_TEST_DATABASE=postgresql $(BIN)/python -m pytest -m soak tests/web

docs: $(BIN)/.dev-ready  ## build the docs site into site/
	$(BIN)/python docs/make_reference.py
	$(BIN)/mkdocs build --quiet --strict --site-dir site

lock: $(BIN)/.dev-ready  ## choose versions anew
	$(BIN)/uv pip compile pyproject.toml --extra pdf --extra web --group build --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/base.txt
	$(BIN)/uv pip compile pyproject.toml --extra pdf --extra web --group build --group dev --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -c requirements/base.txt -o requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra spark --group spark --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -c requirements/base.txt -c requirements/dev.txt -o requirements/spark.txt

clean:  ## remove what make made
	rm -rf .venv .uv-cache site demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
