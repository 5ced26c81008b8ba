package index

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// writer writes the changes of one block inside one transaction.
type writer struct {
	reader
	tip     tip // of the block before; of this one in the end
	changes *changes
	nodes   map[string]int64 // node id -> number
	years   map[string]int   // node id -> year of harvest, 0 where it is not one
	turned  bool             // marks are late that were not, or no longer: every node says so
	first   counters         // what the block before ended with
	recalls recallBook       // how recalled grain stood before the block
}

// The insertions of a block.
var (
	insertTx = insertInto("tx", "num, id, block, time, code, function, response",
		"ON CONFLICT (id) DO NOTHING") // Fabric keeps a repeated transaction in its block, marked invalid
	insertRecord = insertInto("record",
		"num, id, type, issuer, ref, occurred_at, tx, place, flags, sealed, cosigned, envelope, voided", "")
	insertNode       = insertInto("node", "num, id, seq, kind, epoch, mix, year", "")
	insertLot        = insertInto("lot", "node, state, stock", "ON CONFLICT (node) DO UPDATE SET state = excluded.state, stock = excluded.stock")
	insertEdge       = insertInto("edge", "child, parent, record, grams", "ON CONFLICT (child, parent, record) DO UPDATE SET grams = excluded.grams")
	insertRecordNode = insertInto("record_node", "node, record", "ON CONFLICT (node, record) DO NOTHING")
	insertBlock      = insertInto("block", "number, hash, time, txs, records, lots, mixes, edges, retail, sequence", "")
)

// Statements for single rows.
const (
	updateSeq      = `UPDATE node SET seq = $1, year = $2 WHERE num = $3`
	updateLotState = `UPDATE lot SET state = $1 WHERE node = $2`
	updateStock    = `UPDATE lot SET stock = $1 WHERE node = $2`
	updateEntry    = `UPDATE record SET cosigned = $1, flags = $2, voided = $3 WHERE issuer = $4 AND ref = $5`
	addCosignature = `INSERT INTO cosignature (record, tx, place, envelope)
		SELECT num, $2, $3, $4 FROM record WHERE id = $1 ON CONFLICT (record, tx, place) DO NOTHING`
)

func (w *writer) write(ctx context.Context) error {
	w.first = w.tip.counters
	if err := w.findStoredMixes(ctx); err != nil {
		return fmt.Errorf("bins: %w", err)
	}
	links := w.changes.nodesOf()
	if err := w.resolve(ctx, links); err != nil {
		return fmt.Errorf("nodes: %w", err)
	}
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"recalls before", w.openRecalls},
		{"transactions", w.writeTxs},
		{"records", w.writeRecords},
		{"undone edges", w.cutEdges},
		{"nodes", w.writeNodes},
		{"lots", w.writeLots},
		{"edges", w.writeEdges},
		{"stock", w.writeStock},
		{"marks", w.writeMarks},
		{"records of nodes", func(ctx context.Context) error { return w.writeLinks(ctx, links) }},
		{"cosignatures", w.writeCosigned},
		{"state", w.writeState},
		{"recalls", w.writeRecalls},
		{"block", w.writeBlock},
	}
	for _, s := range steps {
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (w *writer) writeTxs(ctx context.Context) error {
	b := w.changes.block
	w.tip.txs += int64(len(b.Txs))
	return w.insert(ctx, insertTx, len(b.Txs), func(args []any, i int) []any {
		tx := &b.Txs[i]
		return append(args, w.txNumber(i), text(tx.ID), int64(b.Number), stamp(tx.Time), string(tx.Code), text(tx.Function), w.changes.answers[i])
	})
}

// maxText bounds what is kept of a name that anybody on a channel can make up.
const maxText = 256

// text is a name out of a transaction that no contract has looked at, in the
// form that every database takes: bounded, UTF-8 and without NUL.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s[:min(len(s), maxText)], "\uFFFD"), "\x00", "\uFFFD")
}

func (w *writer) txNumber(i int) int64 { return w.first.txs + int64(i) + 1 }

func (w *writer) writeRecords(ctx context.Context) error {
	records := w.changes.records
	w.tip.records += int64(len(records))
	return w.insert(ctx, insertRecord, len(records), func(args []any, i int) []any {
		r := &records[i]
		entry, written := w.changes.entries[entryKey{r.head.Issuer, r.head.Ref}]
		flags, sealed := entry.Flags, entry.Sealed
		if !written {
			flags = r.verdict.Flags
		}
		if len(sealed) == 0 {
			sealed = r.sealed
		}
		return append(args, w.recordNumber(r.verdict.ID), r.verdict.ID, string(r.verdict.Type), r.head.Issuer, r.head.Ref,
			r.head.OccurredAt, w.txNumber(r.tx), r.place, jsonList(flags), jsonList(sealed),
			jsonList(entry.Cosigned), string(r.envelope), voidedJSON(entry.Voided))
	})
}

// recordNumber is the number of a record of this block, 0 for any other.
func (w *writer) recordNumber(id string) int64 {
	if i, ok := w.changes.position[id]; ok {
		return w.first.records + int64(i) + 1
	}
	return 0
}

// writeCosigned writes what counterparties added to records of earlier blocks,
// the flags that this left them, and what took such a record back.
func (w *writer) writeCosigned(ctx context.Context) error {
	for key, e := range w.changes.entries {
		if _, here := w.changes.position[e.ID]; here {
			continue
		}
		if err := w.exec(ctx, updateEntry, jsonList(e.Cosigned), jsonList(e.Flags), voidedJSON(e.Voided), key.issuer, key.ref); err != nil {
			return err
		}
	}
	for _, r := range w.changes.repeats {
		if err := w.exec(ctx, addCosignature, r.id, w.txNumber(r.tx), r.place, string(r.envelope)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) writeBlock(ctx context.Context) error {
	b := w.changes.block
	w.tip.any, w.tip.number, w.tip.hash, w.tip.time = true, b.Number, hex.EncodeToString(b.Hash), stamp(b.Time)
	t := &w.tip
	return w.exec(ctx, insertBlock.one, int64(t.number), t.hash, t.time,
		t.txs, t.records, t.lots, t.mixes, t.edges, t.retail, t.sequence)
}

// stamp is a time of the ledger, RFC 3339 in UTC.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// jsonList writes a short list for a text column; nothing for none.
func jsonList[T ~string](list []T) string {
	if len(list) == 0 {
		return ""
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "" // cannot be: the strings came out of JSON
	}
	return string(b)
}

func readList[T ~string](s string) ([]T, error) {
	if s == "" {
		return nil, nil
	}
	var list []T
	err := json.Unmarshal([]byte(s), &list)
	return list, err
}
