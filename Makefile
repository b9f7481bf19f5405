PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test test-next test-extras soak fuzz lock check format install bench results clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: .venv/installed  ## install, train on the synthetic sample, evaluate, predict, export
	@$(BIN)/seqclf train configs/quickstart.yaml
	@$(BIN)/seqclf eval
	@$(BIN)/seqclf predict "the trailer called it dull ; to me it is charming ."
	@exported=$$($(BIN)/seqclf export) && echo "SavedModel (raw text in, needs TensorFlow alone): $$exported"

# Each process holds TensorFlow: 1-2 GB. With worksteal, neighbours stay in one process and share its fixtures.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist worksteal

test: .venv/installed-dev  ## install, run all tests, in as many processes as there are cores (at most 4)
	$(BIN)/pytest $(PARALLEL)

# Beside .venv, whatever pyproject.toml says of versions: what breaks here will break for users later.
test-next: .venv/installed-dev  ## install the newest pre-releases of TensorFlow and Keras in .venv-next, run all tests
	$(PYTHON) -m venv .venv-next
	.venv-next/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	.venv-next/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	.venv-next/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --pre tensorflow keras
	.venv-next/bin/pytest $(PARALLEL)

# An environment for each extra, on top of .venv, whose packages keep their versions. `make test` skips these tests and
# says so; here a test that misses its package fails. OLDER_FOR_...: packages of which an extra needs an older version.
EXTRAS := mlflow ray tensorboard trackio tune
FOR_TESTS_OF_tune := 'psycopg2-binary>=2.9,<3'
OLDER_FOR_trackio := pillow
test-extras: $(EXTRAS:%=test-extra-%)  ## install each extra in an environment of its own, run its tests

test-extra-%: .venv-%/installed
	tests=$$(grep -l 'needs_extra("$*"' tests/test_*.py) && \
	  SEQCLF_TEST_EXTRA=$* .venv-$*/bin/python -m pytest $(PARALLEL) $$tests

.PRECIOUS: .venv-%/installed
.venv-%/installed: .venv/installed-dev
	rm -rf .venv-$*
	$(BIN)/python -m venv .venv-$*
	$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
	  > $$(.venv-$*/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/base.pth
	$(BIN)/python -m pip freeze --disable-pip-version-check --exclude-editable \
	  $(OLDER_FOR_$*:%=--exclude %) > .venv-$*/kept.txt
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --constraint .venv-$*/kept.txt \
	  -e '.[$*]' $(FOR_TESTS_OF_$*)
	@touch $@

SOAK ?=
soak: .venv/installed-dev  ## install, run the long tests (an hour): killed trainings, 5 GB of texts; other random examples of all others
	$(BIN)/pytest -m soak -s $(SOAK)
	$(BIN)/pytest $(PARALLEL) --hypothesis-profile drawn

SECONDS_EACH ?= 1800
fuzz: .venv/installed-dev  ## install, feed readers with odd bytes, half an hour each, two at a time; new findings are kept
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris>=3,<4'
	cd tests && printf '%s\n' config table tokenizer run generate | \
	  xargs -P 2 -I TARGET ../$(BIN)/python -m fuzzing TARGET $(SECONDS_EACH)

check: .venv/installed-dev  ## install, format and lint check, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/installed-dev  ## format the code, mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

BENCH_CONFIG ?=
bench: .venv/installed  ## install, time training; BENCH_CONFIG="configs/imdb_lstm.yaml" adds its epochs
	$(BIN)/seqclf bench $(BENCH_CONFIG) --cells lstm,gru,simple_rnn,min_gru,min_lstm,qrnn,sru --units 32,64,128,256 \
	  --lengths 64,256,1024 --growth --json bench.json --plot bench.png

results: .venv/installed  ## write docs/results.md from the runs in results/ (benchmarks/results.py trains them)
	$(BIN)/python benchmarks/results.py table --runs results --page docs/results.md

install: .venv/installed  ## make .venv with the package in it

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "seqclf needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

# The versions that the tests are known to pass with, each file checked by its hash.
.venv/installed-dev: pyproject.toml requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@ .venv/installed

lock: .venv/installed-dev  ## choose the newest versions that pyproject.toml allows for requirements-dev.txt; list licences
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	$(BIN)/uv pip compile pyproject.toml --upgrade --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --quiet --custom-compile-command 'make lock' --output-file requirements-dev.txt
	$(MAKE) .venv/installed-dev
	$(BIN)/python .ci/licences.py

clean:  ## remove .venv and the tools' caches; runs stay
	rm -rf .venv .venv-* build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
