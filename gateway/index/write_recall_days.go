package index

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

const (
	putRecall = `INSERT INTO recall (cause, record, issuer, taker, began, ended) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (cause) DO UPDATE SET ended = excluded.ended`
	addToHolder = `INSERT INTO recall_holder (cause, party, held, secured, transit, returned, written, lots) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (cause, party) DO UPDATE SET held = recall_holder.held + excluded.held, secured = recall_holder.secured + excluded.secured,
		transit = recall_holder.transit + excluded.transit, returned = recall_holder.returned + excluded.returned,
		written = recall_holder.written + excluded.written, lots = recall_holder.lots + excluded.lots`
	putDay = `INSERT INTO recall_day (cause, day, held, secured, transit, returned, written, lost) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (cause, day) DO UPDATE SET held = excluded.held, secured = excluded.secured, transit = excluded.transit,
		returned = excluded.returned, written = excluded.written, lost = excluded.lost`
	lastDay        = `SELECT day, held, secured, transit, returned, written, lost FROM recall_day WHERE cause = $1 ORDER BY day DESC LIMIT 1`
	recordNumberOf = `SELECT num FROM record WHERE id = $1`
)

// recallMoves is what a block changes about recalls.
type recallMoves struct {
	parts map[recallParty]recallPart
	lost  map[string]int64 // by cause
}

func (m *recallMoves) add(cause, party string, p recallPart) {
	k := recallParty{cause, party}
	s := m.parts[k]
	s.held, s.transit, s.lots = s.held+p.held, s.transit+p.transit, s.lots+p.lots
	s.returned, s.written = s.returned+p.returned, s.written+p.written
	m.parts[k] = s
}

// writeRecalls writes recalls that begin and end, and moves the sums of those
// in force by what the block changed.
func (w *writer) writeRecalls(ctx context.Context) error {
	if !w.recalls.any {
		return nil
	}
	for id, c := range w.changes.causes {
		if c.Kind != record.MarkRecall {
			continue
		}
		now, ended := stamp(w.changes.block.Time), ""
		if c.Lifted != "" {
			ended = now
		}
		if err := w.exec(ctx, putRecall, id, w.recordNumber(id), c.Issuer, c.To, now, ended); err != nil {
			return err
		}
	}
	after, err := w.recalledGrain(ctx, w.newlyRecalled(w.recalls.nodes))
	if err != nil {
		return err
	}
	m := recallMoves{map[recallParty]recallPart{}, map[string]int64{}}
	for k, p := range after.parts {
		m.add(k.cause, k.party, p)
	}
	for k, p := range w.recalls.before.parts {
		if _, was := w.recalls.before.recall[k.cause]; was && !w.endsRecall(k.cause) {
			m.add(k.cause, k.party, recallPart{held: -p.held, transit: -p.transit, lots: -p.lots})
		}
	}
	if err := w.findLost(&m, &after); err != nil {
		return err
	}
	if err := w.findWrittenOff(ctx, &m, &after); err != nil {
		return err
	}
	if err := w.findReturned(ctx, &m, &after); err != nil {
		return err
	}
	for cause, o := range w.recalls.before.recall { // grain of which a mark was taken off altogether
		if _, still := after.recall[cause]; !still {
			after.recall[cause] = o
		}
	}
	return w.moveRecalls(ctx, &m, after.recall)
}

func (w *writer) endsRecall(cause string) bool {
	c := w.changes.causes[cause]
	return c != nil && c.Lifted != ""
}

// findLost finds what left the books: what came into a marked node less what
// went out of it into others and less what is still there. With several
// products an edge may count some grams more than went along it, which cancels
// out over parent and child.
func (w *writer) findLost(m *recallMoves, after *recalledGrain) error {
	gone := map[int64]int64{}
	fed := map[int64]bool{}
	for e, grams := range w.changes.edges {
		if _, here := w.changes.position[e.record]; !here {
			grams -= w.recalls.cut[e]
		}
		child := w.nodes[e.child]
		gone[child] += grams
		gone[w.nodes[e.parent]] -= grams
		fed[child] = true
	}
	for id, l := range w.changes.lots {
		num := w.nodes[id]
		if after.causes[num] == nil || num <= w.first.sequence || fed[num] {
			continue
		}
		var s record.LotState
		if err := json.Unmarshal(l.state, &s); err != nil {
			return err
		}
		gone[num] += s.Grams // made of nothing that the ledger knows
	}
	for num, causes := range after.causes {
		grams := gone[num] - (after.there[num] - w.recalls.before.there[num])
		for _, cause := range causes {
			m.lost[cause] += grams
		}
	}
	return nil
}

// findWrittenOff tells of what was lost how much somebody wrote off. A
// write-off from before the recall that is taken back brings its grain into
// the recall and was never counted as lost to it.
func (w *writer) findWrittenOff(ctx context.Context, m *recallMoves, after *recalledGrain) error {
	for i := range w.changes.records {
		r := &w.changes.records[i]
		off, sign, of := writeOffOf(r.payload)
		if off == nil || sign < 0 && w.changes.causes[r.verdict.ID] != nil { // under review: nothing moved
			continue
		}
		node := w.nodes[off.Target]
		if record.IsBinCode(off.Target) {
			for _, mix := range slices.Concat(r.mix, w.changes.mixOfTaken(r.payload)) {
				node = w.nodes[mix]
			}
		}
		var since int64
		if sign < 0 {
			var err error
			if since, err = w.numberOf(ctx, of); err != nil {
				return err
			}
		}
		for _, cause := range after.causes[node] {
			m.lost[cause] -= sign * off.Grams
			if sign > 0 || since > after.recall[cause].record {
				m.add(cause, off.Issuer, recallPart{written: sign * off.Grams})
			}
		}
	}
	return nil
}

// writeOffOf is the write-off that a record is, or that it takes back, with
// the id of that one.
func writeOffOf(p record.Payload) (off *record.WriteOff, sign int64, of string) {
	if off, ok := p.(*record.WriteOff); ok {
		return off, 1, ""
	}
	if a := record.AnnulmentOf(p); a != nil {
		if off, ok := a.Taken().(*record.WriteOff); ok {
			return off, -1, a.Record
		}
	}
	return nil, 0, ""
}

// findReturned finds shipments that reached who takes the grain back, or came
// back to it unreceived.
func (w *writer) findReturned(ctx context.Context, m *recallMoves, after *recalledGrain) error {
	for key, s := range w.changes.shipments {
		causes := after.causes[w.nodes[s.Lot]]
		if len(causes) == 0 {
			continue
		}
		was := w.recalls.sent[key]
		var since int64
		if was.ClosedBy != "" {
			var err error
			if since, err = w.numberOf(ctx, was.ClosedBy); err != nil {
				return err
			}
		}
		for _, cause := range causes {
			o := after.recall[cause]
			if from, grams := o.returned(&s.Shipment); grams > 0 {
				m.add(cause, from, recallPart{returned: grams})
			}
			if from, grams := o.returned(&was); grams > 0 && since > o.record {
				m.add(cause, from, recallPart{returned: -grams})
			}
		}
	}
	return nil
}

// returned is how much a shipment brought back, and from whom.
func (o openRecall) returned(s *record.Shipment) (from string, grams int64) {
	switch {
	case s.Status == record.Received && o.takes(s.To) && !o.takes(s.Shipper):
		return s.Shipper, s.ReceivedGrams
	case s.Status == record.Returned && o.takes(s.Shipper) && !o.takes(s.To):
		return s.To, s.ReceivedGrams
	}
	return "", 0
}

// numberOf is the number of a record, here or in an earlier block.
func (w *writer) numberOf(ctx context.Context, id string) (int64, error) {
	if num := w.recordNumber(id); num > 0 {
		return num, nil
	}
	var num int64
	err := w.one(ctx, recordNumberOf, []any{id}, &num)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return num, err
}

// china is the zone of the days of a series.
var china = time.FixedZone("", 8*3600)

func (w *writer) moveRecalls(ctx context.Context, m *recallMoves, recalls map[string]openRecall) error {
	sums := map[string]RecallDay{}
	for k, p := range m.parts {
		if p == (recallPart{}) {
			continue
		}
		var secured int64
		if recalls[k.cause].takes(k.party) {
			secured = p.held
		}
		if err := w.exec(ctx, addToHolder, k.cause, k.party, p.held, secured, p.transit, p.returned, p.written, p.lots); err != nil {
			return err
		}
		d := sums[k.cause]
		d.held, d.secured, d.transit = d.held+p.held, d.secured+secured, d.transit+p.transit
		d.returned, d.written = d.returned+p.returned, d.written+p.written
		sums[k.cause] = d
	}
	for cause, grams := range m.lost {
		if grams != 0 {
			d := sums[cause]
			d.lost = grams
			sums[cause] = d
		}
	}
	causes := keysOf(sums)
	slices.SortFunc(causes, strings.Compare)
	for _, cause := range causes {
		if err := w.moveDay(ctx, cause, sums[cause]); err != nil {
			return err
		}
	}
	return nil
}

// moveDay writes what a recall has come to by now.
func (w *writer) moveDay(ctx context.Context, cause string, by RecallDay) error {
	var last RecallDay
	err := w.one(ctx, lastDay, []any{cause}, last.fields()...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	day := max(last.Day, w.changes.block.Time.In(china).Format(time.DateOnly))
	return w.exec(ctx, putDay, cause, day, last.held+by.held, last.secured+by.secured, last.transit+by.transit,
		last.returned+by.returned, last.written+by.written, last.lost+by.lost)
}
