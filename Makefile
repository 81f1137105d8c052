# Each target is a thin call. `make` alone prints this list.
PYTHON ?= python3
PY := .venv/bin/python
LOCAL := $(PY) -m infra.local

.DEFAULT_GOAL := help
.PHONY: help install up down status logs reset test check bench chaos chat demo-load web docs

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## */\1\t/p' Makefile | expand -t 12

install: ## everything that a bare machine lacks: Debian and Python packages, Kafka's and Cassandra's jars
	@$(PYTHON) -m infra.local.bootstrap

up: install ## start the whole system, wait until it serves, say where it is
	@$(LOCAL) up

down: ## end it; the data stays
	@test ! -x $(PY) || $(LOCAL) down

status: ## every part and how it is; fails if one is not well
	@$(LOCAL) status

logs: ## follow the logs: make logs S=api
	@$(LOCAL) logs $(S)

reset: ## end it and delete the data; jars and packages stay
	@test ! -x $(PY) || $(LOCAL) reset

test: install ## all tests, on a stack of their own: make test T=tests/infra
	@$(PY) -m pytest -n 2 $(or $(T),tests)

check: install ## ruff, mypy, the import contracts
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

bench: install ## latency, throughput, memory and CPU: make bench
	@$(PY) -m tests.bench

chaos: install ## break everything, from a seed, and judge: make chaos MINUTES=30 SEED=7 FAULTS=kill,pause:api PAGE=1
	@$(PY) -m tests.chaos run --minutes $(or $(MINUTES),5) $(if $(SEED),--seed $(SEED)) $(if $(FAULTS),--faults $(FAULTS)) $(if $(PAGE),--page)

chat: ## the terminal client: make chat AS=alice
	@.venv/bin/backchannel chat --as $(or $(AS),alice)

web: install ## build the page anew, with Node.js: clients/web into api/web
	@npm --prefix clients run build

demo-load: ## a crowd that talks, types and reads, until Ctrl-C: make demo-load N=200
	@$(PY) -m clients.demo load --people $(or $(N),200)

docs: ## the documents as a site, in .local/site
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet && echo .local/site/index.html
