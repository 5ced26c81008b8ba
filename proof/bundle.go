package proof

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// BundleForm is the form of bundles that this version writes and reads.
const BundleForm = "grainledger/bundle/v1"

// Limits of a bundle, for who reads one from a stranger.
const (
	MaxBundleBytes   = 16 << 20
	MaxBundleRecords = 2000 // on the path, and as many of the registry
	// ConsumerRecords is the most records on the path of a bundle that a
	// phone is to check.
	ConsumerRecords = 64
)

// Bundle is the evidence about one lot: the records on its path as they were
// signed, the proof that each stands in the public log, the checkpoint of that
// log with the signatures under it, the record that anchored the checkpoint on
// the ledger, and the registry records that say whose the keys are. With the
// root's public keys it can be checked without asking anybody.
//
// A bundle has one spelling: the members in this order, without spaces.
type Bundle struct {
	Form       string   `json:"bundle"` // BundleForm
	Subject    Subject  `json:"subject"`
	Checkpoint string   `json:"checkpoint"` // a signed note with its cosignatures
	Anchor     Anchor   `json:"anchor"`
	Records    []Entry  `json:"records"`  // on the path, in the order of the log
	Registry   []Entry  `json:"registry"` // whose the keys are, in the order of the log
	Coverage   Coverage `json:"coverage"`
}

// Subject is what a bundle is about: a lot, and where it is a retail batch
// what stands on its packing.
type Subject struct {
	Lot   string `json:"lot"`
	GTIN  string `json:"gtin,omitempty"`
	Batch string `json:"batch,omitempty"`
}

// Entry is a record with its place in the log. Its id is not told: it is the
// SM3 of what was signed. The envelope has all signatures under the record, of
// counterparties that signed later too, in the order of their key ids.
type Entry struct {
	Envelope record.Envelope `json:"envelope"`
	Index    uint64          `json:"index"` // of its leaf
	Path     []Hash          `json:"path"`  // from the leaf to the root
}

// Anchor is where the ledger took the checkpoint in. Transaction and block
// tell where to look; a bundle does not prove them.
type Anchor struct {
	Envelope record.Envelope `json:"envelope"` // of the checkpoint record
	Tx       string          `json:"tx"`
	Block    uint64          `json:"block"`
}

// Coverage says how much of the subject's grain the records account for.
// Sums and counts stand beside their parts, so that none can be changed alone.
type Coverage struct {
	Grams          int64    `json:"grams"`          // of the subject, when it was made
	Covered        int64    `json:"covered"`        // from the origins listed
	BasisPoints    int64    `json:"basisPoints"`    // covered in 10000ths of grams, rounded down
	Origins        []Origin `json:"origins"`        // harvests among the records, largest first
	OriginsTotal   int64    `json:"originsTotal"`   // harvests that the subject stems from
	OriginsLeftOut int64    `json:"originsLeftOut"` // of these, not among the records
	RecordsTotal   int64    `json:"recordsTotal"`   // on the path
	RecordsLeftOut int64    `json:"recordsLeftOut"` // of these, not among the records
}

// Origin is a harvest lot and how many grams of the subject stem from it.
type Origin struct {
	Lot   string `json:"lot"`
	Grams int64  `json:"grams"`
}

// Encode writes the bundle in its one spelling.
func (b *Bundle) Encode() ([]byte, error) { return json.Marshal(b) }

// ParseBundle reads a bundle strictly. Nothing in it has been verified then.
func ParseBundle(raw []byte) (*Bundle, error) {
	b := new(Bundle)
	if len(raw) > MaxBundleBytes {
		return nil, &record.Error{Code: record.TooLarge, Detail: "bundle over " + strconv.Itoa(MaxBundleBytes) + " bytes"}
	}
	if err := record.DecodeStrict(raw, b); err != nil {
		return nil, err
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	if again, err := b.Encode(); err != nil || !bytes.Equal(again, raw) {
		return nil, malformed("", "is not in its one spelling")
	}
	return b, nil
}

func malformed(field, format string, args ...any) error {
	return &record.Error{Code: record.Malformed, Field: field, Detail: fmt.Sprintf(format, args...)}
}

func (b *Bundle) check() error {
	if b.Form != BundleForm {
		return malformed("bundle", "is not %s", BundleForm)
	}
	if b.Subject.Lot == "" {
		return malformed("subject/lot", "is empty")
	}
	if (b.Subject.GTIN == "") != (b.Subject.Batch == "") {
		return malformed("subject", "has a GTIN or a batch number without the other")
	}
	if err := b.Anchor.check(); err != nil {
		return err
	}
	if err := checkEntries("records", b.Records); err != nil {
		return err
	}
	if err := checkEntries("registry", b.Registry); err != nil {
		return err
	}
	return b.Coverage.check()
}

// maxExact is the largest integer that a browser's numbers hold exactly.
const maxExact = 1<<53 - 1

func (a *Anchor) check() error {
	if err := checkEnvelope(&a.Envelope); err != nil {
		return malformed("anchor/envelope", "%v", err)
	}
	if _, err := ParseHash(a.Tx); err != nil {
		return malformed("anchor/tx", "is not a transaction's id")
	}
	if a.Block > maxExact {
		return malformed("anchor/block", "is too large")
	}
	return nil
}

func checkEntries(list string, entries []Entry) error {
	if len(entries) == 0 || len(entries) > MaxBundleRecords {
		return malformed(list, "has 1 to %d items", MaxBundleRecords)
	}
	for i := range entries {
		field := list + "/" + strconv.Itoa(i)
		if err := entries[i].check(); err != nil {
			return malformed(field, "%v", err)
		}
		if i > 0 && entries[i-1].Index >= entries[i].Index {
			return malformed(field+"/index", "is not after the one before it")
		}
	}
	return nil
}

func (e *Entry) check() error {
	if e.Index > maxExact || len(e.Path) > maxPath {
		return malformed("", "no log has this place")
	}
	return checkEnvelope(&e.Envelope)
}

func checkEnvelope(e *record.Envelope) error {
	if err := e.Check(); err != nil {
		return err
	}
	if !slices.IsSortedFunc(e.Signatures, byKeyID) {
		return malformed("signatures", "are not in the order of their keys")
	}
	return nil
}

func byKeyID(a, b record.Signature) int { return strings.Compare(a.KeyID, b.KeyID) }

// Gather puts the signatures of several envelopes of the same record into one,
// as an Entry has them. Beyond what an envelope holds the last are left out.
func Gather(first record.Envelope, more ...record.Envelope) record.Envelope {
	all := first
	all.Signatures = slices.Clone(first.Signatures)
	for _, e := range more {
		for _, s := range e.Signatures {
			has := func(t record.Signature) bool { return t.KeyID == s.KeyID }
			if len(all.Signatures) < record.MaxSignatures && !slices.ContainsFunc(all.Signatures, has) {
				all.Signatures = append(all.Signatures, s)
			}
		}
	}
	slices.SortFunc(all.Signatures, byKeyID)
	return all
}

func (c *Coverage) check() error {
	if c.Grams < 0 || c.Grams > record.MaxGrams {
		return malformed("coverage/grams", "is out of bounds")
	}
	for _, n := range []int64{c.Covered, c.BasisPoints, c.OriginsTotal, c.OriginsLeftOut, c.RecordsTotal, c.RecordsLeftOut} {
		if n < 0 || n > maxExact {
			return malformed("coverage", "has a number out of bounds")
		}
	}
	if len(c.Origins) > MaxBundleRecords {
		return malformed("coverage/origins", "has more than %d items", MaxBundleRecords)
	}
	for i, o := range c.Origins {
		if o.Lot == "" || o.Grams < 0 || o.Grams > record.MaxGrams {
			return malformed("coverage/origins/"+strconv.Itoa(i), "is not a lot and its grams")
		}
	}
	return nil
}
