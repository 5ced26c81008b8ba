package season

import "github.com/grainledger/grainledger/record"

func harvestTable() *Table {
	return &Table{
		Type:  record.TypeHarvest,
		Title: "收获",
		Columns: headed("9332058226100911H2", "SH-2025-00001", "2025-10-09T07:00:00+08:00",
			required("lot", "H-0001", "批次号", "批次"),
			required("variety", "1132002", "品种代码", "品种"),
			number(required("harvest_year", "2025", "收获年度")),
			required("origin", "320582", "产地代码", "产地"),
			weight("quantity_kg", "37395", "数量", "重量"),
			number(optional("area_mu", "66.8", "面积", "面积(亩)")),
		),
		build: func(c *cells) *Draft {
			return plain(&record.Harvest{
				Header:      c.head(),
				Lot:         c.text("lot"),
				Variety:     c.text("variety"),
				HarvestYear: c.integer("harvest_year"),
				Origin:      c.text("origin"),
				Grams:       c.grams("quantity_kg"),
				AreaMu:      c.decimal("area_mu"),
			})
		},
	}
}

func purchaseTable() *Table {
	return &Table{
		Type:  record.TypePurchase,
		Title: "收购",
		Columns: headed("91320582508808129Y", "SG-2025-00001", "2025-10-12T09:00:00+08:00",
			required("lot", "P-0001", "批次号", "批次"),
			optional("from_lot", "H-0001", "来源批次"),
			optionalWeight("from_quantity_kg", "18043", "来源数量"),
			required("seller", "9332058226100911H2", "售粮人", "卖方", "出售方"),
			required("nature", "200", "粮食性质代码", "粮食性质", "性质"),
			weight("gross_kg", "27143", "毛重"),
			weight("tare_kg", "9100", "皮重"),
			weight("deduct_kg", "54", "扣量", "扣重"),
			weight("net_kg", "17989", "净重"),
			number(optional("price_yuan_per_kg", "2.78", "单价", "单价(元/公斤)", "单价(元/千克)", "单价(元/kg)")),
			optional("variety", "", "品种代码", "品种"),
		),
		build: buildPurchase,
	}
}

// payment and person are sealed apart: they may have different readers, and a
// person may have theirs purged.
type payment struct {
	PriceFenPerTonne int64 `json:"priceFenPerTonne"`
}

type person struct {
	Seller string `json:"seller"`
}

func buildPurchase(c *cells) *Draft {
	p := &record.Purchase{
		Header:      c.head(),
		Lot:         c.text("lot"),
		FromLot:     c.text("from_lot"),
		Nature:      c.text("nature"),
		Variety:     c.text("variety"),
		GrossGrams:  c.grams("gross_kg"),
		TareGrams:   c.grams("tare_kg"),
		DeductGrams: c.grams("deduct_kg"),
		NetGrams:    c.grams("net_kg"),
	}
	from := c.optionalGrams("from_quantity_kg")
	if p.FromLot != "" {
		p.FromGrams = from
	} else {
		c.checkUndrawn(from, p)
	}
	var secrets []any
	if price := c.money("price_yuan_per_kg", FenPerTonne); price != nil {
		secrets = append(secrets, payment{PriceFenPerTonne: *price})
	}
	switch seller := c.text("seller"); {
	case seller == "":
		// A sealed price alone would look to the ledger like a sealed seller.
		c.refuse(record.BadUSCC, "seller", "is missing")
	case namesPerson(seller):
		secrets = append(secrets, person{Seller: seller})
	default:
		p.Seller = seller
	}
	return sealing(p, func(names []string) { p.Sealed = names }, secrets...)
}

// checkUndrawn looks at a quantity that was drawn from no recorded lot. The
// record has no place for it, so where the other weights agree nobody but us
// can see that it contradicts them.
func (c *cells) checkUndrawn(from int64, p *record.Purchase) {
	agree := p.NetGrams == p.GrossGrams-p.TareGrams-p.DeductGrams
	if c.text("from_quantity_kg") != "" && agree && from-p.NetGrams != p.DeductGrams {
		c.refuse(record.WeightMismatch, "from_quantity_kg", "is not net + deduction")
	}
}

// namesPerson tells whether a seller is a person and not an enterprise. What
// looks like a unified social credit code stays public, so that a mistyped one
// is refused and not taken for a name; an identity number, which has the same
// length, never does.
func namesPerson(seller string) bool {
	if record.ValidUSCC(seller) {
		return false
	}
	if len(seller) < 17 || len(seller) > 19 {
		return true
	}
	for _, b := range []byte(seller) {
		if (b < '0' || b > '9') && (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') {
			return true
		}
	}
	return identityNumber(seller)
}

// identityNumber tells whether s could be a resident identity number
// (GB 11643): digits with a date of birth from the 7th on, mistyped perhaps.
func identityNumber(s string) bool {
	for _, b := range []byte(s[:17]) {
		if b < '0' || b > '9' {
			return false
		}
	}
	century, month, day := s[6:8], s[10:12], s[12:14]
	return (century == "19" || century == "20") && month >= "01" && month <= "12" && day >= "01" && day <= "31"
}
