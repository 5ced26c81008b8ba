package main

import (
	"context"
	"fmt"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

// importer takes the rows of a season to the ledger.
type importer struct {
	client *client.Client
	signer *signer
	reg    *registrar
	batch  int
	height uint64          // blocks of the ledger when the import began
	seen   map[string]bool // ids of records that this import had accepted
	bar    *progress

	results []season.Result
}

// run submits the registry's rows, then registers keys, then submits the rest:
// a row can be signed once its issuer's key is registered.
func (im *importer) run(ctx context.Context, rows []season.Row) error {
	registry, rest := byRoot(rows)
	if len(registry) > 0 {
		if err := im.reg.haveRootKey(); err != nil {
			return fmt.Errorf("%s is signed by the root: %w", registry[0].File, err)
		}
	}
	if err := im.submit(ctx, registry); err != nil {
		return err
	}
	if err := im.reg.ensure(ctx, im.registered(), issuers(rest)); err != nil {
		return err
	}
	return im.submit(ctx, rest)
}

// byRoot splits ordered rows: those of the root come first.
func byRoot(rows []season.Row) (registry, rest []season.Row) {
	n := 0
	for n < len(rows) && rows[n].Table.ByRoot {
		n++
	}
	return rows[:n], rows[n:]
}

// registered lists the enterprises that the rows so far registered.
func (im *importer) registered() []string {
	var list []string
	for _, r := range im.results {
		if r.Outcome == record.Rejected {
			continue
		}
		if uscc := r.Row.Draft.Registered(); uscc != "" {
			list = append(list, uscc)
		}
	}
	return list
}

func issuers(rows []season.Row) map[string]bool {
	set := map[string]bool{}
	for _, r := range rows {
		if r.Draft != nil && record.ValidUSCC(r.Draft.Head.Issuer) {
			set[r.Draft.Head.Issuer] = true
		}
	}
	return set
}

// submit sends the rows in order, batch by batch. While one batch is with the
// gateway the next is being signed.
func (im *importer) submit(ctx context.Context, rows []season.Row) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for b := range im.signed(ctx, rows) {
		if b.err != nil {
			return b.err
		}
		receipts, err := im.client.Submit(ctx, b.records...)
		for i, r := range receipts {
			im.note(season.Decided(b.rows[i], im.own(ctx, r)))
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (im *importer) note(r season.Result) {
	im.results = append(im.results, r)
	im.bar.step()
}

// own tells apart a duplicate of an earlier import from a record of this one
// that was committed although its answer was lost. The latter stands in a
// block that was not there when the import began.
func (im *importer) own(ctx context.Context, r client.Receipt) record.Verdict {
	v := r.Verdict
	if v.Outcome == record.IsDuplicate && r.Attempts > 1 && !im.seen[v.ID] {
		if got, err := im.client.Record(ctx, v.ID); err == nil && got.Place.Block >= im.height {
			v.Outcome, v.Code, v.Reason, v.Detail = record.Accepted, 0, "", ""
		}
	}
	if v.Outcome != record.Rejected {
		im.seen[v.ID] = true
	}
	return v
}

// signedBatch is rows and their records, in the same order.
type signedBatch struct {
	rows    []season.Row
	records []client.Submission
	err     error
}

// signed signs the rows in batches, one ahead of the reader. Rows that could
// not be read are decided at once and are in no batch.
func (im *importer) signed(ctx context.Context, rows []season.Row) <-chan signedBatch {
	readable := make([]season.Row, 0, len(rows))
	for _, r := range rows {
		if r.Refusal != nil {
			im.note(season.Unreadable(r))
			continue
		}
		readable = append(readable, r)
	}
	out := make(chan signedBatch, 1)
	go func() {
		defer close(out)
		for begin := 0; begin < len(readable); begin += im.batch {
			b := im.sign(readable[begin:min(begin+im.batch, len(readable))])
			select {
			case out <- b:
			case <-ctx.Done():
				return
			}
			if b.err != nil {
				return
			}
		}
	}()
	return out
}

func (im *importer) sign(rows []season.Row) signedBatch {
	b := signedBatch{rows: rows, records: make([]client.Submission, len(rows))}
	for i, r := range rows {
		s, err := im.signer.sign(r.Draft)
		if err != nil {
			b.err = fmt.Errorf("%s row %d: %w", r.File, r.Line, err)
			return b
		}
		b.records[i] = s
	}
	return b
}
