# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists the targets. O= is where everything that is made goes.

O	?= build
PREFIX	?= /usr/local
SYSCONFDIR ?= /etc
ARCH	:= $(shell uname -m)

CC	?= cc
CLANG	?= clang
BPFTOOL	?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)
LLVM_STRIP ?= llvm-strip
PKG_CONFIG ?= pkg-config

# bpf_tracing.h's name of the processor.
BPF_ARCH_x86_64	 := x86
BPF_ARCH_aarch64 := arm64
BPF_ARCH	 := $(BPF_ARCH_$(ARCH))

PACKAGES := libbpf yaml-0.1 jansson libkmod liblzma libzstd zlib libcrypto libevent_core \
	    libevent_extra audit auparse libpcre2-8 libnghttp2 libprotobuf-c

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	    -Wno-missing-field-initializers -Wno-maybe-uninitialized
ifdef CI
WARNINGS += -Werror
endif

CFLAGS	?= -O2 -g
override CFLAGS += -std=gnu17 -D_GNU_SOURCE -fstack-protector-strong -fPIE $(WARNINGS)
override CPPFLAGS += -Iinclude -I$(O) -iquote src
override LDFLAGS += -pie -Wl,-z,relro,-z,now
# Looked up when something is linked, so that `make deps` works before they are there.
LIBS	 = $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -lelf -pthread
BPFFLAGS := -target bpf -D__TARGET_ARCH_$(BPF_ARCH) -mcpu=v3 -g -O2 -Wall -Werror \
	    -Ivmlinux/$(ARCH) -Iinclude -Ibpf -ffile-prefix-map=$(CURDIR)=.

ifdef SANITIZE
override CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined
override LDFLAGS += -fsanitize=address,undefined
endif

V ?= 0
ifeq ($(V),1)
say = @:
Q =
else
say = @printf '  %-7s %s\n'
Q = @
endif

SOURCES	 := $(sort $(wildcard src/*.c))
OBJECTS	 := $(SOURCES:src/%.c=$(O)/src/%.o) $(O)/src/cri.pb-c.o
LIBRARY	 := $(O)/libmodwarden.a
SKELETONS := $(O)/modwarden.skel.h $(O)/lock.skel.h $(O)/probe.skel.h $(O)/preemption.skel.h

# Pages get their version, and the day of their last commit, or that of SOURCE_DATE_EPOCH.
MAN	   := $(patsubst man/%,$(O)/man/%,$(wildcard man/*.[1-8]))
SHELLS	   := $(O)/completion/modwarden.bash $(O)/completion/_modwarden

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help man install uninstall image manifests
all: $(O)/modwarden $(MAN) $(SHELLS) ## Build the program (default)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST) | sort
	@echo; echo 'Variables: V=1 shows commands; O=DIR builds there; PREFIX=$(PREFIX),'
	@echo 'SYSCONFDIR=$(SYSCONFDIR), DESTDIR= install there; SANITIZE=1 builds with ASan and UBSan; CI=1 makes warnings errors.'

SHARE	   := $(DESTDIR)$(PREFIX)/share
COMPLETION := $(SHARE)/bash-completion/completions/modwarden $(SHARE)/zsh/site-functions/_modwarden
AUDIT	   := $(wildcard deploy/audit/*)
UNIT	   := $(DESTDIR)$(PREFIX)/lib/systemd/system/modwarden.service
LOGROTATE  := $(DESTDIR)$(SYSCONFDIR)/logrotate.d/modwarden

# What is called where kernels and modules come and go. kernel-install(8) looks only here and there.
LIBEXEC	   := $(PREFIX)/lib/modwarden
KERNEL_INSTALL := $(if $(filter /usr,$(PREFIX)),/usr/lib,$(SYSCONFDIR))/kernel/install.d
HOOKS	   := kernel-changed:755:$(LIBEXEC)/kernel-changed \
	      kernel-package:755:$(SYSCONFDIR)/kernel/postinst.d/zz-modwarden \
	      kernel-package:755:$(SYSCONFDIR)/kernel/header_postinst.d/zz-modwarden \
	      kernel-package:755:$(SYSCONFDIR)/kernel/postrm.d/zz-modwarden \
	      kernel-install:755:$(KERNEL_INSTALL)/95-modwarden.install \
	      dkms.conf:644:$(SYSCONFDIR)/dkms/framework.conf.d/modwarden.conf

install: $(O)/modwarden $(MAN) $(SHELLS) ## Install program, unit, logrotate's file, kernel hooks, manual, completion, an example policy
	install -D -m 755 $(O)/modwarden $(DESTDIR)$(PREFIX)/sbin/modwarden
	install -D -m 644 deploy/systemd/modwarden.service $(UNIT)
	sed -i 's|@sbindir@|$(PREFIX)/sbin|' $(UNIT)
	install -D -m 644 deploy/logrotate/modwarden $(LOGROTATE)
	set -e; for hook in $(HOOKS); do IFS=:; set -- $$hook; unset IFS; \
		install -D -m "$$2" "deploy/hooks/$$1" "$(DESTDIR)$$3"; \
		sed -i 's|@sbindir@|$(PREFIX)/sbin|; s|@libexecdir@|$(LIBEXEC)|g' "$(DESTDIR)$$3"; done
	install -D -m 644 deploy/systemd/before-udev.conf $(SHARE)/doc/modwarden/before-udev.conf
	for page in $(notdir $(MAN)); do \
		install -D -m 644 $(O)/man/$$page $(SHARE)/man/man$${page##*.}/$$page; \
		sed -i 's|/usr/local/|$(PREFIX)/|g' $(SHARE)/man/man$${page##*.}/$$page; done
	install -D -m 644 deploy/policy.yaml $(SHARE)/doc/modwarden/policy.yaml
	for file in $(notdir $(AUDIT)); do \
		install -D -m 644 deploy/audit/$$file $(SHARE)/doc/modwarden/audit/$$file; done
	install -D -m 644 $(word 1,$(SHELLS)) $(word 1,$(COMPLETION))
	install -D -m 644 $(word 2,$(SHELLS)) $(word 2,$(COMPLETION))

IMAGE	 ?= $(O)/modwarden-image.tar
REVISION := $(shell git rev-parse --verify -q HEAD 2>/dev/null)

image: $(O)/modwarden ## Make an OCI image of it, without network, root or a container engine
	$(Q)deploy/image/build -p deploy/policies -r "$(REVISION)" $< $(IMAGE)

manifests: ## Render deploy/kubernetes again (needs kubectl 1.27)
	tests/manifests -w

uninstall: ## Remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/sbin/modwarden $(UNIT) $(LOGROTATE) $(COMPLETION)
	for hook in $(HOOKS); do rm -f "$(DESTDIR)$${hook##*:}"; done
	for page in $(notdir $(MAN)); do rm -f $(SHARE)/man/man$${page##*.}/$$page; done
	rm -rf $(SHARE)/doc/modwarden

$(MAN): $(O)/man/%: man/% src/version.h
	$(say) MAN $@
	$(Q)mkdir -p $(@D)
	$(Q)at=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct -- $< 2>/dev/null || :)} && \
		at=$$(LC_ALL=C date -u -d "@$${at:-$$(stat -c %Y $<)}" '+%B %-d, %Y') && \
		version=$$(sed -n 's/.*MODWARDEN_VERSION "\(.*\)"/\1/p' src/version.h) && \
		sed "s/@DATE@/$$at/; s/@VERSION@/$$version/" $< >$@

# What one page says of another becomes a link.
$(O)/man/%.html: $(O)/man/%
	$(say) MAN $@
	$(Q)cd $(@D) && mandoc -T html -O toc,man='%N.%S.html;https://manpages.debian.org/%N.%S' $* >$*.html

$(O)/man/%.txt: $(O)/man/%
	$(say) MAN $@
	$(Q)mandoc -T ascii $< | sed 's/.\x08//g' >$@

man: $(MAN) $(MAN:%=%.txt) $(MAN:%=%.html) ## Build the manual, also as text and HTML

# Both shells have the same table.
$(O)/completion/table: deploy/completion/table
	$(Q)mkdir -p $(@D)
	$(Q)sed '/^#/d; /^$$/d; s/ *| */|/g; s/ *$$//' $< >$@
	$(Q)! grep -n \' $@

$(SHELLS): $(O)/completion/%: deploy/completion/% $(O)/completion/table
	$(say) TABLE $@
	$(Q)sed -e '/^@TABLE@$$/ {' -e 'r $(O)/completion/table' -e d -e '}' $< >$@

$(O)/modwarden: $(O)/src/main.o $(LIBRARY)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIBRARY): $(filter-out $(O)/src/main.o,$(OBJECTS))
	$(say) AR $@
	$(Q)rm -f $@; $(AR) rcs $@ $^

$(O)/src/%.o: src/%.c | $(SKELETONS)
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The assembler reads these, and does not tell of it.
$(O)/src/report_assets.o: src/report/page.css src/report/page.js

# The messages of the container runtime interface.
$(O)/cri.pb-c.c: src/cri.proto
	$(say) PROTO $@
	$(Q)mkdir -p $(@D)
	$(Q)protoc-c --proto_path=src --c_out=$(O) $<

$(O)/src/cri.pb-c.o: $(O)/cri.pb-c.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -ffile-prefix-map=$(O)/= -c -o $@ $<

$(O)/src/cri.o: | $(O)/cri.pb-c.c

$(O)/%.bpf.o: bpf/%.bpf.c
	$(say) BPF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) -MMD -MP -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@

$(O)/%.skel.h: $(O)/%.bpf.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name $(notdir $*)_bpf >$@

include tests/tests.mk
-include $(OBJECTS:.o=.d) $(wildcard $(O)/*.bpf.d $(O)/tests/*.d $(O)/tests/*/*.d $(O)/tests/*/*/*.d)
