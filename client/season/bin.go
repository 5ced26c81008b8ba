package season

import "github.com/grainledger/grainledger/record"

func storeTable() *Table {
	return &Table{
		Type:  record.TypeStore,
		Title: "入库",
		Columns: headed("91320582508808129Y", "RK-2025-00001", "2025-10-13T09:00:00+08:00",
			required("lot", "P-0001", "批次号", "批次"),
			required("bin", "91320582508808129Y001000100101", "货位代码", "货位"),
			weight("quantity_kg", "17989", "入库数量", "数量", "重量"),
		),
		build: func(c *cells) *Draft {
			return plain(&record.Store{
				Header: c.head(),
				Lot:    c.text("lot"),
				Bin:    c.text("bin"),
				Grams:  c.grams("quantity_kg"),
			})
		},
	}
}

func withdrawTable() *Table {
	return &Table{
		Type:  record.TypeWithdraw,
		Title: "出库",
		Columns: headed("91320582508808129Y", "CK-2025-00001", "2025-12-11T09:00:00+08:00",
			required("bin", "91320582508808129Y001000100101", "货位代码", "货位"),
			required("lot", "W-0001", "批次号", "批次", "出库批次"),
			weight("quantity_kg", "17189", "出库数量", "数量", "重量"),
			oneOf(required("purpose", "food", "用途"), purposes()...),
		),
		build: func(c *cells) *Draft {
			return plain(&record.Withdraw{
				Header:  c.head(),
				Bin:     c.text("bin"),
				Lot:     c.text("lot"),
				Grams:   c.grams("quantity_kg"),
				Purpose: c.text("purpose"),
			})
		},
	}
}
