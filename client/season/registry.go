package season

import "github.com/grainledger/grainledger/record"

func enterpriseTable() *Table {
	return &Table{
		Type:   record.TypeEnterprise,
		Title:  "企业",
		ByRoot: true,
		Columns: []Column{
			required("uscc", "9332058226100911H2", "统一社会信用代码", "单位代码"),
			required("name", "第1合作社", "单位名称", "企业名称", "名称"),
			required("kind", "farm_coop", "单位类别", "企业类别", "类别"),
			required("division", "320582", "行政区划代码", "行政区划"),
			number(optional("lon", "120.5533", "经度")),
			number(optional("lat", "31.9974", "纬度")),
		},
		build: func(c *cells) *Draft {
			uscc := c.text("uscc")
			return plain(&record.Enterprise{
				Header:   c.byRoot(uscc),
				USCC:     uscc,
				Name:     c.text("name"),
				Kind:     c.text("kind"),
				Division: c.text("division"),
				Lon:      c.decimal("lon"),
				Lat:      c.decimal("lat"),
			})
		},
	}
}

func facilityTable() *Table {
	return &Table{
		Type:   record.TypeFacility,
		Title:  "设施",
		ByRoot: true,
		Columns: []Column{
			required("code", "91320582508808129Y001000100101", "设施代码", "编码", "代码"),
			required("name", "1号仓1货位", "设施名称", "名称"),
			required("uscc", "91320582508808129Y", "统一社会信用代码", "单位代码"),
			required("kind", "bin", "设施类别", "类别"),
			number(optional("lon", "120.5751", "经度")),
			number(optional("lat", "31.9345", "纬度")),
			optionalWeight("capacity_kg", "3000000", "设计仓容", "仓容"),
		},
		build: func(c *cells) *Draft {
			code := c.text("code")
			return plain(&record.Facility{
				Header:        c.byRoot(code),
				Code:          code,
				Name:          c.text("name"),
				USCC:          c.text("uscc"),
				Kind:          c.text("kind"),
				Lon:           c.decimal("lon"),
				Lat:           c.decimal("lat"),
				CapacityGrams: c.optionalGrams("capacity_kg"),
			})
		},
	}
}
