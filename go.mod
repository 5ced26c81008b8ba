module github.com/grainledger/grainledger

go 1.26.8

require (
	github.com/emmansun/gmsm v0.44.1 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	golang.org/x/crypto v0.54.0 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)
