package contract_test

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// drawMark makes, one time in five, a record that takes another back or marks
// grain; nil otherwise.
func drawMark(t *rapid.T, w *world) record.Payload {
	switch rapid.IntRange(0, 29).Draw(t, "mark") {
	case 0, 1, 2:
		return w.drawVoid(t, rapid.Bool().Draw(t, "newest"))
	case 3:
		by := rapid.SampledFrom([]string{county, county, depot, mill}).Draw(t, "holder")
		h := &record.Hold{Header: w.head(by), Target: w.anyLot(t), Reason: "待检"}
		if rapid.IntRange(0, 3).Draw(t, "bin") == 0 {
			h.Target = rapid.SampledFrom([]string{binA, binB, binC}).Draw(t, "held bin")
		}
		return h
	case 4:
		return &record.Recall{Header: w.head(county), Targets: []string{w.anyLot(t)}, Level: 1, Reason: "超标", Notice: "停止食用", To: mill}
	case 5, 6, 7:
		return w.drawRelease(t)
	}
	return nil
}

func (w *world) anyLot(t *rapid.T) string {
	var lots []string
	for _, k := range slices.Sorted(maps.Keys(w.values)) {
		if id, ok := strings.CutPrefix(k, "lot/"); ok {
			lots = append(lots, id)
		}
	}
	return rapid.SampledFrom(lots).Draw(t, "marked lot")
}

// drawVoid takes back something that was drawn before, the newest first where
// that is asked for.
func (w *world) drawVoid(t *rapid.T, newest bool) record.Payload {
	var past []record.Payload
	for _, p := range w.past {
		if record.AnnulmentOf(p) == nil || !newest {
			past = append(past, p)
		}
	}
	if len(past) == 0 {
		return nil
	}
	p := past[len(past)-1]
	if !newest {
		p = rapid.SampledFrom(past).Draw(t, "taken back")
	}
	by := county
	if rapid.IntRange(0, 3).Draw(t, "by itself") == 0 {
		by = p.Head().Issuer
	}
	a := w.annulment(p)
	if rapid.IntRange(0, 3).Draw(t, "correct") == 0 {
		return &record.Correct{Header: w.head(by), Annulment: a, Replacement: record.SM3([]byte("another"))}
	}
	return &record.Void{Header: w.head(by), Annulment: a}
}

// annulment takes a record back.
func (w *world) annulment(p record.Payload) record.Annulment {
	payload, err := record.EncodePayload(p)
	if err != nil {
		w.Fatal(err)
	}
	o := record.Original{Type: p.Type(), Payload: payload}
	return record.Annulment{Record: o.ID(), Of: record.Reference{Issuer: p.Head().Issuer, Ref: p.Head().Ref}, Original: o, Reason: "误录"}
}

// drawRelease ends a cause that is there, or fails to.
func (w *world) drawRelease(t *rapid.T) record.Payload {
	var causes []string
	for _, k := range slices.Sorted(maps.Keys(w.values)) {
		if id, ok := strings.CutPrefix(k, "cause/"); ok {
			causes = append(causes, id)
		}
	}
	if len(causes) == 0 {
		return nil
	}
	id := rapid.SampledFrom(causes).Draw(t, "cause")
	return w.releaseOf(county, id)
}

func (w *world) releaseOf(by, id string) *record.Release {
	c := value[record.Cause](w, record.CauseKey(id))
	return &record.Release{Header: w.head(by), Record: id, Of: record.Reference{Issuer: c.Issuer, Ref: c.Ref}, Reason: "复检合格"}
}
