# One target per habit. Needs Python >= 3.11 and make; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# onnxruntime and onnxruntime-gpu overwrite each other's files, so only one of them is installed
RUNTIME := $(if $(or $(wildcard /proc/driver/nvidia/version),$(shell command -v nvidia-smi)),gpu,cpu)

# a file of tests stays on one core: its fixtures are made once
ON_ALL_CORES := --numprocesses auto --dist loadfile

.PHONY: help run test test-training lint bench bench-simulation physics gallery model sample jsroot-check clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## run the main job on the packaged sample
	$(BIN)/e2efw run ttbar_regression_cfg.py

test: $(VENV)/.test  ## run the tests
	$(BIN)/python -m pytest $(ON_ALL_CORES)
	@# a warm cache would ignore the bounds checks
	cache=$$(mktemp -d) && trap 'rm -rf "$$cache"' EXIT && NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR="$$cache" \
		$(BIN)/python -m pytest -q -p no:cacheprovider $(ON_ALL_CORES) tests/dataformats tests/frameproducers \
		tests/simulation/kernels tests/taggers/training

test-training: $(VENV)/.train  ## run the tests of the training room, which need torch (some GB)
	$(BIN)/python -m pytest tests/taggers/training tests/taggers/test_torch_backend.py tests/test_docs_training.py

lint: $(VENV)/.dev  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.test  ## frames and the whole job against numpy, the memory floor and bare ONNX Runtime
	$(BIN)/python -m benchmarks.frames
	$(BIN)/python -m benchmarks.job
	$(BIN)/python -m benchmarks.inference
	$(BIN)/python -m benchmarks.framework
	$(BIN)/python -m benchmarks.export

bench-simulation: $(VENV)/.test  ## simulated events per second against Pythia alone, and memory over 10 000 events
	$(BIN)/python -m benchmarks.simulation --memory-events 10000

physics: $(VENV)/.test  ## measure the simulated detector, print the numbers, draw pictures into build/physics
	$(BIN)/python -m benchmarks.physics -o build/physics

gallery: $(VENV)/.test  ## simulate events and draw every layer and kind of window into docs/gallery
	$(BIN)/python -m benchmarks.gallery

model: $(VENV)/.test  ## build the packaged model bundle again
	$(BIN)/e2efw model build-baseline -o taggers/models/calorimetric_baseline

sample: $(VENV)/.test  ## make the packaged sample again
	$(BIN)/e2efw run make_sample_cfg.py outputFile=python_cfg/data/simulated_ttbar.root

jsroot-check: $(VENV)/.run  ## read our output with jsroot (needs node and npm) and compare with uproot
	$(BIN)/python tests/clients/jsroot_check.py

clean:  ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[$(RUNTIME)]'
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[$(RUNTIME),test]'
	@touch $@

$(VENV)/.train: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[$(RUNTIME),test,train]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[$(RUNTIME),dev]'
	@touch $@
