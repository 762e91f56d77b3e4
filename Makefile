# Everything that is done with this repository. `make` alone lists it. demo, build and test need Go, make and git, and nothing else.

GO       ?= go
PKGS     ?= ./...
FUZZTIME ?= 30s
LINT     := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# Says which tests are skipped and why, and of packages that pass no more.
SHORT := | awk -f .ci/tests.awk

# Where several goroutines meet.
RACE := ./bridge/... ./codecs/wire ./codecs/contract ./codecs/json ./codecs/hessian ./cmd/dragoman

# Where the tests TestDocs compare pages with the code, and write them with -update.
DOCS := ./bridge/config ./codecs/all

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## a gateway and a sample service per protocol: prints who reaches whom, and commands to try
	bin/dragoman demo

.PHONY: build
build: ## bin/dragoman
	$(GO) build -o bin/ ./cmd/dragoman

.PHONY: test
test: ## every test, shuffled; those that need programs of others are under interop
	$(GO) test -shuffle=on -v $(PKGS) $(SHORT)

.PHONY: race
race: ## the tests of concurrent packages, with the race detector (needs a C compiler)
	$(GO) test -race -shuffle=on -v $(RACE) $(SHORT)

.PHONY: fetch
fetch: ## what is downloaded: modules and the linter, three tries
	@for wait in 2 5 0; do $(GO) mod download && $(GO) run $(LINT) version && exit; sleep $$wait; done; exit 1

.PHONY: lint
lint: ## gofmt, go vet and golangci-lint
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'not as gofmt has it:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet $(PKGS)
	$(GO) run $(LINT) run $(PKGS)

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (30s, or a number of inputs: 20000x)
	@list=$$($(GO) test -list '^Fuzz' $(PKGS)) || { echo "$$list"; exit 1; }; \
	echo "$$list" | awk '/^Fuzz/ {t[n++] = $$1} /^ok/ {for (i = 0; i < n; i++) print $$2, t[i]; n = 0}' | \
	while read -r pkg target; do \
		echo "fuzz $$pkg $$target"; \
		$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$pkg" || exit 1; \
	done

.PHONY: bench
bench: ## benchmarks of the code, then throughput and latency against haproxy and direct connections
	$(GO) test -run '^$$' -bench . -benchmem $(PKGS)
	$(GO) run ./conformance/bench

.PHONY: interop
interop: ## calls with the programs of others; what is missing is named, and fails with INTEROP=require
	conformance/peers/install.sh
	INTEROP=$${INTEROP:-1} $(GO) test ./conformance/interop -count=1 -timeout 30m -v

.PHONY: matrix
matrix: ## docs/matrix.md, from a run of interop with every program there
	INTEROP=require INTEROP_MATRIX=$(CURDIR)/docs/matrix.md $(MAKE) interop

.PHONY: gen
gen: ## pages of docs that are printed from the code
	$(GO) test $(DOCS) -run '^TestDocs$$' -count=1 -update

.PHONY: check
check: build lint test race ## all that CI runs, but interop
	$(MAKE) fuzz FUZZTIME=20000x
