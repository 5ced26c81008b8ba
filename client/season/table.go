package season

import (
	"github.com/grainledger/grainledger/record"
)

// Table is one file of the import format.
type Table struct {
	Type    record.Type // of the records that its rows become
	Columns []Column
	// ByRoot: the issuer is the root regulator, and there are no columns
	// issuer, ref and occurred_at.
	ByRoot bool

	build func(*cells) *Draft
}

// File is the table's file name, for example "harvest.csv".
func (t *Table) File() string { return string(t.Type) + ".csv" }

// Column is one column of a table.
type Column struct {
	Name     string   // the label in the format
	Chinese  []string // labels that mean the same; a template prints the first
	Optional bool     // the file may leave the column out; its cells are empty then
	Example  string   // a cell as people write it
}

// labels are all labels that mean the column.
func (c *Column) labels() []string { return append([]string{c.Name}, c.Chinese...) }

// Tables lists the tables in the order of the format, which is also the order
// of rows of the same time.
func Tables() []*Table {
	return []*Table{
		enterpriseTable(), facilityTable(),
		harvestTable(), purchaseTable(), inspectTable(), storeTable(), withdrawTable(),
		shipTable(), receiveTable(), processTable(), sellTable(), creditTable(),
	}
}

// TableOf is the table of a record type; false where the format has none.
func TableOf(t record.Type) (*Table, bool) {
	for _, table := range Tables() {
		if table.Type == t {
			return table, true
		}
	}
	return nil, false
}

// required and optional make columns; the first Chinese label is the one that
// templates print.
func required(name, example string, chinese ...string) Column {
	return Column{Name: name, Example: example, Chinese: chinese}
}

func optional(name, example string, chinese ...string) Column {
	c := required(name, example, chinese...)
	c.Optional = true
	return c
}

// weight makes a column of kilograms. Its labels may carry the unit.
func weight(name, example string, chinese ...string) Column {
	c := required(name, example, chinese...)
	for _, label := range chinese {
		for _, unit := range []string{"(kg)", "(公斤)", "(千克)"} {
			c.Chinese = append(c.Chinese, label+unit)
		}
	}
	return c
}

func optionalWeight(name, example string, chinese ...string) Column {
	c := weight(name, example, chinese...)
	c.Optional = true
	return c
}

// headed puts the columns that every signed table begins with before its own.
func headed(issuer, ref, at string, own ...Column) []Column {
	return append([]Column{
		required("issuer", issuer, "单位代码", "填报单位", "统一社会信用代码"),
		required("ref", ref, "单据号", "单号", "业务单号"),
		required("occurred_at", at, "业务时间", "发生时间", "时间"),
	}, own...)
}
