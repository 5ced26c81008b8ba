package api

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/grainledger/grainledger/gateway/index"
)

// A name that looks like a formula stays a text, and a weight is a number.
func TestNoNameIsAFormula(t *testing.T) {
	book, err := recallWorkbook([]index.RecallHolder{{Party: someUSCC, Name: `=HYPERLINK("x")`, Lots: 2, Located: 1234567}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if formula, err := f.GetCellFormula("召回", "A2"); err != nil || formula != "" {
		t.Errorf("a formula %q, %v", formula, err)
	}
	if name, err := f.GetCellValue("召回", "A2"); err != nil || name != `=HYPERLINK("x")` {
		t.Errorf("the name is %q, %v", name, err)
	}
	if weight, err := f.GetCellValue("召回", "D2"); err != nil || weight != "1,234.567" {
		t.Errorf("the weight is %q, %v", weight, err)
	}
	if kilograms(-1) != "-0.001" || kilograms(1234567) != "1234.567" {
		t.Error("grams are not written exactly")
	}
}
