# SPDX-License-Identifier: GPL-2.0-or-later
# The tests, included by the top Makefile.
#
# A unit test is tests/unit/test_X.c, linked with the library and with the helpers beside it. A BPF
# test is tests/bpf/test_X.c and X.bpf.c, run by BPF_PROG_RUN in the build machine's own kernel.

UNIT_TESTS  := $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
UNIT_SHARED := $(patsubst tests/unit/%.c,$(O)/tests/unit/%.o,\
		 $(filter-out $(wildcard tests/unit/test_*.c),$(wildcard tests/unit/*.c)))
BPF_TESTS   := $(patsubst tests/bpf/%.c,$(O)/tests/bpf/%,$(sort $(wildcard tests/bpf/test_*.c)))
# Where Debian keeps <asm/types.h>, for BPF objects that need no vmlinux.h.
MULTIARCH   := $(addprefix -idirafter /usr/include/,$(shell $(CC) -print-multiarch 2>/dev/null))
TEST_FLAGS  := -iquote tests/unit -iquote tests/bpf

$(O)/tests/%.o: tests/%.c | $(SKELETONS)
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/tests/unit/test_%: $(O)/tests/unit/test_%.o $(UNIT_SHARED) $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(O)/tests/bpf/%.bpf.o: tests/bpf/%.bpf.c
	$(say) BPF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) $(MULTIARCH) -Itests/bpf -MMD -MP -c -o $@ $<

$(O)/tests/bpf/test_%: $(O)/tests/bpf/test_%.o $(O)/tests/bpf/%.bpf.o $(UNIT_SHARED) $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter-out %.bpf.o,$^) $(LIBS) -lcmocka

$(O)/tests/bench/%.bpf.o: tests/bench/%.bpf.c
	$(say) BPF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) $(MULTIARCH) -Itests/bench -MMD -MP -c -o $@ $<

$(O)/tests/bench/%: $(O)/tests/bench/%.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# What counts instructions in the guests of the benchmarks.
BENCH_COUNT := $(O)/tests/bench/guest/count

$(BENCH_COUNT): tests/bench/guest/count.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $<

# What the guests of the VM tests are given besides the program.
VM_TOOLS := $(patsubst tests/vm/tools/%.c,$(O)/tests/vm/tools/%,$(wildcard tests/vm/tools/*.c))

$(O)/tests/vm/tools/%: tests/vm/tools/%.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $< -pthread

# Preloaded by one of them.
FAIL_MALLOC := $(O)/tests/vm/tools/fail_malloc.so
VM_TOOLS += $(FAIL_MALLOC)

# One of several files.
FAULT := $(O)/tests/vm/tools/fault
VM_TOOLS += $(FAULT)

$(FAULT): $(wildcard tests/vm/tools/fault/*.[ch]) tests/vm/tools/preload/fail_malloc.h
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.c,$^)

$(FAIL_MALLOC): tests/vm/tools/preload/fail_malloc.c tests/vm/tools/preload/fail_malloc.h
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O2 $(WARNINGS) -D_GNU_SOURCE -fPIC -shared -ftls-model=initial-exec -o $@ $<

# The kubelet of one pod, and what runs in it.
CRI_POD := $(O)/tests/vm/cri_pod

$(CRI_POD): $(O)/tests/vm/cri_pod.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# Reads the audit trail as the program does.
AUDIT_READER := $(O)/tests/vm/audit_reader

$(AUDIT_READER): $(O)/tests/vm/audit_reader.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# The same program as other builds have it, to take over from and to: with other bytes of BPF (next),
# and with another layout of what is pinned, and next to no room in it (relaid).
BUILDS	   := $(O)/tests/vm/next/modwarden $(O)/tests/vm/relaid/modwarden
BUILD_PARTS := $(notdir $(basename $(wildcard src/gates*.c src/pins*.c)))
$(O)/tests/vm/next/%: BUILD_FLAGS :=
$(O)/tests/vm/relaid/%: BUILD_FLAGS := -DPINS_LAYOUT=1000 -DPINS_HELD_MAX=1

$(O)/tests/vm/next/modwarden.bpf.o $(O)/tests/vm/relaid/modwarden.bpf.o: bpf/modwarden.bpf.c
	$(say) BPF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) -ffile-prefix-map=bpf=$(notdir $(@D)) -MMD -MP -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@

$(O)/tests/vm/%/modwarden: $(O)/src/main.o $(LIBRARY) $(O)/tests/vm/%/modwarden.skel.h
	$(say) LINK $@
	$(Q)for part in $(BUILD_PARTS); do \
		$(CC) -I$(@D) $(CPPFLAGS) $(CFLAGS) $(BUILD_FLAGS) -c -o $(@D)/$$part.o src/$$part.c || exit; done
	$(Q)$(CC) $(LDFLAGS) -o $@ $(O)/src/main.o $(BUILD_PARTS:%=$(@D)/%.o) $(LIBRARY) $(LIBS)

# Loading BPF needs root; so do the tests, and only they.
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# What `make check` runs, in the order of this file.
CHECKS	:=

.PHONY: deps demo check soak bench lint clean
deps: ## Install what is missing for building and testing (apt or dnf, through sudo)
	$(Q).ci/deps

demo: deps ## Show it at work: a throw-away VM, a listed and an unlisted module
	$(Q)$(MAKE) --no-print-directory $(O)/modwarden $(VM_TOOLS)
	$(Q)O=$(O) tests/vm/demo

# As many at a time as there are processors, if nobody says otherwise: guests, too, wait now and then.
check: deps ## Run all tests: unit, BPF, and virtual machines on real kernels
	$(Q)$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc)) $(CHECKS)

CHECKS += check-unit
.PHONY: check-unit
check-unit: $(UNIT_TESTS) ## Run the tests of the pure parts
	$(Q)status=0; for t in $^; do echo "== $$t"; $$t || status=1; done; exit $$status

FAULTS := $(O)/modwarden $(FAULT) $(FAIL_MALLOC) $(O)/tests/bench/records

CHECKS += check-faults
.PHONY: check-faults
check-faults: $(FAULTS) ## Let system calls and allocations of harmless verbs fail, some of each
	$(Q)O=$(O) tests/faults

# Files and modes, the paths of a PREFIX in the unit, and nothing left by uninstall.
CHECKS += check-install
.PHONY: check-install
check-install: $(O)/modwarden ## Install into a directory, compare, uninstall
	$(Q)rm -rf $(O)/installed
	$(Q)$(MAKE) --no-print-directory -s install DESTDIR=$(abspath $(O)/installed) PREFIX=/usr
	$(Q)cd $(O)/installed && find . -type f -printf '%m %P\n' | sort -k 2 | \
		diff -u $(CURDIR)/tests/unit/golden/installed.txt -
	$(Q)grep -q '^ExecStart=/usr/sbin/modwarden run' $(O)/installed/usr/lib/systemd/system/modwarden.service
	$(Q)! grep -rE "@(sbin|libexec)dir@" $(O)/installed
	$(Q)$(MAKE) --no-print-directory -s uninstall DESTDIR=$(abspath $(O)/installed) PREFIX=/usr
	$(Q)! find $(O)/installed -type f | grep .

CHECKS += check-completion
.PHONY: check-completion
check-completion: $(O)/modwarden $(SHELLS) ## Compare manual and shell completions with what the program takes
	$(Q)O=$(O) tests/manual
	$(Q)O=$(O) tests/completion

CHECKS += check-image
.PHONY: check-image
check-image: $(O)/modwarden ## Make the image twice, and look into it
	$(Q)O=$(O) tests/image

CHECKS += check-log
.PHONY: check-log
check-log: $(O)/modwarden ## Run the verb log from end to end, on files and pipes
	$(Q)O=$(O) tests/log

FORGE_MODULE := $(O)/tests/tools/forge_module

$(FORGE_MODULE): $(FORGE_MODULE).o $(O)/tests/unit/elf_forge.o
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

CHECKS += check-policy
.PHONY: check-policy
check-policy: $(O)/modwarden $(FORGE_MODULE) ## Run the verbs of policies from end to end, on files
	$(Q)O=$(O) tests/policy

CHECKS += check-audit
.PHONY: check-audit
check-audit: $(O)/modwarden ## Compare audit check with oscap, on machines of all kinds
	$(Q)O=$(O) tests/audit/agree

CHECKS += check-report
.PHONY: check-report
check-report: $(O)/modwarden ## Write reports, and look at them in a browser
	$(Q)O=$(O) tests/report/run

CHECKS += check-bench
.PHONY: check-bench
check-bench: ## Try the frame of the benchmarks, on sections that measure nothing
	$(Q)tests/bench/check

CHECKS += check-bad-input
.PHONY: check-bad-input
check-bad-input: $(O)/modwarden ## Give each verb what people and disks make of its files
	$(Q)O=$(O) tests/bad-input

CHECKS += check-fuzz
FUZZERS := $(patsubst tests/%.c,$(O)/tests/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

$(O)/tests/fuzz/fuzz_%: $(O)/tests/fuzz/fuzz_%.o $(O)/tests/fuzz/replay.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/tests/fuzz/%.fuzzer: $(O)/tests/fuzz/%.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

.PHONY: check-fuzz
check-fuzz: $(FUZZERS) ## Give each fuzzer the inputs of its corpus, once
	$(Q)set -e; for f in $^; do printf '%s: ' "$${f##*/}"; $$f tests/fuzz/corpus/$${f##*/fuzz_} 2>&1; done

# A build of its own, by clang, with its sanitizers. FUZZ='policy log': these only.
FUZZ_SECONDS ?= 60
FUZZ_CFLAGS  := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined

.PHONY: fuzz
fuzz: ## Fuzz everything that reads what others write (FUZZ_SECONDS=60 each, FUZZ='policy log')
	$(Q)$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc)) O=$(O)/fuzz CC='$(CLANG)' WARNINGS=-w CFLAGS='$(FUZZ_CFLAGS)' \
		LDFLAGS=-fsanitize=address,undefined $(FUZZERS:$(O)/%=$(O)/fuzz/%.fuzzer)
	$(Q)O=$(O) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(FUZZ)

# A build of its own, by clang, whose programs count.
COVERED := check-unit check-fuzz check-policy check-audit check-faults

.PHONY: coverage
coverage: ## Tell how many branches of the pure parts the tests take, of a build of its own (COVERAGE=-v: which not)
	$(Q)rm -rf $(O)/coverage/profile
	$(Q)LLVM_PROFILE_FILE=$(abspath $(O))/coverage/profile/%m.profraw $(MAKE) --no-print-directory O=$(O)/coverage \
		CC='$(CLANG)' WARNINGS=-w CFLAGS='-O1 -g -fprofile-instr-generate -fcoverage-mapping' \
		LDFLAGS=-fprofile-instr-generate $(COVERED)
	$(Q)O=$(O) tests/coverage $(COVERAGE)

MONITORING := deploy/kubernetes/monitoring

.PHONY: monitoring
monitoring: ## Make the alerts for the Prometheus operator of those for Prometheus
	tests/monitoring/render $(MONITORING)/rules.yaml >$(MONITORING)/prometheusrule.yaml

CHECKS += check-monitoring
.PHONY: check-monitoring
check-monitoring: ## Compare alerts and dashboard with the metrics, and try the alerts (with promtool)
	$(Q)tests/monitoring/check

CHECKS += check-generate
.PHONY: check-generate
check-generate: $(O)/modwarden ## Generate policies, and keep them up with kernels, from end to end
	$(Q)O=$(O) CC='$(CC)' tests/generate
	$(Q)O=$(O) CC='$(CC)' tests/update

CHECKS += check-manifests
.PHONY: check-manifests
check-manifests: ## Compare the manifests with what kustomize makes of their sources, and with schemas
	$(Q)tests/manifests

CHECKS += check-bpf
.PHONY: check-bpf
check-bpf: $(BPF_TESTS) ## Run the same tables inside BPF, in this machine's kernel (root)
	$(Q)status=0; for t in $^; do echo "== $$t"; \
		$(SUDO) $$t $(O)/tests/bpf/$${t##*/test_}.bpf.o || status=1; done; exit $$status

COUNT ?= 10000000

.PHONY: check-decide
check-decide: $(O)/tests/unit/test_decide_plain ## Policies against what the manual says of them (COUNT=10000000 operations)
	$(Q)COUNT=$(COUNT) $<

$(O)/tests/bpf/modules: $(O)/tests/bpf/modules.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

DIFFERENTIAL := $(O)/tests/bpf/modules $(O)/tests/bpf/sha256.bpf.o $(O)/tests/bpf/module_elf.bpf.o

CHECKS += check-modules
.PHONY: check-modules
check-modules: $(DIFFERENTIAL) ## Compare what BPF makes of each module of a kernel with sha256sum and kmod (root)
	$(Q)tests/vm/fetch bookworm >/dev/null || [ $$? = 77 ]
	$(Q)O=$(O) tests/differential || [ $$? = 77 ]

ELF_MUTATIONS ?= 1000000

.PHONY: check-trees
check-trees: $(DIFFERENTIAL) $(O)/tests/unit/test_module_elf $(O)/tests/bpf/test_module_elf ## The same on four kernels, compressed and not, and ELF_MUTATIONS=1000000 images against libelf and inside BPF (root)
	$(Q)tests/vm/fetch bookworm trixie backports rt >/dev/null
	$(Q)O=$(O) tests/differential bookworm trixie backports rt
	$(Q)MUTATIONS=$(ELF_MUTATIONS) $(O)/tests/unit/test_module_elf
	$(Q)$(SUDO) env MUTATIONS=$(ELF_MUTATIONS) $(O)/tests/bpf/test_module_elf $(O)/tests/bpf/module_elf.bpf.o

CHECKS += check-model
.PHONY: check-model
check-model: ## Go through all states of the model of the gates (with spin)
	$(Q)CC='$(CC)' tests/model/check || [ $$? = 77 ]

CHECKS += check-verifier
.PHONY: check-verifier
check-verifier: $(O)/modwarden ## Compare what the kernel's verifier walks of each program with the last time, in a virtual machine
	$(Q)O=$(O) tests/verifier || [ $$? = 77 ]

CHECKS += check-vm
.PHONY: check-vm
check-vm: $(O)/modwarden $(BUILDS) $(VM_TOOLS) $(AUDIT_READER) ## Load real modules into real kernels, in virtual machines
	$(Q)O=$(O) tests/vm/suite

CHECKS += check-pods
.PHONY: check-pods
check-pods: $(O)/modwarden $(BUILDS) ## Run the image and the DaemonSet by podman, in a virtual machine
	$(Q)O=$(O) tests/vm/pods

.PHONY: check-fleet check-containerfile
check-fleet: check-image check-manifests check-monitoring check-pods ## What is for Kubernetes: image, manifests, alerts, pods

check-containerfile: ## Build the Containerfile with buildah, without a registry (root, minutes)
	$(Q)O=$(O) tests/containerfile

CHECKS += check-containerd
.PHONY: check-containerd
check-containerd: $(O)/modwarden $(CRI_POD) $(O)/tests/vm/tools/load ## Load modules from a pod of containerd, in a virtual machine
	$(Q)O=$(O) tests/vm/containerd

SOAK_MINUTES ?= 10

soak: $(FAULTS) $(BUILDS) $(VM_TOOLS) $(AUDIT_READER) ## What has a long form: races, faults (SOAK_MINUTES=10 a boot), kills, reloads, power cuts
	$(Q)O=$(O) tests/faults 0
	$(Q)$(MAKE) --no-print-directory check-decide check-trees
	$(Q)O=$(O) tests/vm/suite -s $(SOAK_MINUTES)

BENCH_RECORDS ?= 100000
BENCH_TOOLS   := $(addprefix $(O)/tests/bench/,sha256 records measure policy policy.bpf.o) $(O)/tests/bpf/sha256.bpf.o

bench: $(O)/modwarden $(VM_TOOLS) $(BENCH_COUNT) $(BENCH_TOOLS) ## Measure what it costs, beside what others do, into docs/BENCHMARKS.md (BENCH='sha256 log': these sections)
	$(Q)O=$(O) BENCH_RECORDS=$(BENCH_RECORDS) tests/bench/run $(BENCH)

# One a line.
SCRIPTS := .ci/run .ci/deps
SCRIPTS += deploy/completion/modwarden.bash
SCRIPTS += deploy/image/build tests/image
SCRIPTS += tests/manifests tests/vm/pods tests/vm/guest/pods.sh tests/vm/guest/claims.sh tests/vm/containerd tests/vm/guest/containerd.sh
SCRIPTS += tests/schema/check tests/schema/fetch tests/containerfile
SCRIPTS += tests/audit/agree tests/audit/fetch
SCRIPTS += tests/faults
SCRIPTS += tests/completion tests/manual
SCRIPTS += tests/log
SCRIPTS += tests/bench/run tests/bench/check tests/bench/sha256 tests/bench/policy tests/bench/log tests/bench/flood tests/bench/start
SCRIPTS += tests/bench/guest/policy.sh tests/bench/guest/flood.sh tests/bench/guest/start.sh
SCRIPTS += tests/bench/tax tests/bench/load tests/bench/guest/tax.sh tests/bench/guest/load.sh
SCRIPTS += tests/monitoring/check tests/monitoring/render
SCRIPTS += tests/policy tests/verbs.sh
SCRIPTS += tests/generate tests/update tests/tree.sh tests/bench/generate
SCRIPTS += tests/fuzz/run tests/differential tests/model/check tests/verifier tests/vm/verifier.sh tests/coverage tests/analyze
SCRIPTS += deploy/hooks/kernel-changed deploy/hooks/kernel-package deploy/hooks/kernel-install
SCRIPTS += tests/report/run tests/bad-input
SCRIPTS += tests/vm/run tests/vm/fetch tests/vm/lib.sh tests/vm/names

# Where there is systemd. What it says of a drop-in it says without an exit status.
define verify_unit
rm -rf $(O)/unit && mkdir -p $(O)/unit/modwarden.service.d && \
	cp deploy/systemd/before-udev.conf $(O)/unit/modwarden.service.d && \
	sed 's|@sbindir@/modwarden|/bin/true|' deploy/systemd/modwarden.service >$(O)/unit/modwarden.service && \
	said=$$(systemd-analyze verify --man=no --recursive-errors=no $(O)/unit/modwarden.service 2>&1) && \
	! printf '%s\n' "$$said" | grep -F modwarden || { printf '%s\n' "$$said"; exit 1; }
endef

lint: $(MAN) ## Check formatting, scripts, the manual and the code itself
	$(Q)mandoc -T lint -W warning $(MAN)
	$(Q)! command -v systemd-analyze >/dev/null || { $(verify_unit); }
	$(Q)clang-format --dry-run -Werror $(wildcard src/*.[ch] include/modwarden/*.h bpf/*.[ch])
	$(Q)shellcheck -x -P SCRIPTDIR $(SCRIPTS)
	$(Q)tests/vm/names
	$(Q)sed -n 's/^\([0-9]*\) | \(.*\) | .*/| \1 | \2 |/p' tests/vm/matrix | while read -r row; do \
		grep -qF "$$row" README.md || { echo "README.md lacks the row $$row"; exit 1; }; done

.PHONY: analyze
analyze: $(SKELETONS) ## Look for mistakes with gcc's analyzer, clang-tidy and cppcheck (5 minutes of a processor)
	$(Q)O=$(O) tests/analyze

clean: ## Remove everything that was built
	rm -rf $(O)
