package epcis

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// Parties and bins of the tests.
var (
	farm  = uscc("91320582MA000000")
	depot = uscc("91320582MA000001")
	mill  = uscc("91320582MA000002")
	lab   = uscc("12320582315871654")
	bin   = depot + "0010010001"
)

func uscc(body string) string {
	if len(body) == 16 {
		body += "X"
	}
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		panic(body)
	}
	return body + string(c)
}

func head(t *rapid.T, issuer string) record.Header {
	return record.Header{
		Issuer: issuer, Ref: rapid.StringMatching(`[A-Za-z0-9./:%]{1,12}|收购-[0-9]{1,3}`).Draw(t, "ref"),
		OccurredAt: rapid.SampledFrom([]string{"2025-10-01T08:00:00+08:00", "2025-10-01T08:00:00Z", "2025-10-01T08:00:00.120-05:30"}).Draw(t, "at"),
	}
}

func grams(t *rapid.T) int64 { return rapid.Int64Range(1, record.MaxGrams).Draw(t, "grams") }

func lot(t *rapid.T) string { return rapid.StringMatching(`[A-Z][A-Za-z0-9._-]{0,8}`).Draw(t, "lot") }

func target(t *rapid.T) string {
	if rapid.Bool().Draw(t, "of a bin") {
		return bin
	}
	return lot(t)
}

func perhaps(t *rapid.T, s string) string {
	if rapid.Bool().Draw(t, "given") {
		return s
	}
	return ""
}

func sealed(t *rapid.T) []string {
	if rapid.Bool().Draw(t, "sealed") {
		return []string{record.SM3([]byte("part"))}
	}
	return nil
}

func list(t *rapid.T) []record.Amount {
	n := rapid.IntRange(1, 4).Draw(t, "n")
	out := make([]record.Amount, n)
	for i := range out {
		out[i] = record.Amount{Lot: fmt.Sprintf("L%d", i), Grams: grams(t)}
	}
	return out
}

func percent(t *rapid.T, what string) record.Decimal {
	return record.Decimal(rapid.StringMatching(`[1-9][0-9](\.[0-9]{1,6})?`).Draw(t, what))
}

// draws makes a payload of each type that comes out as an event and goes in.
var draws = map[record.Type]func(t *rapid.T) record.Payload{
	record.TypeHarvest: func(t *rapid.T) record.Payload {
		return &record.Harvest{Header: head(t, farm), Lot: lot(t), Variety: "1110000", HarvestYear: 2025, Origin: "320582", Grams: grams(t), AreaMu: record.Decimal(perhaps(t, "12.50"))}
	},
	record.TypePurchase: func(t *rapid.T) record.Payload {
		p := &record.Purchase{Header: head(t, depot), Lot: lot(t), Nature: "111", GrossGrams: 1000, TareGrams: rapid.Int64Range(0, 9).Draw(t, "tare"), DeductGrams: rapid.Int64Range(0, 9).Draw(t, "deduct")}
		p.NetGrams = p.GrossGrams - p.TareGrams - p.DeductGrams
		switch rapid.IntRange(0, 2).Draw(t, "from") {
		case 0:
			p.FromLot, p.FromGrams, p.Seller, p.Sealed = "H1", p.NetGrams+p.DeductGrams, farm, sealed(t)
		case 1:
			p.Variety, p.Seller, p.Origin, p.HarvestYear = "1110000", farm, perhaps(t, "320582"), 2024
		case 2:
			p.Variety, p.Sealed = "1110000", []string{record.SM3([]byte("a person"))}
		}
		return p
	},
	record.TypeInspect: func(t *rapid.T) record.Payload {
		p := &record.Inspect{Header: head(t, lab), Target: target(t), Stage: record.StagePurchase, Standard: perhaps(t, "GB 1350-2009")}
		for _, item := range []string{"moisture", "cadmium_mgkg", "aflatoxin_b1_ugkg", "test_weight_gl", "taste_score"} {
			p.Items = append(p.Items, record.Measured{Item: item, Value: record.Decimal(rapid.SampledFrom([]string{"0", "0.0", "13.5", "13.50", "0.200000", "799"}).Draw(t, item))})
		}
		return p
	},
	record.TypeStore: func(t *rapid.T) record.Payload {
		return &record.Store{Header: head(t, depot), Lot: lot(t), Bin: bin, Grams: grams(t), Owner: perhaps(t, mill)}
	},
	record.TypeWithdraw: func(t *rapid.T) record.Payload {
		return &record.Withdraw{Header: head(t, depot), Lot: lot(t), Bin: bin, Grams: grams(t), Purpose: record.PurposeFeed}
	},
	record.TypeSplit: func(t *rapid.T) record.Payload {
		return &record.Split{Header: head(t, depot), Lot: "S", Owner: perhaps(t, mill), Outputs: list(t)}
	},
	record.TypeMerge: func(t *rapid.T) record.Payload {
		return &record.Merge{Header: head(t, depot), Owner: perhaps(t, mill), Inputs: list(t), Output: record.Amount{Lot: "M", Grams: grams(t)}}
	},
	record.TypeProcess: func(t *rapid.T) record.Payload {
		p := &record.Process{Header: head(t, mill), Process: perhaps(t, "drying"), Inputs: list(t), LossGrams: rapid.Int64Range(0, 9).Draw(t, "loss"),
			Outputs: []record.Product{{Lot: "R1", Product: "粳米", Grams: grams(t)}}}
		if rapid.Bool().Draw(t, "retail") {
			p.Outputs = append(p.Outputs, record.Product{Lot: "R2", Product: "rice", Grams: grams(t), GTIN: "06901234567809", Batch: "B-1"})
		}
		if rapid.Bool().Draw(t, "bran") {
			p.Byproducts = []record.Byproduct{{Name: "米糠", Grams: grams(t)}}
		}
		return p
	},
	record.TypeShip: func(t *rapid.T) record.Payload {
		return &record.Ship{Header: head(t, depot), Lot: lot(t), Grams: grams(t), Owner: mill, To: mill, Carrier: perhaps(t, farm), Sealed: sealed(t)}
	},
	record.TypeReceive: func(t *rapid.T) record.Payload {
		return &record.Receive{Header: head(t, mill), Shipper: depot, Shipment: "T/1 a", Lot: lot(t), Grams: rapid.Int64Range(0, 9).Draw(t, "grams")}
	},
	record.TypeReturn: func(t *rapid.T) record.Payload {
		return &record.Return{Header: head(t, mill), Shipper: depot, Shipment: "T-1", Lot: lot(t), Reason: perhaps(t, "受潮")}
	},
	record.TypeCancelShip: func(t *rapid.T) record.Payload {
		return &record.CancelShip{Header: head(t, depot), Shipment: "T-1", Lot: lot(t), Reason: perhaps(t, "车辆故障")}
	},
	record.TypeSell: func(t *rapid.T) record.Payload {
		return &record.Sell{Header: head(t, depot), Lot: lot(t), Buyer: mill, Grams: grams(t), Purpose: record.PurposeFood, Sealed: sealed(t)}
	},
	record.TypeAdjust: func(t *rapid.T) record.Payload {
		p := &record.Adjust{Header: head(t, depot), Target: target(t), Owner: perhaps(t, mill), Kind: record.AdjustNatural, Grams: grams(t)}
		if rapid.Bool().Draw(t, "impurity") {
			p.Kind, p.Before, p.After, p.MoistureBefore, p.MoistureAfter = record.AdjustImpurity, percent(t, "before"), percent(t, "after"), percent(t, "mb"), percent(t, "ma")
		}
		return p
	},
	record.TypeWriteOff: func(t *rapid.T) record.Payload {
		return &record.WriteOff{Header: head(t, depot), Target: target(t), Owner: perhaps(t, mill), Grams: grams(t), Reason: "霉变"}
	},
	record.TypeHold: func(t *rapid.T) record.Payload {
		return &record.Hold{Header: head(t, depot), Target: target(t), Reason: "待复检", Document: perhaps(t, "苏市监封〔2025〕12号")}
	},
	record.TypeRecall: func(t *rapid.T) record.Payload {
		return &record.Recall{Header: head(t, mill), Targets: []string{"R1", "R2"}, Holder: perhaps(t, mill), Level: rapid.IntRange(1, 3).Draw(t, "level"), Reason: "超标", Notice: "请停止食用", To: perhaps(t, mill)}
	},
	record.TypeRelease: func(t *rapid.T) record.Payload {
		p := &record.Release{Header: head(t, depot), Reason: "合格"}
		if rapid.Bool().Draw(t, "target") {
			p.Target = target(t)
		} else {
			p.Record, p.Of = record.SM3([]byte("hold")), record.Reference{Issuer: depot, Ref: "H/1"}
		}
		return p
	},
}

func init() {
	draws[record.TypeVoid] = func(t *rapid.T) record.Payload {
		a := annulment(t)
		return &record.Void{Header: head(t, declarer(a)), Annulment: a}
	}
	draws[record.TypeCorrect] = func(t *rapid.T) record.Payload {
		a := annulment(t)
		return &record.Correct{Header: head(t, declarer(a)), Annulment: a, Replacement: record.SM3([]byte("instead"))}
	}
}

// declarer is the original's issuer where a regulator signs beside it.
func declarer(a record.Annulment) string {
	if a.Regulator != "" {
		return a.Of.Issuer
	}
	return mill
}

// annulment takes back a record, whose bytes may be written by somebody else.
func annulment(t *rapid.T) record.Annulment {
	types := []record.Type{record.TypeHarvest, record.TypeSell, record.TypeInspect, record.TypeProcess, record.TypeStore}
	was := draws[rapid.SampledFrom(types).Draw(t, "of")](t)
	payload, err := record.EncodePayload(was)
	if err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "other bytes") {
		payload = append([]byte(" "), payload...)
	}
	o := record.Original{Type: was.Type(), Payload: payload}
	return record.Annulment{Record: o.ID(), Of: record.Reference{Issuer: was.Head().Issuer, Ref: was.Head().Ref}, Original: o,
		Reason: "录入有误", Regulator: perhaps(t, uscc("11320000000000000"))}
}
