package season

import "github.com/grainledger/grainledger/record"

func sellTable() *Table {
	return &Table{
		Type:  record.TypeSell,
		Title: "销售",
		Columns: headed("9132058242815733PW", "XS-2025-00001", "2025-12-17T09:00:00+08:00",
			required("lot", "R-0001", "批次号", "批次"),
			required("buyer", "9132058297714599JC", "购买方", "买方"),
			weight("quantity_kg", "4535", "销售数量", "数量", "重量"),
			oneOf(required("purpose", "food", "用途"), purposes()...),
		),
		build: func(c *cells) *Draft {
			return plain(&record.Sell{
				Header:  c.head(),
				Lot:     c.text("lot"),
				Buyer:   c.text("buyer"),
				Grams:   c.grams("quantity_kg"),
				Purpose: c.text("purpose"),
			})
		},
	}
}
