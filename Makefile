# GrainLedger. `make run` starts it, `make test` tests it; `make help` lists the rest.

GO        ?= go
BIN       := bin
DATA      ?= run/dev
LISTEN    ?= 127.0.0.1:8080
LEDGER    ?= embedded
CONSENSUS ?= raft
FUZZTIME  ?= 10s
NETDIR    ?= run/network
WEB       := gateway/web

.DEFAULT_GOAL := help
NETWORK = $(BIN)/test-network --dir "$(NETDIR)" --programs $(BIN)/fabric --chaincode $(BIN)/chaincode

.PHONY: help deps pages build fabric run test test-race test-faults lint fmt fuzz bench bench-full bench-fabric \
	network-up network-down network-stop network-status network-upgrade clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

deps: ## install what a fresh Debian machine lacks (Node; a browser and Chinese type for the page tests)
	@.ci/deps

pages: $(WEB)/built/.stamp ## build the scripts of the pages out of gateway/web/src (needs Node)

$(WEB)/built/.stamp: $(shell find $(WEB)/src -type f) $(WEB)/build.js $(WEB)/node_modules/.stamp
	cd $(WEB) && node build.js && touch built/.stamp

$(WEB)/node_modules/.stamp: $(WEB)/package.json $(WEB)/package-lock.json $(WEB)/.npmrc
	cd $(WEB) && npm ci --ignore-scripts --no-audit --no-fund --silent && touch node_modules/.stamp

build: pages ## build bin/gateway, bin/grainctl, bin/chaincode, bin/test-network
	@mkdir -p $(BIN)
	$(GO) build -o $(BIN)/gateway ./gateway
	$(GO) build -o $(BIN)/grainctl ./client/cmd/grainctl
	$(GO) build -o $(BIN)/chaincode ./chaincode
	$(GO) build -o $(BIN)/test-network ./test-network

fabric: build ## build Fabric's peer, orderer and tools into bin/fabric (minutes the first time)
	@$(NETWORK) build

run: deps build $(if $(filter fabric,$(LEDGER)),fabric) ## start the gateway on 127.0.0.1:8080 with the sample season loaded (LEDGER=embedded|fabric)
	@NETDIR="$(NETDIR)" CONSENSUS="$(CONSENSUS)" .ci/run-dev "$(LEDGER)" "$(LISTEN)" "$(DATA)"

network-up: fabric ## start a Fabric consortium on this machine (CONSENSUS=raft|bft); twice changes nothing
	@$(NETWORK) --consensus $(CONSENSUS) up

network-status: build ## show its nodes, their blocks and when certificates end
	@$(NETWORK) status

network-upgrade: build ## put the chaincode of this tree in place of the one that runs; state stays
	@$(NETWORK) upgrade grain
	@$(NETWORK) upgrade credit

network-stop: build ## end its processes and keep its files
	@$(NETWORK) stop

network-down: build ## end its processes and delete it
	@$(NETWORK) down

test: deps fabric ## all tests, on the embedded ledger and on Fabric networks that they start
	$(GO) vet ./...
	cd interop && $(GO) vet ./...
	$(GO) test -timeout 20m ./...

test-race: deps build ## all tests but those on Fabric under the race detector
	$(GO) test -race -short ./...

test-faults: deps build fabric ## the fault tests and the runbooks on a real network, the long ones too
	FAULTS=all $(GO) test -count=1 -timeout 30m -p 1 ./test-network/faults ./test-network/runbooks

lint: ## formatting, vet and staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'not gofmt-ed:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	cd interop && $(GO) tool -modfile=../tools/go.mod staticcheck ./...

fmt: ## format every Go file
	gofmt -w $$(git ls-files '*.go')

fuzz: ## run every fuzz target for FUZZTIME
	@.ci/fuzz $(FUZZTIME)

bench: build ## the figures of docs/performance.md, small sizes, into bench.json
	$(GO) run ./bench

bench-full: build ## the same at full size
	$(GO) run ./bench -full

bench-fabric: fabric ## the fabric_ figures, on a network started for them, into bench.json
	$(GO) run ./bench -fabric

clean: ## remove what was built and the development data
	rm -rf $(BIN) run bench.json
