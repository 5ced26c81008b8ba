package made

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fileOrder is the order of the tables, which decides between rows of the
// same time.
var fileOrder = []string{"enterprise", "facility", "harvest", "purchase", "inspect", "store",
	"withdraw", "ship", "receive", "process", "sell"}

// columns of each file, in the order of the format.
var columns = map[string]string{
	"enterprise": "uscc,name,kind,division,lon,lat",
	"facility":   "code,name,uscc,kind,lon,lat,capacity_kg",
	"harvest":    "issuer,ref,occurred_at,lot,variety,harvest_year,origin,quantity_kg,area_mu",
	"purchase": "issuer,ref,occurred_at,lot,from_lot,from_quantity_kg,seller,nature,gross_kg,tare_kg,deduct_kg," +
		"net_kg,price_yuan_per_kg,variety",
	"inspect":  "issuer,ref,occurred_at,target,stage,standard,items",
	"store":    "issuer,ref,occurred_at,lot,bin,quantity_kg",
	"withdraw": "issuer,ref,occurred_at,bin,lot,quantity_kg,purpose",
	"ship":     "issuer,ref,occurred_at,lot,quantity_kg,owner,to,carrier,vehicle",
	"receive":  "issuer,ref,occurred_at,shipper,shipment,lot,received_kg",
	"process":  "issuer,ref,occurred_at,inputs,outputs,byproducts,loss_kg",
	"sell":     "issuer,ref,occurred_at,lot,buyer,quantity_kg,purpose",
}

// chinese are the labels that people in depots and mills write.
var chinese = map[string]string{
	"uscc": "统一社会信用代码", "name": "名称", "kind": "类别", "division": "行政区划代码", "lon": "经度", "lat": "纬度",
	"code": "代码", "capacity_kg": "设计仓容(公斤)", "issuer": "单位代码", "ref": "单据号", "occurred_at": "业务时间",
	"lot": "批次号", "variety": "品种代码", "harvest_year": "收获年度", "origin": "产地", "quantity_kg": "数量（kg）",
	"area_mu": "面积（亩）", "from_lot": "来源批次", "from_quantity_kg": "来源数量", "seller": "售粮人", "nature": "粮食性质",
	"gross_kg": "毛重", "tare_kg": "皮重", "deduct_kg": "扣量", "net_kg": "净重", "price_yuan_per_kg": "单价(元/公斤)",
	"target": "检验对象", "stage": "检验环节", "standard": "执行标准", "items": "检验项目", "bin": "货位代码", "purpose": "用途",
	"owner": "货主", "to": "收货单位", "carrier": "承运单位", "vehicle": "车牌号", "shipper": "发货单位",
	"shipment": "发运单号", "received_kg": "实收数量", "inputs": "投入", "outputs": "产出", "byproducts": "副产品",
	"loss_kg": "损耗", "buyer": "购买方",
}

// cells are the cells of one row by column.
type cells map[string]string

func (c cells) clone() cells {
	out := cells{}
	for k, v := range c {
		out[k] = v
	}
	return out
}

// row is a row and what must become of it.
type row struct {
	cells   cells
	verdict string // empty where it must be accepted
	reason  string
	same    int // of the rows with the same number the first is accepted, the others are duplicates
}

// table is one file.
type table struct {
	name string
	rows []*row
}

// refused lists the verdicts of the rows that are not accepted.
func (t *table) refused() []Verdict {
	var all []Verdict
	seen := map[int]bool{}
	for i, r := range t.rows {
		verdict, reason := r.verdict, r.reason
		if r.same > 0 && seen[r.same] {
			verdict, reason = "duplicate", "duplicate"
		}
		seen[r.same] = true
		if verdict != "" {
			all = append(all, Verdict{t.name + ".csv", i + 2, r.cells["ref"], verdict, reason})
		}
	}
	return all
}

// shuffle puts the rows of every file in another order. No two rows of one
// file have the same time unless they are the same row.
func (w *world) shuffle() {
	for _, name := range fileOrder {
		t := w.tables[name]
		if t == nil || name == "enterprise" || name == "facility" {
			continue // here the order of the rows is the order of time
		}
		w.rand.Shuffle(len(t.rows), func(i, j int) { t.rows[i], t.rows[j] = t.rows[j], t.rows[i] })
	}
}

// Write writes the season's files into a directory. chinese is as in Options.
func (s *Season) Write(dir string, chinese bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, t := range s.tables {
		data, err := t.encode(chinese)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) encode(inChinese bool) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	names := strings.Split(columns[t.name], ",")
	header := slices.Clone(names)
	if inChinese {
		out.WriteString("\ufeff")
		w.UseCRLF = true
		for i, n := range names {
			header[i] = chinese[n]
		}
	}
	if err := w.Write(header); err != nil {
		return nil, err
	}
	for _, r := range t.rows {
		line := make([]string, len(names))
		for i, n := range names {
			line[i] = r.cells[n]
		}
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// kg writes grams as kilograms.
func kg(grams int64) string {
	s := fmt.Sprintf("%d.%03d", grams/1000, grams%1000)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
