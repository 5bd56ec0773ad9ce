# Each target calls one script or one swift command.
PREFIX ?= /usr/local
PROGRAM := .build/release/readiness

.PHONY: demo test test-services build examples docs lint verify sanitize campaign bench bench-quick install deb release bootstrap

demo: build ## the main job in a scratch repository, and a test-driven loop to done
	scripts/demo.sh $(CURDIR)/$(PROGRAM)
	$(PROGRAM) demo tdd

test: bootstrap ## all tests; a forbidden import is an error
	swift build --build-tests --explicit-target-dependency-import-check error
	scripts/build-launcher.sh .build/debug
	scripts/run-tests.sh

test-services: build ## objectives against a real Prometheus, in about eight minutes
	python3 campaign/slo.py $(PROGRAM)
	python3 campaign/alerts.py $(PROGRAM)

build: bootstrap ## the release binary, and this clone's own hooks
	scripts/build-release.sh
	@[ ! -d .git ] || $(PROGRAM) install

examples: ## the examples in ssot/examples against the schemas in ssot/schemas
	scripts/prove.sh 'SchemaAgreementTests|OwnFilesTests|RuntimeContractTests'

docs: build ## the page of reason codes, from the list that explain reads
	$(PROGRAM) explain --page > doc/reason-codes.md

lint: ## the layout of the code
	swift format lint --strict --recursive Sources Package.swift
	swift format lint --strict --recursive --configuration .swift-format-tests Tests

verify: ## this repository's own plan, every commit
	$(PROGRAM) verify

sanitize: ## the whole suite under the thread sanitizer and under the address sanitizer
	scripts/sanitize.sh thread
	scripts/sanitize.sh address

campaign: build ## the long forms; doc/design/campaigns.md holds their figures
	python3 campaign/run.py $(PROGRAM) 20000 100000
	python3 campaign/pushes.py $(PROGRAM) 2000 20000
	python3 campaign/operations.py $(PROGRAM) 100 1000
	python3 campaign/recompute.py
	python3 campaign/attacks.py $(PROGRAM)
	python3 campaign/objects.py $(PROGRAM) 20000
	python3 campaign/race.py $(PROGRAM) 8 250
	python3 campaign/transports.py $(PROGRAM)
	python3 campaign/kills.py $(PROGRAM)
	python3 campaign/bounds.py $(PROGRAM)
	python3 campaign/missing.py $(PROGRAM) 50
	python3 campaign/attested.py $(PROGRAM) 100
	python3 campaign/telemetry.py $(PROGRAM)
	campaign/fuzz.sh 10000000
	READINESS_KILLS=1000 swift test --disable-xctest --filter 'DeliverTests/killed'

bench: build ## what hooks, moves, audits and reading cost, as ratios in one run; doc/design/performance.md holds the figures
	python3 bench/targets.py $(PROGRAM)
	python3 bench/objectives.py $(PROGRAM)

bench-quick: build ## the same with small repositories and wide bounds, and the instructions of the hooks
	python3 bench/targets.py $(PROGRAM) --quick
	python3 bench/instructions.py $(PROGRAM)

install: build ## the program, its manual page and its completions, under PREFIX
	scripts/install.sh $(PROGRAM) $(PREFIX)

deb: build ## a Debian package, in .build/deb
	scripts/package-deb.sh $(PROGRAM) .build/deb

release: bootstrap ## the files of a release, in dist/
	scripts/release.sh $$(sed -n 1p VERSION)

bootstrap:
	@scripts/bootstrap.sh
