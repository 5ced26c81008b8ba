package season

import "github.com/grainledger/grainledger/record"

func shipTable() *Table {
	return &Table{
		Type:  record.TypeShip,
		Title: "发运",
		Columns: headed("91320582508808129Y", "YS-2025-00001", "2025-12-11T13:00:00+08:00",
			required("lot", "W-0001", "批次号", "批次"),
			weight("quantity_kg", "17189", "发运数量", "数量", "重量"),
			required("owner", "9132058242815733PW", "货主", "所有人"),
			required("to", "9132058242815733PW", "收货单位", "收货方"),
			optional("carrier", "913205826573319749", "承运单位", "承运人"),
			optional("vehicle", "苏E00000", "车牌号", "车船号"),
		),
		build: func(c *cells) *Draft {
			p := &record.Ship{
				Header:  c.head(),
				Lot:     c.text("lot"),
				Grams:   c.grams("quantity_kg"),
				Owner:   c.text("owner"),
				To:      c.text("to"),
				Carrier: c.text("carrier"),
			}
			var secrets []any
			if plate := c.text("vehicle"); plate != "" {
				secrets = append(secrets, vehicle{Plate: plate})
			}
			return sealing(p, func(names []string) { p.Sealed = names }, secrets...)
		},
	}
}

type vehicle struct {
	Plate string `json:"vehicle"`
}

func receiveTable() *Table {
	return &Table{
		Type:  record.TypeReceive,
		Title: "收货",
		Columns: headed("9132058242815733PW", "SH2-2025-00001", "2025-12-12T11:00:00+08:00",
			required("shipper", "91320582508808129Y", "发货单位", "发货方"),
			required("shipment", "YS-2025-00001", "发运单号"),
			required("lot", "W-0001", "批次号", "批次"),
			weight("received_kg", "17177", "实收数量", "收货数量"),
		),
		build: func(c *cells) *Draft {
			return plain(&record.Receive{
				Header:   c.head(),
				Shipper:  c.text("shipper"),
				Shipment: c.text("shipment"),
				Lot:      c.text("lot"),
				Grams:    c.grams("received_kg"),
			})
		},
	}
}
