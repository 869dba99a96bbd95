# Two commands set everything up: `make run` (the brief on the five assumptions) and `make test`.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: run test types fast test-slow bench lint lock docs site assets chromium audit clean

run: .venv/run
	$(BIN)/premortem run --pdf

test: .venv/dev chromium
	$(BIN)/ruff check src tests scripts
	$(BIN)/ruff format --check src tests scripts
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory -j 2 types fast

# Types take one processor for most of a minute, so tests go on beside them.
types: .venv/dev
	$(BIN)/mypy

fast: .venv/dev
	$(BIN)/pytest -n 2 --dist loadfile

# What is long by nature: the leading case where the second one stands for it in the fast suite, walks in a browser, thirty kills, a full
# disk, thousands of mutated files and requests; and each property with many examples.
test-slow: .venv/dev chromium
	$(BIN)/pytest -n 2 --dist loadfile -m "slow or hypothesis" --hypothesis-profile many

# The browser of the app's tests, where it is missing and can be had; without it those tests are skipped and say so.
chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && apt-get install -qq -y chromium >/dev/null; } || echo "no Chromium: the tests in a browser are skipped"

bench: .venv/dev
	$(BIN)/premortem bench --quick

docs: .venv/dev
	$(BIN)/python scripts/pages.py docs
	$(BIN)/python scripts/reference.py docs
	$(BIN)/python scripts/architecture.py docs
	$(BIN)/python scripts/notebooks.py docs
	$(MAKE) --no-print-directory site

# The docs as a site in site/html, to be opened from a disk or served; a link or an anchor that leads nowhere ends it.
site: .venv/dev
	$(BIN)/python scripts/docs_site.py

# Typeface and map, from npm; they are in the repository, so this is only for a newer version of them.
assets: .venv/dev
	$(BIN)/python scripts/assets.py

# Known faults of the locked dependencies; fails too where the advisory service cannot be asked (.ci/run then only says so).
audit: .venv/run
	$(BIN)/python scripts/audit.py

# The stamps are made anew only when the lock or the project file changes, so a second `make run` starts at once.
.venv/run: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/dev: requirements-dev.txt .venv/run
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

# Locks carry hashes and no index address.
LOCK = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
lock:
	$(LOCK) --extra build -o requirements.txt
	$(LOCK) --extra build --extra dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf .venv out
