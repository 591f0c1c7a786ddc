# One command from an empty Debian 12 to a proved box. Every target does its own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= /usr/bin/python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# What the kernel side and the tests need; each is asked for only when dpkg does not have it. Meanwhile a policy-rc.d
# keeps Debian from starting their services: this machine needs smbd, sshd and clamd as programs, not as servers.
APT := charon-systemd chrony clamav-daemon conntrack dnsmasq-base iproute2 libcharon-extra-plugins libnftables1 libnss-wrapper libstrongswan-standard-plugins mmdebstrap netbase nftables openssh-client openssh-server p7zip-full python3-venv qemu-system-x86 samba samba-vfs-modules smbclient systemd-container

.PHONY: setup packages demo test test-fast test-long exam bench bench-enforcer bench-tunnel golden lint lock docs confined fuzz dist lint-ansible clean

setup: packages $(STAMP)

packages:
	@missing=$$(for p in $(APT); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "setup: installing Debian packages:" $$missing; \
	  [ "$$(id -u)" = 0 ] || { echo "setup: run as root once, or: apt-get install" $$missing >&2; exit 4; }; \
	  if [ ! -e /usr/sbin/policy-rc.d ]; then \
	    trap 'rm -f /usr/sbin/policy-rc.d' EXIT; printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; \
	  fi; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	fi

$(STAMP): pyproject.toml requirements-dev.lock | packages
	@echo "setup: installing locked Python packages into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock: $(STAMP)
	$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install -q pip-tools
	$(VENV)/lock/bin/pip-compile $(LOCK_FLAGS) -o requirements.lock pyproject.toml
	$(VENV)/lock/bin/pip-compile $(LOCK_FLAGS) --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	$(VENV)/lock/bin/pip-compile $(LOCK_FLAGS) --extra fuzz -c requirements.lock -o $(VENV)/fuzz.lock pyproject.toml
	@awk '/^[a-z]/ {wanted = /^atheris==/} wanted' $(VENV)/fuzz.lock >requirements-fuzz.lock
LOCK_FLAGS := -q --upgrade --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --strip-extras --allow-unsafe

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

# Apart from lint: ansible-lint brings eighty packages of its own, and takes a minute.
lint-ansible: setup
	@[ -x $(VENV)/ansible-lint/bin/ansible-lint ] || { $(PYTHON) -m venv $(VENV)/ansible-lint && $(VENV)/ansible-lint/bin/pip install -q --disable-pip-version-check ansible-lint==$(ANSIBLE_LINT); }
	@cd ansible && PATH=$(CURDIR)/$(VENV)/ansible-lint/bin:$$PATH ansible-lint --offline --profile production -q
ANSIBLE_LINT := 25.12.2

demo: setup
	@$(BIN)/claim-gateway demo

test-fast: setup
	@$(BIN)/pytest -n 2 -m "not root and not appliance and not long and not thorough" -q

bench: setup
	@$(BIN)/python -m tests.bench.forward
	@echo && $(BIN)/python -m tests.bench.compile
	@echo && $(BIN)/python -m tests.bench.inspect
	@echo && $(BIN)/python -m tests.bench.proof

# What the enforcer costs while nothing happens, and how long it takes to undo what somebody changed (docs/security.md).
bench-enforcer: setup
	@$(BIN)/python -m tests.bench.footprint
	@echo && $(BIN)/python -m tests.bench.reload
	@echo && $(BIN)/python -m tests.bench.drift

# What our policy costs a tunnel, and how soon one that was broken is back (docs/benchmarks.md).
bench-tunnel: setup
	@$(BIN)/python -m tests.bench.tunnel

# The ruleset of every sample anew, after a change of the compiler that is meant to change them.
golden: setup
	@$(BIN)/python -m tests.golden.rulesets

test: lint
	@$(BIN)/pytest -n 2 -m "not root and not appliance and not long" -q --durations=5
	@$(BIN)/pytest -n 2 --dist loadfile -m "(root or appliance) and not long" -q --durations=15

# The relay's tests under the seccomp filters of its unit (docs/security.md); whatever Python is refused is told at the end.
confined: setup
	@$(BIN)/python -m tests.appliance.confined systemd/claim-gateway-relay.service $(BIN)/pytest tests/relay -m "not long" -q

# Campaigns of many minutes each.
test-long: setup
	@$(BIN)/pytest -m long -q --durations=5

# Other people's clients against the drop (docs/exams.md), unpacked into a folder of their own and installed nowhere.
EXAM := build/exam
EXAM_DEBIAN := rclone lftp putty-tools
EXAM_PYPI := paramiko ssh-audit ssh2-python
EXAM_NPM := ssh2-sftp-client
exam: setup $(EXAM)/.fetched
	@EXAM_TOOLS=$(EXAM) $(BIN)/pytest -m exam -q -rA --no-header --tb=short --show-capture=no tests/exam

$(EXAM)/.fetched: Makefile
	@rm -rf $(EXAM) && mkdir -p $(EXAM)/debian
	@apt-get update -qq && cd $(EXAM) && apt-get download -qq $(EXAM_DEBIAN) && for each in *.deb; do dpkg -x $$each debian; done
	@$(PYTHON) -m venv $(EXAM)/python && $(EXAM)/python/bin/pip install -q --disable-pip-version-check $(EXAM_PYPI)
	@npm install --silent --ignore-scripts --prefix $(EXAM)/node $(EXAM_NPM)
	@touch $@

# Coverage-guided inputs for the readers of claim and result files and for the SFTP drop's packets; bounded, and the same on every machine.
FUZZ_RUNS ?= 1000000
fuzz: setup
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	@$(BIN)/python -m tests.fuzz.inspect -runs=$(FUZZ_RUNS) -seed=4 -print_final_stats=1
	@$(BIN)/python -m tests.fuzz.sftp -runs=$(FUZZ_RUNS) -seed=4 -print_final_stats=1

# The parts of the docs that are made from the code, and the journal's catalogues.
docs: setup
	@$(BIN)/python -m tests.relay.state_table
	@$(BIN)/claim-gateway inspect --rules --lang en | sed -i \
	  -e '/^<!-- rules -->$$/,/^<!-- end of rules -->$$/{//!d}' -e '/^<!-- rules -->$$/r /dev/stdin' docs/inspection.md
	@$(BIN)/claim-gateway messages --markdown | sed -i \
	  -e '/^<!-- messages -->$$/,/^<!-- end of messages -->$$/{//!d}' -e '/^<!-- messages -->$$/r /dev/stdin' docs/journal.md
	@$(BIN)/claim-gateway messages --catalog --lang en >systemd/claim-gateway.catalog
	@$(BIN)/claim-gateway messages --catalog --lang ja >systemd/claim-gateway.ja.catalog

# A release: all that a box and a controller install, in one archive, for those that reach no package index. Each wheel is
# held to its hash; those of both architectures and both Debians are in it, and pip takes what fits. SIGNING_KEY=FILE signs it.
DIST := build/dist
DIST_ARCHITECTURES ?= x86_64 aarch64
DIST_PYTHONS ?= 3.11 3.13
WHEELS := $(DIST)/wheels
RELEASE = $(DIST)/claim-gateway.tar
dist: setup $(DIST)/.fetched
	@rm -f $(WHEELS)/claim_gateway-*.whl
	@$(BIN)/pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w $(WHEELS) .
	@$(BIN)/python -m gateway.release.assemble --wheels $(WHEELS) --to $(RELEASE) $(if $(SIGNING_KEY),--signing-key $(SIGNING_KEY))

$(DIST)/.fetched: requirements.lock requirements-dev.lock | $(STAMP)
	@rm -rf $(DIST) && mkdir -p $(WHEELS)
	@$(BIN)/python -c 'import sys; from pathlib import Path; from gateway.release.assemble import controller; sys.stdout.write(controller(Path("requirements-dev.lock").read_text()))' >$(DIST)/controller.txt
	@for machine in $(DIST_ARCHITECTURES); do for python in $(DIST_PYTHONS); do \
	  $(BIN)/pip download -q --disable-pip-version-check --require-hashes --only-binary :all: --no-deps -d $(WHEELS) \
	    --implementation cp --python-version $$python --abi cp$${python/./} --abi abi3 --abi none \
	    --platform manylinux_2_28_$$machine --platform manylinux_2_17_$$machine --platform manylinux2014_$$machine \
	    -r requirements.lock -r $(DIST)/controller.txt; \
	done; done
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
