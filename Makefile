# Goldenboard. `make run` starts the cabinet, `make test` proves it, `make bench` measures it.

PYTHON ?= $(shell command -v python3.11 || command -v python3.13 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
TRAIN  := .venv-train
# Test files side by side; a file's tests stay together and in order. WORKERS=0: one after another.
WORKERS ?= 2

.PHONY: help run test check bench bench-arm bench-budget campaign bench-install bench-storage-health bench-update evaluate evaluate-cradles fuzz-backup fuzz-firstboot campaign-update campaign-commission release image boot-image pi-image system-bundle campaign-system-update audit audit-environment model diagram pictures clean
.DEFAULT_GOAL := help

help:
	@echo "make run       build the environment, start the appliance on the simulated cabinet"
	@echo "make test      lint, types, architecture, all tests (the browser's included)"
	@echo "make bench     the benchmarks, as a table and as JSON in bench/"
	@echo "make evaluate  teach and inspect the real photographs in ../shared, figures in bench/"
	@echo "make evaluate-cradles  read the cradle's marks in 200 simulated pictures, build cradles"
	@echo "               for 200 chance boards, figures in bench/"
	@echo "make bench-arm  the device's wheels on an emulated Cortex-A72: the same calls, the cost gate,"
	@echo "               figures in bench/arm.json"
	@echo "make bench-budget  insert to lamp for 1,000 boards on a virtual clock, figures in bench/budget.json"
	@echo "make campaign  both of them, whole"
	@echo "make bench-install  install on bare Debian systems (bookworm, trixie; arm64 emulated), inspect,"
	@echo "               uninstall, install again; figures in bench/install.json"
	@echo "make bench-storage-health  smartctl on an emulated NVMe and SATA disk within its unit's rights"
	@echo "make bench-update  updates under a real systemd: the next version, one that never gets ready,"
	@echo "               one of a stranger's; figures in bench/update-service.json"
	@echo "make fuzz-backup  restore from 4,000 damaged and forged archives (make test: 300)"
	@echo "make fuzz-firstboot  start from 4,000 damaged and forged first-boot files (make test: 300)"
	@echo "make campaign-update  cut updates at every step, thousands of mangled bundles, figures"
	@echo "               in bench/"
	@echo "make campaign-commission  commission a bad unit and the mended one, all steps on the real clock,"
	@echo "               on a terminal and in a browser; figures in bench/commission.json"
	@echo "make model     build the released backbone from its source weights (training environment)"
	@echo "make release   wheels for a unit, their bill of materials (CycloneDX), their sums: build/release"
	@echo "make image     a unit's card for a 64-bit ARM computer with Debian's kernel, as one file (root)"
	@echo "make boot-image  start that image in an emulated board, restart it, cut its power; figures in bench/"
	@echo "make pi-image SUITE=trixie DEVICE=rpi4  a Raspberry Pi's card, by rpi-image-gen (64-bit ARM)"
	@echo "make system-bundle SYSTEM_KEY=... SYSTEM_CERTIFICATE=...  that image's system as a signed update"
	@echo "make campaign-system-update  updates of that image's system in the emulated board: kept, undone,"
	@echo "               cut, damaged; figures in bench/"
	@echo "make audit     ask for known weaknesses of what the release is made of, where the network allows"
	@echo "make audit-environment  the same for everything that the tests run with (part of .ci/run)"
	@echo "make pictures  take README's pictures of the pages from the running demonstration"
	@echo "make diagram   draw the state diagram in appliance/README.md from the table"

# The environment is built again whenever pyproject.toml changes.
$(BIN)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version). Say: make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Building the environment in $(VENV) (about a minute) ..."
	@PYTHON=$(PYTHON) sh provisioning/development/make-environment.sh $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check -e '.[dev,cad]'
	@touch $@

run: $(BIN)/.installed
	@$(BIN)/goldenboard run --demo

test: $(BIN)/.installed
	@sh provisioning/development/install-test-packages.sh
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

check: $(BIN)/.installed
	@echo "Lint, format, types, architecture ..."
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(BIN)/.installed
	@$(BIN)/python -m tests.bench --json bench/bench.json
	@$(BIN)/python -m tests.bench.bench_cradles --json bench/cradles.json

# Emulated systems are unpacked once, in build/bench-arm. Some forty minutes, most of them the golden set.
bench-arm: $(BIN)/.installed
	@sh provisioning/development/install-bench-packages.sh
	@$(BIN)/python -m tests.bench.arm --json bench/arm.json

bench-budget: $(BIN)/.installed
	@$(BIN)/python -m tests.bench.budget --json bench/budget.json

campaign: bench-arm bench-budget

evaluate: $(BIN)/.installed
	@$(BIN)/python -m tests.evaluation.evaluate_pcba --json bench/pcba-fixed-pose.json

evaluate-cradles: $(BIN)/.installed
	@$(BIN)/python -m tests.evaluation.evaluate_marks --json bench/cradle-registration.json
	@$(BIN)/python -m tests.evaluation.evaluate_cradles --json bench/cradle-seating.json

# Bare systems are made once, in build/bench-install; the emulated ones take half an hour.
bench-install: $(BIN)/.installed
	@sh provisioning/development/install-bench-packages.sh
	@$(BIN)/python -m tests.provisioning.bench_install --json bench/install.json

# A kernel and smartctl are unpacked once, in build/bench-storage-health.
bench-storage-health: $(BIN)/.installed
	@sh provisioning/development/install-bench-packages.sh
	@$(BIN)/python -m tests.provisioning.bench_storage_health --json bench/storage-health.json

bench-update: $(BIN)/.installed
	@sh provisioning/development/install-bench-packages.sh
	@$(BIN)/python -m tests.provisioning.bench_update --json bench/update-service.json

# Some twenty minutes on a quiet computer; the contacts want to be looked at a thousand times a second.
campaign-commission: $(BIN)/.installed
	@sh provisioning/development/fetch-time-server.sh || echo "No chrony: the step 'clock' will fail."
	@$(BIN)/python -m tests.commission.campaign --json bench/commission.json

fuzz-backup: $(BIN)/.installed
	@$(BIN)/python -m tests.care.fuzz 4000 --json bench/fuzz-backup.json

fuzz-firstboot: $(BIN)/.installed
	@$(BIN)/python -m tests.firstboot.fuzz 4000 --json bench/fuzz-firstboot.json

# The workshop's environment has none of the instrument's libraries: their numpy is another.
$(TRAIN)/.installed: pyproject.toml
	@echo "Building the training environment in $(TRAIN) (2 GB, a few minutes) ..."
	@PYTHON=$(PYTHON) sh provisioning/development/make-environment.sh $(TRAIN)
	@$(TRAIN)/bin/python -m pip install --disable-pip-version-check $$($(TRAIN)/bin/python -c \
	  'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["train"])')
	@touch $@

model: $(TRAIN)/.installed
	@$(TRAIN)/bin/python -m models.release efficientnet-lite0-stride16-128

release: $(BIN)/.installed
	@sh provisioning/release/make-release.sh $(BIN)/python build/release

# The bare system is made once for a list of packages and kept in build/image.
image: release
	@sh provisioning/development/install-image-packages.sh
	@$(BIN)/python -m provisioning.image.build $(if $(SYSTEM_CERTIFICATE),--certificate $(SYSTEM_CERTIFICATE))

# On a 64-bit ARM computer. Another Python's wheels: trixie has 3.13, bookworm 3.11.
SUITE  ?= trixie
DEVICE ?= rpi4
pi-image: $(BIN)/.installed
	@sh provisioning/release/make-release.sh $(BIN)/python build/release $(if $(filter bookworm,$(SUITE)),3.11,3.13) aarch64
	@sh provisioning/rpi-image-gen/build.sh $(SUITE) $(DEVICE) \
	  $(if $(SYSTEM_CERTIFICATE),IGconf_goldenboard_certificate=$(abspath $(SYSTEM_CERTIFICATE)))

# SYSTEM_KEY and SYSTEM_CERTIFICATE: of `goldenboard system-update make-key`.
system-bundle: $(BIN)/.installed
	@sh provisioning/development/install-image-packages.sh
	@$(BIN)/python -m provisioning.image.system_bundle --key "$(SYSTEM_KEY)" --certificate "$(SYSTEM_CERTIFICATE)"

# Two units' worth of emulated starts: some half an hour.
campaign-system-update: $(BIN)/.installed
	@sh provisioning/development/install-image-packages.sh
	@$(BIN)/python -m tests.system_update.cuts --json bench/system-update-cuts.json
	@$(BIN)/python -m tests.machine.bench_system_update --json bench/system-update.json

# The image that `make image` made, in QEMU.
boot-image: $(BIN)/.installed
	@$(BIN)/python -m tests.machine.bench_image --json bench/image.json

audit: build/release/sbom.cdx.json
	@sh provisioning/release/audit.sh $(BIN)/pip-audit build/release/sbom.cdx.json

# NOT CHECKED (3) is told and fails nothing: a network that is not there is no weakness.
audit-environment: $(BIN)/.installed
	@mkdir -p build
	@$(BIN)/python -m pip freeze --disable-pip-version-check --exclude-editable >build/environment.txt
	@sh provisioning/release/audit.sh $(BIN)/pip-audit build/environment.txt || [ $$? = 3 ]

build/release/sbom.cdx.json:
	@$(MAKE) --no-print-directory release

campaign-update: $(BIN)/.installed
	@$(BIN)/python -m tests.update.cuts --json bench/update-cuts.json

diagram: $(BIN)/.installed
	@$(BIN)/python provisioning/development/write_diagram.py

pictures: $(BIN)/.installed
	@$(BIN)/python provisioning/development/take_pictures.py

clean:
	rm -rf $(VENV) $(TRAIN) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
