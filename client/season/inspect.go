package season

import "github.com/grainledger/grainledger/record"

func inspectTable() *Table {
	return &Table{
		Type:  record.TypeInspect,
		Title: "检验",
		Columns: headed("12320582315871654G", "ZJ-2025-00001", "2025-10-12T12:00:00+08:00",
			required("target", "P-0001", "检验对象", "样品来源"),
			oneOf(required("stage", "purchase", "检验环节", "环节"), Choice{record.StagePurchase, "收购"},
				Choice{record.StageStorage, "储存"}, Choice{record.StageOutbound, "出库"}, Choice{record.StageProduct, "成品"}),
			optional("standard", "GB 1350-2009", "检验依据", "执行标准"),
			required("items", "moisture=13.2;impurity=0.8", "检验项目", "检验结果"),
		),
		build: func(c *cells) *Draft {
			p := &record.Inspect{
				Header:   c.head(),
				Target:   c.text("target"),
				Stage:    c.text("stage"),
				Standard: c.text("standard"),
			}
			for _, item := range c.pairs("items", "=", "item=value") {
				p.Items = append(p.Items, record.Measured{Item: item[0], Value: record.Decimal(item[1])})
			}
			return plain(p)
		},
	}
}
