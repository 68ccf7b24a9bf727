# What to type. `make help` lists it.
GO ?= go
LIES ?= all

.PHONY: all build vet lint test detection golden golden-texts bench interop container-test cross clean help

all: build vet lint test ## Build, vet, lint and test

build: ## Build bin/entrant
	$(GO) build -trimpath -o bin/entrant ./cmd/entrant

vet: ## Run go vet
	$(GO) vet ./...
	$(GO) vet -tags interop ./interop

lint: ## Check formatting, tidiness and staticcheck's findings
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these"; exit 1; }
	$(GO) mod tidy -diff
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

test: ## Test with the race detector, a tenth of the lies
	$(GO) test -race ./...

detection: ## Tell every lie and show every variant to the whole suite
	ENTRANT_LIES=$(LIES) $(GO) test -count=1 -timeout 30m -parallel 6 -run 'TestKills|TestHonest|TestVariants' ./internal/suite

golden: ## Rewrite the golden files; look at the diff
	ENTRANT_LIES=all $(GO) test -count=1 -timeout 30m -parallel 6 ./internal/suite -run TestKills -update
	$(GO) test -count=1 ./reports ./cmd/entrant -update

golden-texts: ## Rewrite the golden reports; look at the diff
	$(GO) test -count=1 ./reports -update

bench: ## Measure a run beside a bare client that sends the same requests
	$(GO) test -count=1 -run '^$$' -bench . -benchtime 1x ./internal/suite

interop: ## Judge two third-party servers (needs Node and the registries of Go and npm)
	$(GO) test -count=1 -timeout 20m -tags interop -v ./interop

container-test: ## Judge apps in containers (needs a container engine)
	TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 TESTCONTAINERS_RYUK_DISABLED=true ENTRANT_CONTAINERS=demanded \
	  $(GO) test -count=1 -timeout 10m -v -run 'Container|Engine' ./internal/target

cross: ## Build and vet for other systems
	@for p in windows/amd64 darwin/arm64 linux/arm64; do \
	  echo "$$p"; \
	  CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build ./... && \
	  CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) vet ./... || exit 1; \
	done

clean: ## Remove what was built
	rm -rf bin .cache reports/latest

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
