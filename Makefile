# The commands of README.md and CONTRIBUTING.md, each complete in itself.
SWIFT ?= swift
SEKISHO = .build/release/sekisho
DIST = .build-dist

.PHONY: help setup build dist demo suites test test-release bench format lint fixtures sanitize races clean

help:
	@echo "make demo      set up, build, and find the indicators of seeds/ in the traffic of Fixtures/"
	@echo "make suites    build and run the regression suites: the demo's, and those of the corpus where it is"
	@echo "make test      set up, build and run the tests"
	@echo "make test-release  the same optimised, with all of the random cases and the whole corpus"
	@echo "make dist      build $(DIST)/sekisho, which runs where no Swift is installed"
	@echo "make setup     install the system libraries that are missing"
	@echo "make bench     set up and run the micro-benchmarks"
	@echo "make format    format the sources; make lint only checks"
	@echo "make sanitize  run the tests of the rooms that read hostile bytes under address sanitizer"
	@echo "make races     scan on several threads under thread sanitizer"
	@echo "make fixtures  make the captures and logs of Fixtures/ again"

setup:
	@sh Tests/Tools/setup.sh

build: setup
	$(SWIFT) build -c release --product sekisho

# The standard library inside, which also starts some milliseconds sooner; libpcap, libxxhash, libzstd, libyaml and zlib stay
# those of the system. The linker's warning about `mktemp` is Foundation's.
dist: setup
	$(SWIFT) build -c release --product sekisho --static-swift-stdlib --scratch-path $(DIST)
	strip -o $(DIST)/sekisho $(DIST)/release/sekisho

demo: build
	@sh Fixtures/demo.sh $(SEKISHO)

suites: build
	$(SEKISHO) test Fixtures/suite.yaml Tests/Suites/ids.yaml

test: setup
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

test-release: setup
	$(SWIFT) test -c release -Xswiftc -enable-testing

bench: setup
	cd Benchmarks && $(SWIFT) package benchmark

format:
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Fixtures Benchmarks/Benchmarks Benchmarks/Package.swift Package.swift

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Fixtures Benchmarks/Benchmarks Benchmarks/Package.swift Package.swift

fixtures: setup
	$(SWIFT) run -c release MakeFixtures Fixtures

sanitize: setup
	ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no $(SWIFT) test --scratch-path .build-asan --sanitize=address

races: setup
	$(SWIFT) build --scratch-path .build-tsan --sanitize=thread --product sekisho
	@sh Tests/Tools/check_races.sh .build-tsan/debug/sekisho

clean:
	rm -rf .build .build-* Benchmarks/.build
