package api

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/xuri/excelize/v2"

	"github.com/grainledger/grainledger/gateway/index"
)

// maxSheetRows bounds the holders in a sheet. A county has some thousands of
// enterprises that hold grain.
const maxSheetRows = 10_000

// sheetHeads are the columns of a sheet of holders.
var sheetHeads = []string{"持有单位", "统一社会信用代码", "批次数", "已查明（千克）", "其中在途（千克）", "已召回（千克）",
	"其中退回（千克）", "其中核销（千克）", "未召回（千克）"}

const mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// sheetRows reads the holders of a sheet; false when the request has been
// answered with a problem.
func (a *API) sheetRows(c *gin.Context) (v recallView, rows []index.RecallHolder, ok bool) {
	if v, ok = a.recallFor(c); !ok {
		return v, nil, false
	}
	for cursor := ""; len(rows) < maxSheetRows; {
		page, err := a.opt.Index.RecallHolders(c.Request.Context(), v.recall.ID, v.party, c.Query("sort"), cursor, index.MaxLimit)
		if err != nil {
			failRecall(c, err)
			return v, nil, false
		}
		rows = append(rows, page.Holders...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return v, rows[:min(len(rows), maxSheetRows)], true
}

func sheetName(r *index.Recall, ending string) string {
	return "recall-" + r.ID[:min(8, len(r.ID))] + ending
}

// sheetGrams are the weights of a row, in the order of the columns.
func sheetGrams(h *index.RecallHolder) []int64 {
	return []int64{h.Located, h.InTransit, h.Recovered, h.Returned, h.WrittenOff, h.Outstanding}
}

func (a *API) getRecallCSV(c *gin.Context) {
	v, rows, ok := a.sheetRows(c)
	if !ok {
		return
	}
	var b bytes.Buffer
	b.WriteString("\ufeff") // by which spreadsheets know UTF-8
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	_ = out.Write(sheetHeads) // a buffer takes everything
	for i := range rows {
		h := &rows[i]
		cells := []string{inert(h.Name), inert(h.Party), strconv.FormatInt(h.Lots, 10)}
		for _, grams := range sheetGrams(h) {
			cells = append(cells, kilograms(grams))
		}
		_ = out.Write(cells)
	}
	out.Flush()
	attach(c, sheetName(&v.recall, ".csv"), "text/csv; charset=utf-8", b.Bytes())
}

// kilograms writes grams as kilograms, exactly.
func kilograms(grams int64) string {
	sign := ""
	if grams < 0 {
		sign, grams = "-", -grams
	}
	return fmt.Sprintf("%s%d.%03d", sign, grams/1000, grams%1000)
}

func (a *API) getRecallXLSX(c *gin.Context) {
	v, rows, ok := a.sheetRows(c)
	if !ok {
		return
	}
	book, err := recallWorkbook(rows)
	if err != nil {
		_ = c.Error(err)
		fail(c, problemInternal)
		return
	}
	attach(c, sheetName(&v.recall, ".xlsx"), mediaXLSX, book)
}

// recallWorkbook writes holders as a sheet that can be sorted and filtered.
// Cells have their types, so that no text is a formula.
func recallWorkbook(rows []index.RecallHolder) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // written to memory
	const sheet = "召回"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return nil, err
	}
	weight := "#,##0.000"
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	number, err := f.NewStyle(&excelize.Style{CustomNumFmt: &weight})
	if err != nil {
		return nil, err
	}
	heads := make([]any, len(sheetHeads))
	for i, h := range sheetHeads {
		heads[i] = h
	}
	last := fmt.Sprintf("I%d", len(rows)+1)
	steps := []func() error{
		func() error { return f.SetSheetRow(sheet, "A1", &heads) },
		func() error { return f.SetCellStyle(sheet, "A1", "I1", bold) },
		func() error { return f.SetColWidth(sheet, "A", "B", 26) },
		func() error { return f.SetColWidth(sheet, "C", "I", 18) },
		func() error {
			for i := range rows {
				h := &rows[i]
				cells := []any{h.Name, h.Party, h.Lots}
				for _, grams := range sheetGrams(h) {
					cells = append(cells, float64(grams)/1000)
				}
				if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+2), &cells); err != nil {
					return err
				}
			}
			return nil
		},
		func() error {
			if len(rows) == 0 {
				return nil
			}
			return f.SetCellStyle(sheet, "D2", last, number)
		},
		func() error { return f.AutoFilter(sheet, "A1:"+last, nil) },
		func() error {
			return f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
