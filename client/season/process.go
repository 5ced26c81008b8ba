package season

import "github.com/grainledger/grainledger/record"

func processTable() *Table {
	return &Table{
		Type:  record.TypeProcess,
		Title: "加工",
		Columns: headed("9132058242815733PW", "JG-2025-00001", "2025-12-14T09:00:00+08:00",
			required("inputs", "W-0001:17177", "投入", "原料"),
			required("outputs", "R-0001:大米:11337:06901234567809:2026010101", "产出", "产品"),
			optional("byproducts", "米糠:2061;稻壳:3435", "副产品"),
			weight("loss_kg", "344", "损耗"),
		),
		build: func(c *cells) *Draft {
			return plain(&record.Process{
				Header:     c.head(),
				Inputs:     c.inputs(),
				Outputs:    c.outputs(),
				Byproducts: c.byproducts(),
				LossGrams:  c.grams("loss_kg"),
			})
		},
	}
}

func (c *cells) inputs() (list []record.Amount) {
	for _, item := range c.pairs("inputs", ":", "lot:kg") {
		list = append(list, record.Amount{Lot: item[0], Grams: c.weight("inputs", item[1])})
	}
	return list
}

func (c *cells) outputs() (list []record.Product) {
	threeOrFive := func(n int) bool { return n == 3 || n == 5 }
	for _, item := range c.list("outputs", ":", "lot:product:kg or lot:product:kg:gtin:batch", threeOrFive) {
		p := record.Product{Lot: item[0], Product: item[1], Grams: c.weight("outputs", item[2])}
		if len(item) == 5 {
			p.GTIN, p.Batch = item[3], item[4]
		}
		list = append(list, p)
	}
	return list
}

func (c *cells) byproducts() (list []record.Byproduct) {
	for _, item := range c.pairs("byproducts", ":", "name:kg") {
		list = append(list, record.Byproduct{Name: item[0], Grams: c.weight("byproducts", item[1])})
	}
	return list
}
