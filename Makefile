# GrainLedger. `make run` starts it, `make test` tests it; `make help` lists the rest.

GO        ?= go
BIN       := bin
DATA      ?= run/dev
LISTEN    ?= 127.0.0.1:8080
LEDGER    ?= embedded
FUZZTIME  ?= 10s

.DEFAULT_GOAL := help
.PHONY: help deps build run test test-race lint fmt fuzz bench bench-full clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

deps: ## install what a fresh Debian machine lacks (a browser and Chinese type for the page tests)
	@.ci/deps

build: ## build bin/gateway, bin/grainctl, bin/chaincode
	@mkdir -p $(BIN)
	$(GO) build -o $(BIN)/gateway ./gateway
	$(GO) build -o $(BIN)/grainctl ./client/cmd/grainctl
	$(GO) build -o $(BIN)/chaincode ./chaincode

run: deps build ## start the gateway on 127.0.0.1:8080 with the sample season loaded
	@.ci/run-dev "$(LEDGER)" "$(LISTEN)" "$(DATA)"

test: deps build ## all tests
	$(GO) vet ./...
	$(GO) test ./...

test-race: deps build ## all tests under the race detector
	$(GO) test -race ./...

lint: ## formatting, vet and staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'not gofmt-ed:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...

fmt: ## format every Go file
	gofmt -w $$(git ls-files '*.go')

fuzz: ## run every fuzz target for FUZZTIME
	@.ci/fuzz $(FUZZTIME)

bench: build ## the figures of docs/performance.md, small sizes, into bench.json
	$(GO) run ./bench

bench-full: build ## the same at full size
	$(GO) run ./bench -full

clean: ## remove what was built and the development data
	rm -rf $(BIN) run bench.json
