package epcis

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// eventless are the types that say nothing of grain.
var eventless = []record.Type{record.TypeEnterprise, record.TypeFacility, record.TypeKey, record.TypeDevice, record.TypeRule, record.TypeCheckpoint}

// TestEveryTypeIsMapped: a record type has an event, or is said to have none.
func TestEveryTypeIsMapped(t *testing.T) {
	for _, kind := range record.Types() {
		if draws[kind] == nil && !slices.Contains(eventless, kind) {
			t.Errorf("%s is not mapped", kind)
		}
	}
	for _, kind := range eventless {
		p, err := record.NewPayload(kind)
		if err != nil {
			t.Fatal(err)
		}
		if e := FromPayload(p); e != nil {
			t.Errorf("%s came out as an event", kind)
		}
	}
}

func encoded(t interface{ Fatal(...any) }, v any) jsontext.Value {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestThereAndBack: the event of a payload says that payload, byte for byte.
func TestThereAndBack(t *testing.T) {
	context := encoded(t, Context())
	for kind, draw := range draws {
		t.Run(string(kind), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p := draw(t)
				if err := record.Check(p, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
					t.Fatal("the test draws a payload that is none: ", err)
				}
				event := encoded(t, FromPayload(p))
				back, err := Payload(event, context, NoBatches)
				if err != nil {
					t.Fatalf("%v\n%s", err, event)
				}
				was, is := encoded(t, p), encoded(t, back)
				if back.Type() != p.Type() || string(was) != string(is) {
					t.Fatalf("said %s\nread %s\n%s", was, is, event)
				}
			})
		})
	}
}

// TestEventsAreOfTheStandard holds events of every type against GS1's schema.
func TestEventsAreOfTheStandard(t *testing.T) {
	schema := standard(t)
	batch := func(lot string) (string, string, bool) { return "06901234567809", "B/1", lot == "L0" }
	for kind, draw := range draws {
		t.Run(string(kind), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				p := draw(rt)
				e := Describe(p, Facts{Record: record.SM3(nil), Issuer: depot, Time: "2026-01-01T00:00:00Z", Tx: "t", Block: 7,
					Flags: []record.Flag{record.FlagYield}, Cosigned: []string{mill}, Epoch: EpochOf(bin, 3)}, batch)
				for _, d := range []any{NewDocument("2026-01-01T00:00:00Z", []*Event{e, FromPayload(p)}),
					NewQueryDocument("SimpleEventQuery", "s", "2026-01-01T00:00:00Z", []*Event{e})} {
					if err := valid(t, schema, d); err != nil {
						rt.Fatalf("%v\n%s", err, encoded(rt, d))
					}
				}
				e.Context = Context()
				if err := valid(t, schema, e); err != nil {
					rt.Fatal(err)
				}
			})
		})
	}
}

// goods is an event that everything below changes.
const goods = `{
	"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping", "disposition": "in_transit",
	"eventTime": "2025-10-01T00:00:00Z", "eventTimeZoneOffset": "+08:00",
	"quantityList": [{"epcClass": "urn:grainledger:lot:L1", "quantity": 12.345, "uom": "KGM"}],
	"sourceList": [{"type": "possessing_party", "source": "urn:grainledger:party:A"}],
	"destinationList": [{"type": "possessing_party", "destination": "urn:grainledger:party:B"}],
	"bizTransactionList": [{"type": "desadv", "bizTransaction": "urn:grainledger:doc:A:T%2F1"}],
	"gl:owner": "urn:grainledger:party:A"}`

func TestWaysToSayTheSame(t *testing.T) {
	want := `{"issuer":"A","ref":"T/1","occurredAt":"2025-10-01T08:00:00+08:00","lot":"L1","grams":12345,"owner":"A","to":"B"}`
	batches := func(gtin, batch string) (string, error) {
		if gtin+batch != "06901234567809B1" {
			return "", errors.New("no such batch")
		}
		return "L1", nil
	}
	for name, change := range map[string][]string{
		"as it is":             nil,
		"zeros":                {"12.345", "12.3450"},
		"words with namespace": {`"shipping"`, `"https://ref.gs1.org/cbv/BizStep-shipping"`},
		"words as URN":         {`"in_transit"`, `"urn:epcglobal:cbv:disp:in_transit"`},
		"without disposition":  {`"disposition": "in_transit",`, ``},
		"recordTime":           {`"action"`, `"recordTime": "2020-01-01T00:00:00Z", "action"`},
		"empty lists":          {`"action"`, `"epcList": [], "action"`},
		"another prefix":       {`"gl:owner"`, `"@context": {"g": "urn:grainledger:epcis:"}, "g:owner"`},
		"the namespace itself": {`"gl:owner"`, `"urn:grainledger:epcis:owner"`},
		"a retail batch":       {"urn:grainledger:lot:L1", "https://id.gs1.org/01/06901234567809/10/B1"},
		"its GTIN-13":          {"urn:grainledger:lot:L1", "https://example.org/01/6901234567809/10/B1"},
	} {
		event := goods
		if change != nil {
			event = strings.Replace(goods, change[0], change[1], 1)
		}
		p, err := Payload(jsontext.Value(event), encoded(t, Context()), batches)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := string(encoded(t, p)); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestNothingIsDropped: what has no place in a record is refused by name.
func TestNothingIsDropped(t *testing.T) {
	for name, c := range map[string]struct{ old, new, field string }{
		"unknown extension":         {`"action"`, `"gl:tea": 1, "action"`, "gl:tea"},
		"another namespace":         {`"action"`, `"x:tea": 1, "action"`, "x:tea"},
		"of another type":           {`"action"`, `"gl:stage": "storage", "action"`, "gl:stage"},
		"what the ledger says":      {`"action"`, `"gl:block": 5, "action"`, "gl:block"},
		"serial numbers":            {`"action"`, `"epcList": ["urn:epc:id:sgtin:1.2.3"], "action"`, "epcList"},
		"a place":                   {`"action"`, `"readPoint": {"id": "urn:x:y"}, "action"`, "readPoint"},
		"a certificate":             {`"action"`, `"certificationInfo": "https://x", "action"`, "certificationInfo"},
		"a second document":         {`"bizTransactionList": [`, `"bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:y"}, `, "bizTransactionList"},
		"a second source":           {`"sourceList": [`, `"sourceList": [{"type": "owning_party", "source": "urn:grainledger:party:A"}, `, "sourceList"},
		"another disposition":       {`"in_transit"`, `"damaged"`, "disposition"},
		"another step":              {`"shipping"`, `"packing"`, "bizStep"},
		"another action":            {`"OBSERVE"`, `"DELETE"`, "bizStep"},
		"another type of event":     {`"ObjectEvent"`, `"AggregationEvent"`, "type"},
		"two lots":                  {`"quantityList": [`, `"quantityList": [{"epcClass": "urn:grainledger:lot:L2"}, `, "quantityList"},
		"pieces":                    {`"KGM"`, `"EA"`, "quantityList/0/uom"},
		"less than a gram":          {`12.345`, `12.3456`, "quantityList/0/quantity"},
		"an exponent":               {`12.345`, `1e3`, "quantityList/0/quantity"},
		"a negative weight":         {`12.345`, `-1`, "quantityList/0/quantity"},
		"a weight in words":         {`12.345`, `"12"`, "quantityList/0/quantity"},
		"more than there is":        {`12.345`, `9999999999999999`, "quantityList/0/quantity"},
		"a foreign class":           {`urn:grainledger:lot:L1`, `urn:epc:class:lgtin:4012345.012345.998877`, "quantityList/0/epcClass"},
		"a batch that nobody knows": {`urn:grainledger:lot:L1`, `https://id.gs1.org/01/06901234567809/10/B1`, "quantityList/0/epcClass"},
		"a foreign party":           {`urn:grainledger:party:B`, `urn:epc:id:pgln:1.2`, "destinationList/0/destination"},
		"a foreign document":        {`urn:grainledger:doc:A:T%2F1`, `urn:x:y`, "bizTransactionList/0/bizTransaction"},
		"no document":               {`"desadv"`, `"po"`, "bizTransactionList"},
		"no time":                   {`2025-10-01T00:00:00Z`, `yesterday`, "eventTime"},
		"another kind of zone":      {`+08:00`, `CST`, "eventTimeZoneOffset"},
		"a wrong type":              {`"gl:owner": "`, `"gl:level": "x", "gl:owner": "`, "gl:level"},
		"the prefix taken":          {`"gl:owner"`, `"@context": {"gl": "urn:x:", "g": "urn:grainledger:epcis:"}, "gl:owner"`, "gl:owner"},
		"ilmd":                      {`"action"`, `"ilmd": {"gl:origin": "320582"}, "action"`, "ilmd"},
	} {
		changed := strings.Replace(goods, c.old, c.new, 1)
		if changed == goods {
			t.Fatalf("%s changes nothing", name)
		}
		p, err := Payload(jsontext.Value(changed), encoded(t, Context()), NoBatches)
		var f *FieldError
		if !errors.As(err, &f) || !strings.HasPrefix(f.Field, c.field) {
			t.Errorf("%s: %v %+v", name, err, p)
		}
	}
}

func TestSignedMustBeSaid(t *testing.T) {
	key, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	context := encoded(t, Context())
	p, err := Payload(jsontext.Value(goods), context, NoBatches)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(change func(p *record.Ship)) string {
		q := *p.(*record.Ship)
		change(&q)
		env, err := record.Sign(&q, key)
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded(t, &env))
	}
	with := func(envelope string) jsontext.Value {
		return jsontext.Value(strings.TrimSuffix(goods, "}") + `, "gl:envelope": ` + envelope + "}")
	}
	c, err := Capture(with(signed(func(*record.Ship) {})), context, NoBatches)
	if err != nil {
		t.Fatal(err)
	}
	env, err := record.DecodeEnvelope(c.Envelope)
	if err != nil || env.ID() != c.ID {
		t.Error(c.ID, err)
	}
	for name, event := range map[string]jsontext.Value{
		"not signed":     jsontext.Value(goods),
		"another weight": with(signed(func(p *record.Ship) { p.Grams++ })),
		"more in it":     with(signed(func(p *record.Ship) { p.Carrier = "C" })),
		"another time":   with(signed(func(p *record.Ship) { p.OccurredAt = "2025-10-01T00:00:00Z" })),
		"no envelope":    with(`{"payload": "x"}`),
	} {
		_, err := Capture(event, context, NoBatches)
		var f *FieldError
		if !errors.As(err, &f) || f.Field != "gl:envelope" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for id, good := range map[string]bool{EventID(c.ID): true, "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8": false} {
		event := strings.Replace(string(with(signed(func(*record.Ship) {}))), `"action"`, `"eventID": "`+id+`", "action"`, 1)
		if _, err := Capture(jsontext.Value(event), context, NoBatches); (err == nil) != good {
			t.Error(id, err)
		}
	}
}

// A document is read the same way each time, whatever prefixes it gives.
func TestPrefixOf(t *testing.T) {
	two := map[string]any{"z": Namespace, "gl": Namespace, "a": "urn:other:", "q": Namespace}
	for range 50 {
		if got := prefixOf([]any{"https://example.org/context.jsonld", two}); got != "gl" {
			t.Fatal(got)
		}
	}
	if got := prefixOf(two, map[string]any{"mine": Namespace}, map[string]any{"a": "urn:other:"}); got != "mine" {
		t.Errorf("the last context does not decide: %q", got)
	}
	if got := prefixOf("https://example.org/context.jsonld"); got != "" {
		t.Error(got)
	}
}
