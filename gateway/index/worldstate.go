package index

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// addWrite takes one state value. Values are the whole truth about their key,
// so a later one replaces an earlier one. What a value leaves out, because its
// key or its record says it, is put back here, or by who reads it with its key.
func (c *changes) addWrite(key string, value []byte, edges *[]edgeKey) error {
	prefix, rest, _ := strings.Cut(key, "/")
	switch prefix {
	case "lot":
		return c.addLot(rest, value)
	case "qty":
		c.lot(rest).stock = value
		return nil
	case "edge":
		return c.addEdge(key, value, edges)
	case "rec":
		return c.addEntry(rest, value)
	case "shp":
		s := &shipmentChange{value: value}
		c.shipments[key] = s
		return json.Unmarshal(value, &s.Shipment)
	case "ins":
		return c.addInspection(key, rest, value)
	case "key":
		return c.addKey(rest, value)
	case "gs1":
		return c.addRetail(rest, value)
	case "bin":
		return c.addBin(key, rest, value)
	case "mark":
		return c.addMixMarks(rest, value)
	case "cause":
		return c.addCause(rest, value)
	}
	c.state[key] = value
	return nil
}

func (c *changes) lot(id string) *lotChange {
	l := c.lots[id]
	if l == nil {
		l = &lotChange{}
		c.lots[id] = l
	}
	l.after = len(c.records)
	return l
}

func (c *changes) addLot(id string, value []byte) error {
	var s record.LotState
	if err := json.Unmarshal(value, &s); err != nil {
		return err
	}
	c.marks[id] = s.Marks
	l := c.lot(id)
	l.state, l.kind, l.maker, l.year = value, s.Kind, s.Record, s.HarvestYear
	l.sort = sort{s.Variety, s.Nature, s.Product}
	return nil
}

func (c *changes) addEdge(key string, value []byte, edges *[]edgeKey) error {
	var e record.Edge
	if err := json.Unmarshal(value, &e); err != nil {
		return err
	}
	child, id, parent, ok := record.SplitEdgeKey(key)
	if !ok {
		return errors.New("the key names no edge")
	}
	at := edgeKey{child: child, parent: parent, record: id}
	c.edges[at] = e.Grams
	*edges = append(*edges, at)
	return nil
}

func (c *changes) addEntry(rest string, value []byte) error {
	var e record.Entry
	if err := json.Unmarshal(value, &e); err != nil {
		return err
	}
	issuer, ref, _ := strings.Cut(rest, "/") // a ref may have slashes, a USCC has none
	c.entries[entryKey{issuer, ref}] = e
	return nil
}

// addInspection keeps the judgement together with the report, which comes in
// the same transaction.
func (c *changes) addInspection(key, id string, value []byte) error {
	var j record.Judgement
	if err := json.Unmarshal(value, &j); err != nil {
		return err
	}
	i, here := c.position[id]
	if !here {
		return errors.New("the report that was judged is not in the transaction")
	}
	report, ok := c.records[i].payload.(*record.Inspect)
	if !ok {
		return fmt.Errorf("a %s record was judged", c.records[i].verdict.Type)
	}
	whole, err := json.Marshal(j.Of(id, report))
	c.inspections[key] = &inspectionChange{record: id, target: report.Target, value: whole}
	return err
}

func (c *changes) addKey(id string, value []byte) error {
	var k record.RegisteredKey
	if err := json.Unmarshal(value, &k); err != nil {
		return err
	}
	c.keys[id] = &keyChange{uscc: k.USCC, value: value}
	return nil
}

func (c *changes) addRetail(rest string, value []byte) error {
	var lot string
	if err := json.Unmarshal(value, &lot); err != nil {
		return err
	}
	gtin, batch, _ := strings.Cut(rest, "/")
	c.retail[retailKey{gtin, batch}] = lot
	return nil
}

func (c *changes) addBin(key, code string, value []byte) error {
	var s record.BinState
	if err := json.Unmarshal(value, &s); err != nil {
		return err
	}
	s.Bin = code
	c.state[key], c.bins[code] = value, s
	if s.Epoch > 0 {
		c.marks[s.MixID()] = s.Marks
	}
	return nil
}

// addPrivate notes what became of a sealed part, by the hash of its name: the
// name itself is in no block. Other contracts and collections are no business
// of the index.
func (c *changes) addPrivate(p ledger.PrivateWrite) {
	switch {
	case p.Contract != ledger.GrainContract || p.Collection != record.SealedCollection:
	case p.Purge:
		c.sealed[hex.EncodeToString(p.KeyHash)] = Purged
	default:
		c.sealed[hex.EncodeToString(p.KeyHash)] = Sealed
	}
}

// States of a sealed part.
const (
	Unsealed = "unsealed" // not stored in the private collection yet
	Sealed   = "sealed"
	Purged   = "purged"
)
