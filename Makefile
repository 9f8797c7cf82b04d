# SPDX-License-Identifier: GPL-2.0-only
# The one entry.  Each target does the set-up that it needs.

# Debian's own interpreter: one from elsewhere would not see Debian's Python packages.
PYTHON ?= /usr/bin/python3
# Machines of the lab that `make test` has at a time.
JOBS ?= 1
LAB := $(PYTHON) -B -m lab
export DUT PEER CPUS MEM IRQ IOMMU KERNEL PAIRS ACCEL APPEND KDIR PATIENCE REPEAT

.PHONY: help setup update run shell test kunit test-debug test-full selftests bench bench-check \
	mutants check module cli cli-test cli-fuzz install uninstall clean distclean

PYTEST = $(PYTHON) -B -m pytest $(if $(filter-out 1,$(JOBS)),-n $(JOBS) --dist loadgroup) \
	$(if $(T),$(T),tests) $(if $(K),-k "$(K)")

help:
	@echo "make run        boot the lab and show what the port under test carries"
	@echo "make shell      the same machine, with a root shell in this terminal"
	@echo "make test       the test suite in the lab"
	@echo "                  T=tests/driver/test_smoke.py  K=expression  only some"
	@echo "                  JOBS=1 machines at a time: half of your CPUs, at most"
	@echo "make kunit      the driver on hardware in memory, under KASAN and lockdep"
	@echo "make test-debug the suite and that under KASAN, lockdep and the kernel's other checkers,"
	@echo "                and what only such a kernel can show"
	@echo "make test-full  all tests and judges here, for hours; docs/reliability.md"
	@echo "                  P='mutants selftests'  only some"
	@echo "make selftests  the kernel's own driver selftests; T=hw/rss_api.py for some"
	@echo "make bench      instructions per frame, napier and igb; docs/performance.md"
	@echo "                  S='tx_b1_c0 rr_udp'  only some, and where they go"
	@echo "make bench-check  a shorter run: fails if napier has got heavier"
	@echo "make mutants    whether seeded defects are noticed, N='01 07' for some"
	@echo "make check      static checks"
	@echo "make module     build napier.ko for the lab's kernel (KERNEL=stock|backports|newest)"
	@echo "                  KDIR=directory  for a kernel of yours, into driver/"
	@echo "make cli        build the operator's tool, build/cli/napier; needs no lab"
	@echo "make cli-test   its tests on this host, in a network namespace; K=expression  only some"
	@echo "make cli-fuzz   fuzz what it parses; SECONDS=60 each, T='snapshot text' for some"
	@echo "make install    install it; PREFIX=/usr/local DESTDIR=; make uninstall takes it away"
	@echo "make setup      what run, test and module need, and Debian's 7.x"
	@echo "make update     look for newer kernels of Debian's; docs/lab.md for the lab's own"
	@echo "make clean      remove built modules and the built tool"
	@echo "make distclean  remove the cache too (downloads, images)"
	@echo
	@echo "The machine: DUT=napier|igb PEER=e1000e|igb|virtio|napier CPUS=2 MEM=1G"
	@echo "             IRQ=msix|msi|intx IOMMU=1 PAIRS=1"
	@echo "             KERNEL=stock|backports|newest|debug"
	@echo "             ACCEL=tcg|kvm APPEND='more kernel command line'"
	@echo "The cache:   NAPIER_CACHE (default: ~/.cache/napier)"

setup:
	@$(LAB) setup

update:
	@$(LAB) setup --update

run:
	@$(LAB) run

shell:
	@$(LAB) shell

test:
	@$(LAB) prepare-tests
	@$(PYTEST)

# The suites in memory, on a kernel of their own.
kunit: override T = tests/kunit
kunit:
	@$(LAB) prepare-tests kunit
	@$(PYTEST)

# Under the checkers everything takes several times as long: time limits are longer, and what
# is repeated is repeated less.
test-debug: export KERNEL = debug
test-debug: export PATIENCE := $(or $(PATIENCE),5)
test-debug: export REPEAT := $(or $(REPEAT),0.2)
test-debug:
	@$(LAB) prepare-tests
	@$(PYTEST)

# Everything, by hand; P="mutants selftests" for some.
test-full:
	@$(PYTHON) -B -m tests.full $(P)

# The kernel's own; T=hw/rss_api.py for some.
selftests:
	@$(LAB) selftests $(T)

# Instructions per frame; S="tx_b1_c0 rr_udp" for some.
bench:
	@$(LAB) prepare-tests
	@$(PYTHON) -B -m bench $(if $(S),--only $(S))

bench-check:
	@$(LAB) prepare-tests
	@$(PYTHON) -B -m bench --check

# Each seeded defect, and who notices it.
mutants: export PATIENCE := $(or $(PATIENCE),5)
mutants:
	@$(LAB) prepare-tests
	@$(PYTHON) -B -m tests.mutants $(N)

module:
	@$(LAB) module $(if $(KERNEL),--kernel $(KERNEL))

check:
	@check/run

# The operator's tool, which needs no lab.
cli:
	@$(LAB) cli

# Without tests/conftest.py, which is about machines of the lab.
cli-test:
	@$(LAB) cli --test
	@$(PYTHON) -B -m pytest --confcutdir=tests/cli $(or $(T),tests/cli) $(if $(K),-k "$(K)")

# What it parses, for 60 seconds each; T='snapshot text' for some.
cli-fuzz:
	@$(LAB) fuzz --seconds $(or $(SECONDS),60) $(T)

install uninstall:
	@$(LAB) $@ --prefix=$(or $(PREFIX),/usr/local) $(if $(DESTDIR),--destdir=$(DESTDIR))

clean:
	@$(LAB) clean

distclean:
	@$(LAB) distclean
