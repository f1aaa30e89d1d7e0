# Ranvier's tasks. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build demo test sanitize bench agreement peers format lint docs clean

sources := Sources Tests Package.swift
ranvier := .build/release/ranvier

# Where the Python environments of other frameworks are made.
export PEERS ?= $(CURDIR)/.peers

# Tests are built for debugging, which takes half the time of a release build and keeps Swift's checks;
# the C kernels, where training spends its time, are optimised all the same. The flag gets a build
# folder of its own, because changing flags rebuilds everything.
test_flags := -Xcc -O2 --scratch-path .build-test

help: ## List the tasks.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Check the toolchain and install missing Debian packages.
	@Scripts/setup.sh

build: setup ## Build the command in release mode.
	swift build -c release --product ranvier

demo: build ## Train a spiking network on handwritten digits and write a report.
	$(ranvier) run Examples/digits.yaml --overwrite
	@echo "Open the report in a browser: $(CURDIR)/runs/digits-0/report.html"

test: setup ## Run every test.
	swift test $(test_flags)

sanitize: setup ## Run every test under the address and undefined-behaviour sanitisers.
	Scripts/sanitize.sh

bench: build peers ## Run the workloads here and in other frameworks, and print the ratios. Options in ARGS.
	Benchmarks/compare.py $(ARGS)

agreement: build peers ## Train from the same start in PyTorch and compare the losses.
	@for workload in W2 W3 W5; do \
	    $(ranvier) bench $$workload --runs 1 --trace $(PEERS)/$$workload.safetensors --json --quiet > /dev/null; \
	done
	@$(PEERS)/torch/bin/python Benchmarks/Peers/agreement.py \
	    $(foreach workload,W2 W3 W5,$(workload)=$(PEERS)/$(workload).safetensors)

peers: # the other frameworks, in $(PEERS)
	@Benchmarks/Peers/setup.sh

format: ## Lay out the sources.
	swift format --in-place --recursive $(sources)

lint: ## Check the layout of the sources.
	swift format lint --strict --recursive $(sources)

docs: setup ## Build the documentation; warnings are errors.
	swift package generate-documentation --target Ranvier --warnings-as-errors

clean: ## Remove what was built; runs stay.
	rm -rf .build .build-test .build-sanitized*
