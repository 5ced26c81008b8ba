package e2e

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// refusal is a record that must be refused, whatever else is right about it.
type refusal struct {
	code   record.Code
	status int // of the answer to this record alone
	say    func() client.Submission
}

func (w *market) refusals() []refusal {
	all := append(w.formRefusals(), w.stateRefusals()...)
	return append(all, w.signatureRefusals()...) // last: they change keys
}

// payload makes a case of a payload that its issuer signs.
func (w *market) payload(code record.Code, status int, p record.Payload) refusal {
	return refusal{code, status, func() client.Submission { return w.sign(p) }}
}

// unchecked makes a case of bytes that no library would sign.
func (w *market) unchecked(code record.Code, status int, kind record.Type, payload string) refusal {
	return refusal{code, status, func() client.Submission {
		w.t.Helper()
		key, _, err := w.ring.EnsureKey(coop)
		if err != nil {
			w.t.Fatal(err)
		}
		e, err := record.SignBytes(kind, []byte(payload), key)
		if err != nil {
			w.t.Fatal(err)
		}
		return client.Submission{Envelope: e}
	}}
}

// formRefusals are wrong in themselves.
func (w *market) formRefusals() []refusal {
	const never = http.StatusUnprocessableEntity
	future := w.by(coop)
	future.OccurredAt = "2099-01-01T08:00:00+08:00"
	harvest := record.Harvest{Header: w.by(coop), Lot: "H-9", Variety: rice, HarvestYear: 2025, Origin: "320582", Grams: kg}
	early, weightless, homeless := harvest, harvest, harvest
	early.Header, weightless.Grams, homeless.Origin = future, 0, "nowhere"
	many := make([]record.Amount, 1001)
	for i := range many {
		many[i] = record.Amount{Lot: "S-" + strings.Repeat("I", i%30) + string(rune('A'+i/30)), Grams: 1}
	}
	return []refusal{
		w.unchecked(record.Malformed, http.StatusBadRequest, record.TypeHarvest, `{"issuer":`),
		w.unchecked(record.UnsupportedType, never, "weather", `{}`),
		w.payload(record.TooLarge, http.StatusRequestEntityTooLarge, &record.Split{Header: w.by(depot), Lot: "P-1", Outputs: many}),
		w.payload(record.BadUSCC, never, &record.Sell{Header: w.by(coop), Lot: "H-1", Buyer: shop[:17] + "0", Grams: kg, Purpose: record.PurposeFood}),
		w.payload(record.BadFacilityCode, never, &record.Store{Header: w.by(depot), Lot: "P-1", Bin: depot, Grams: kg}),
		w.payload(record.BadGTIN, never, &record.Process{Header: w.by(mill), Inputs: []record.Amount{{Lot: "P-1", Grams: kg}},
			Outputs: []record.Product{{Lot: "R-9", Product: "大米", Grams: kg, GTIN: "06901234567893", Batch: "1"}}}),
		w.payload(record.BadQuantity, never, &weightless),
		w.payload(record.FutureTime, never, &early),
		w.payload(record.BadField, never, &homeless),
		w.payload(record.WeightMismatch, never, &record.Purchase{Header: w.by(depot), Lot: "P-9", Variety: rice, Seller: nobody,
			Nature: bought, GrossGrams: 10, NetGrams: 9}),
	}
}

// signatureRefusals are about who signed, and with what.
func (w *market) signatureRefusals() []refusal {
	const forbidden = http.StatusForbidden
	return []refusal{
		{record.BadSignature, forbidden, func() client.Submission {
			s := w.harvest("H-9", kg)
			s.Envelope.Payload = bytes.Replace(s.Envelope.Payload, []byte(`"grams":1000`), []byte(`"grams":9000`), 1)
			return s
		}},
		{record.BadSealed, http.StatusUnprocessableEntity, func() client.Submission {
			h := w.by(depot)
			part, _, err := record.Seal([]byte("key"), h.Issuer, h.Ref, "2.78")
			if err != nil {
				w.t.Fatal(err)
			}
			s := w.sign(&record.Sell{Header: h, Lot: "P-1", Buyer: mill, Grams: kg, Purpose: record.PurposeFood})
			s.Sealed = [][]byte{part} // which the record does not name
			return s
		}},
		{record.KeyNotValid, forbidden, func() client.Submission {
			key, err := w.ring.Key(carrier)
			if err != nil {
				w.t.Fatal(err)
			}
			w.say(&record.Key{Header: w.by(w.root), Action: record.KeyRevoke, Subject: carrier, KeyID: key.Public().ID()})
			return w.sign(&record.Ship{Header: w.by(carrier), Lot: "P-1", Grams: kg, Owner: depot, To: mill})
		}},
		{record.TooFewSigned, forbidden, func() client.Submission {
			first, err := w.ring.Key(w.root)
			if err != nil {
				w.t.Fatal(err)
			}
			second, err := record.GenerateKey()
			if err != nil {
				w.t.Fatal(err)
			}
			w.say(&record.Key{Header: w.by(w.root), Action: record.KeyRoot, Subject: w.root, Threshold: 2,
				Keys: []string{first.Public().Point(), second.Public().Point()}})
			return w.sign(&record.Enterprise{Header: w.by(w.root), USCC: nobody, Name: "单位", Kind: record.KindStorage, Division: "320582"})
		}},
	}
}
