package embedded

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/ledger"
)

const benchRecords = 250

// benchContract does what a transaction of many records does to the ledger:
// it reads one key per write, all in one round, and writes three per record.
func benchContract(stub contract.Stub, _ string, args [][]byte) ([]byte, error) {
	keys := make([]string, 0, 3*len(args))
	for _, a := range args {
		n := binary.BigEndian.Uint64(a)
		keys = append(keys, fmt.Sprintf("lot/%032x", n/2), fmt.Sprintf("record/%064x", n), fmt.Sprintf("edge/%032x/%032x", n, n/2))
	}
	if _, err := stub.GetMultipleStates(keys...); err != nil {
		return nil, err
	}
	for i, k := range keys {
		if err := stub.PutState(k, args[i/3][:200]); err != nil {
			return nil, err
		}
	}
	return bytes.Repeat([]byte{'r'}, 40*len(args)), nil
}

func benchTx(first uint64) ledger.Tx {
	tx := ledger.Tx{Function: "record", Args: make([][]byte, benchRecords)}
	for i := range tx.Args {
		a := bytes.Repeat([]byte{'x'}, 600)
		binary.BigEndian.PutUint64(a, first+uint64(i))
		tx.Args[i] = a
	}
	return tx
}

// BenchmarkSubmit shows what the ledger adds to a record on top of the
// contract. Four transactions are under way at a time.
func BenchmarkSubmit(b *testing.B) {
	opt := testOptions()
	opt.Invoke = benchContract
	l := mustOpen(b, b.TempDir(), opt)
	b.SetParallelism(max(1, 4/runtime.GOMAXPROCS(0)))
	var next atomic.Uint64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := l.Submit(context.Background(), benchTx(next.Add(benchRecords))); err != nil {
				b.Error(err)
				return
			}
		}
	})
	perRecord := float64(b.Elapsed().Microseconds()) / float64(b.N*benchRecords)
	b.ReportMetric(perRecord, "µs/record")
	b.ReportMetric(float64(l.Stats().Bytes)/float64(b.N*benchRecords), "B/record")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSubmitSmall is a transaction of one write by one caller: mostly the
// fsync.
func BenchmarkSubmitSmall(b *testing.B) {
	l := mustOpen(b, b.TempDir(), testOptions())
	for i := range b.N {
		mustSubmit(b, l, run(fmt.Sprintf("put k%d v", i)))
	}
}

// BenchmarkOpen shows how long a start takes per record, and the memory of the
// indexes.
func BenchmarkOpen(b *testing.B) {
	const txs = 400
	opt := testOptions()
	opt.Invoke = benchContract
	dir := b.TempDir()
	l := mustOpen(b, dir, opt)
	for i := range txs {
		mustSubmit(b, l, benchTx(uint64(i*benchRecords)))
	}
	mustClose(b, l)
	b.ResetTimer()
	for b.Loop() {
		l, err := Open(dir, opt)
		if err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*txs*benchRecords), "µs/record")
}
