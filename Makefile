# make learn      an environment in .venv to work through the notebooks: Jupyter, Keras and the checks
# make teach      the same, with bubblewrap and what grading a class needs
# make setup      the same with everything: the tests' tools, a browser, PostgreSQL
# make demo       a small simulated class, released, graded and reported, in build/demo
# make test       everything that CI runs
# make test-fast  the same without the slow tests
# make colab      the versions that Google Colab has, in .colab, for the tests that run every notebook there
# make pictures   the pictures of README.md and docs/
# make bench      what grading costs, beside nbgrader and Otter-Grader; writes docs/results.md
# make times      what each solved notebook takes; writes docs/results.md
# make seeds      what the references learn with five seeds; writes docs/results.md
# make full-scale the references on the real data (downloads, or Keras' cache); writes docs/results.md
.PHONY: learn teach setup demo test test-fast lint pictures bench times seeds full-scale clean
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
DEMO := build/demo
ASSIGNMENT ?= 01_convolution
TORCH ?= torch==2.13.0

help:
	@grep -E '^# make' Makefile | cut -c3-

learn: .venv/learn
teach: .venv/teach sandbox
setup: .venv/installed sandbox browser database

# Each has what the one before has; a stamp in .venv says what is there already.
.venv/learn: EXTRAS = course,grading
.venv/learn: STAMPS = .venv/learn
.venv/teach: EXTRAS = course,grading,dask,postgresql
.venv/teach: STAMPS = .venv/learn .venv/teach
.venv/installed: EXTRAS = all
.venv/installed: STAMPS = .venv/learn .venv/teach .venv/installed

.venv/learn .venv/teach .venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; this is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || \
	  { echo "python3-venv is missing. Install it: sudo apt-get install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --upgrade pip
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable '.[$(EXTRAS)]'
	$(if $(filter .venv/teach,$(STAMPS)),$(BIN)/python -m autograder.rooms.provisioner >/dev/null)
	@touch $(STAMPS)

# Submissions run inside bubblewrap. Installed where we may, otherwise the command is printed.
.PHONY: sandbox
sandbox:
	@command -v bwrap >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing bubblewrap"; apt-get update -qq && apt-get install -y -qq bubblewrap >/dev/null; \
	  else echo "bubblewrap is missing. Install it: sudo apt-get install bubblewrap"; exit 2; fi; }

# Two tests use the formgrader in a browser; nothing else needs one.
.PHONY: browser
browser:
	@command -v chromedriver >/dev/null && command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then echo "Installing chromium"; \
	    apt-get update -qq && apt-get install -y -qq chromium chromium-driver >/dev/null; \
	  else echo "Two tests need Chromium: sudo apt-get install chromium chromium-driver"; fi; }

# One test grades into a PostgreSQL that it starts; nothing else needs the server.
.PHONY: database
database:
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then echo "Installing postgresql"; \
	    apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; \
	  else echo "One test needs PostgreSQL: sudo apt-get install postgresql"; fi; }

# Keras' other two backends, on the CPU, for the tests that use all three. They lie in a folder of their own, since
# TensorFlow imports JAX wherever it is installed. PyPI's torch for Linux brings CUDA with it (some GB); without:
#   make test TORCH='torch --index-url https://download.pytorch.org/whl/cpu'
.PHONY: backends
backends: .backends/installed

.backends/installed: | setup
	rm -rf .backends && mkdir .backends
	$(BIN)/python -m pip freeze --exclude-editable >.backends/constraints.txt
	$(BIN)/python -m pip install --quiet --target .backends --constraint .backends/constraints.txt 'jax>=0.7' 'jaxlib>=0.7'
	$(BIN)/python -m pip install --quiet --target .backends --constraint .backends/constraints.txt $(TORCH)
	touch $@

# What students have in Google Colab, for the tests that run every notebook there; Python 3.13 where there is one.
.PHONY: colab
colab: .colab/installed

.colab/installed: tests/colab-constraints.txt
	@for python in python3.13 ~/.pyenv/versions/3.13.*/bin/python $(PYTHON); do \
	  rm -rf .colab; "$$python" -m venv .colab >/dev/null 2>&1 && break; done; \
	  .colab/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' || \
	  echo "Colab has Python 3.13; here its packages are tried with $$(.colab/bin/python --version)."
	.colab/bin/python -m pip install --quiet --requirement tests/colab-constraints.txt
	@MPLCONFIGDIR=.colab/matplotlib .colab/bin/python -c 'import matplotlib.pyplot'
	@touch $@

demo: teach
	rm -rf $(DEMO) && mkdir -p $(DEMO)
	cp -r course.toml nbgrader_config.py source $(DEMO)/
	$(BIN)/autograder --course $(DEMO) release $(ASSIGNMENT)
	$(BIN)/autograder --course $(DEMO) simulate $(ASSIGNMENT) --students 12 --seed 1
	$(BIN)/autograder --course $(DEMO) grade $(ASSIGNMENT)
	$(BIN)/autograder --course $(DEMO) feedback $(ASSIGNMENT)
	$(BIN)/autograder --course $(DEMO) report $(ASSIGNMENT)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: backends colab lint
	$(BIN)/autograder release --check
	$(BIN)/python -m pytest -n 2 --dist loadgroup

test-fast: setup
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"

pictures: learn
	$(BIN)/python docs/pictures/learned_kernel.py
	$(BIN)/python docs/pictures/architecture.py

# All of it takes about three quarters of an hour, on a machine that does nothing else. A part: make bench BENCH='--only growth'
BENCH ?=
bench: setup build/otter-venv/installed
	$(BIN)/python benchmarks/grading_cost.py --write docs/results.md $(BENCH)

# Otter-Grader has an environment of its own, with the versions of ours wherever both need the same package.
build/otter-venv/installed: | setup
	rm -rf build/otter-venv && $(PYTHON) -m venv build/otter-venv
	$(BIN)/python -m pip freeze --exclude-editable >build/otter-venv/constraints.txt
	build/otter-venv/bin/python -m pip install --quiet --constraint build/otter-venv/constraints.txt \
	  'otter-grader>=5.7,<7' --editable '.[course]'
	touch $@

times: learn
	$(BIN)/python benchmarks/solved_notebooks.py --write docs/results.md

seeds: setup
	$(BIN)/python benchmarks/learning.py scenes --write docs/results.md
	$(BIN)/python benchmarks/learning.py seeds --write docs/results.md

full-scale: setup
	$(BIN)/python benchmarks/learning.py full --write docs/results.md

clean:
	rm -rf build .venv .backends .colab *.egg-info
