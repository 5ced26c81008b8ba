package season

import (
	"github.com/grainledger/grainledger/record"
)

// Table is one file of the import format.
type Table struct {
	Type    record.Type // of the records that its rows become
	Title   string      // what people call it, in Chinese; the name of its sheet in a workbook
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
	Form     Form     // how its cells are written
	Choices  []Choice // all that its cells may hold, where that is a short list
}

// Form says how the cells of a column are written, so that a spreadsheet can
// be asked for cells of that form.
type Form string

// Forms.
const (
	FormText   Form = ""
	FormNumber Form = "number" // a decimal
	FormTime   Form = "time"   // RFC 3339
)

// Choice is one value of a column that has few.
type Choice struct {
	Value   string
	Chinese string
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

// number is the column with cells that are decimals.
func number(c Column) Column {
	c.Form = FormNumber
	return c
}

// oneOf is the column with cells out of a list.
func oneOf(c Column, choices ...Choice) Column {
	c.Choices = choices
	return c
}

// purposes are those of withdrawn and sold grain.
func purposes() []Choice {
	return []Choice{
		{record.PurposeFood, "口粮"}, {record.PurposeFeed, "饲料"},
		{record.PurposeIndustrial, "工业"}, {record.PurposeSeed, "种子"},
	}
}

// weight makes a column of kilograms. Its labels may carry the unit.
func weight(name, example string, chinese ...string) Column {
	c := number(required(name, example, chinese...))
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
	when := required("occurred_at", at, "业务时间", "发生时间", "时间")
	when.Form = FormTime
	return append([]Column{
		required("issuer", issuer, "单位代码", "填报单位", "统一社会信用代码"),
		required("ref", ref, "单据号", "单号", "业务单号"),
		when,
	}, own...)
}
