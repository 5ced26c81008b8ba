package workbook

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/grainledger/grainledger/client/season"
)

// lastRow is the last row of a template that has lists and formats.
const lastRow = 1001

// notes is the sheet that explains the others. It is no table.
const notes = "说明"

// WriteTemplate writes a workbook with one sheet for each table: a header
// row, whose cells say in a note how to fill their column, lists to choose
// from where a column has few values, and cells of text where a spreadsheet
// would otherwise turn a code into a number.
func WriteTemplate(w io.Writer, tables []*season.Table, o season.TemplateOptions) error {
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // it is in memory alone
	b := builder{book: f, options: o}
	if err := b.build(tables); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	_, err := f.WriteTo(w)
	return err
}

type builder struct {
	book    *excelize.File
	options season.TemplateOptions
	header  int // style of a label that must be there
	spare   int // and of one that may be left out
	text    int
	plain   int
}

func (b *builder) build(tables []*season.Table) error {
	if err := b.styles(); err != nil {
		return err
	}
	for i, t := range tables {
		name := b.name(t)
		var err error
		if i == 0 {
			err = b.book.SetSheetName(b.book.GetSheetName(0), name)
		} else {
			_, err = b.book.NewSheet(name)
		}
		if err == nil {
			err = b.sheet(name, t)
		}
		if err != nil {
			return err
		}
	}
	return b.explain(tables)
}

func (b *builder) name(t *season.Table) string {
	if b.options.Chinese {
		return t.Title
	}
	return string(t.Type)
}

func (b *builder) label(c season.Column) string {
	if b.options.Chinese && len(c.Chinese) > 0 {
		return c.Chinese[0]
	}
	return c.Name
}

func (b *builder) styles() error {
	label := func(color string) *excelize.Style {
		return &excelize.Style{
			Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, NumFmt: 49,
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}},
			Alignment: &excelize.Alignment{Vertical: "center"},
		}
	}
	for into, style := range map[*int]*excelize.Style{
		&b.header: label("2E6B34"), &b.spare: label("6B7A5E"),
		&b.text: {NumFmt: 49}, &b.plain: {Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}},
	} {
		var err error
		if *into, err = b.book.NewStyle(style); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) sheet(name string, t *season.Table) error {
	for i, c := range t.Columns {
		if err := b.column(name, i+1, c); err != nil {
			return err
		}
	}
	if err := b.book.SetRowHeight(name, 1, 24); err != nil {
		return err
	}
	return b.book.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (b *builder) column(sheet string, number int, c season.Column) error {
	letter, err := excelize.ColumnNumberToName(number)
	if err != nil {
		return err
	}
	if c.Form != season.FormNumber { // codes and times are text
		if err := b.book.SetColStyle(sheet, letter, b.text); err != nil {
			return err
		}
	}
	style := b.header
	if c.Optional {
		style = b.spare
	}
	label, top := b.label(c), letter+"1"
	width := float64(max(14, 2*len([]rune(label))+4, len(c.Example)+2))
	for _, err := range []error{
		b.book.SetCellStr(sheet, top, label),
		b.book.SetCellStyle(sheet, top, top, style),
		b.book.SetColWidth(sheet, letter, letter, min(width, 36)),
		b.book.AddComment(sheet, excelize.Comment{Cell: top, Author: "粮链", Text: note(c), Width: 260, Height: 110}),
		b.list(sheet, letter, c),
		b.example(sheet, letter+"2", c),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// list offers the values of a column that has few.
func (b *builder) list(sheet, letter string, c season.Column) error {
	if len(c.Choices) == 0 {
		return nil
	}
	v := excelize.NewDataValidation(true)
	v.SetSqref(fmt.Sprintf("%s2:%s%d", letter, letter, lastRow))
	if err := v.SetDropList(b.choices(c)); err != nil {
		return err
	}
	v.SetError(excelize.DataValidationErrorStyleStop, "请从列表中选择", "只能填列表中的值。")
	return b.book.AddDataValidation(sheet, v)
}

func (b *builder) choices(c season.Column) []string {
	var list []string
	for _, choice := range c.Choices {
		if b.options.Chinese {
			list = append(list, choice.Chinese)
		} else {
			list = append(list, choice.Value)
		}
	}
	return list
}

func (b *builder) example(sheet, cell string, c season.Column) error {
	if !b.options.Example {
		return nil
	}
	value := c.Example
	for i, choice := range c.Choices {
		if choice.Value == value {
			value = b.choices(c)[i]
		}
	}
	return b.book.SetCellStr(sheet, cell, value)
}

// note says how to fill a column.
func note(c season.Column) string {
	var s strings.Builder
	s.WriteString(c.Name)
	if c.Optional {
		s.WriteString("（可不填）")
	} else {
		s.WriteString("（必填）")
	}
	switch {
	case len(c.Choices) > 0:
		s.WriteString("\n从列表中选：")
		for i, choice := range c.Choices {
			if i > 0 {
				s.WriteString("、")
			}
			s.WriteString(choice.Chinese + "（" + choice.Value + "）")
		}
	case c.Form == season.FormNumber && strings.HasSuffix(c.Name, "_kg"):
		s.WriteString("\n公斤，最多三位小数，不用千位分隔符")
	case c.Form == season.FormNumber:
		s.WriteString("\n数字，不用千位分隔符")
	case c.Form == season.FormTime:
		s.WriteString("\n北京时间，例如 2025-10-12 09:00；也可写作 2025-10-12T09:00:00+08:00")
	}
	if c.Example != "" {
		s.WriteString("\n例：" + c.Example)
	}
	return s.String()
}

// explain adds the sheet of notes, for people whose program shows none on
// cells.
func (b *builder) explain(tables []*season.Table) error {
	if _, err := b.book.NewSheet(notes); err != nil {
		return err
	}
	rows := [][]any{{"工作表", "列", "怎样填"}}
	for _, t := range tables {
		for _, c := range t.Columns {
			rows = append(rows, []any{b.name(t), b.label(c), strings.ReplaceAll(note(c), "\n", "；")})
		}
	}
	for i, row := range rows {
		if err := b.book.SetSheetRow(notes, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return err
		}
	}
	errs := []error{
		b.book.SetColWidth(notes, "A", "A", 12), b.book.SetColWidth(notes, "B", "B", 24), b.book.SetColWidth(notes, "C", "C", 90),
		b.book.SetCellStyle(notes, "A1", "C1", b.header), b.book.SetCellStyle(notes, "C2", fmt.Sprintf("C%d", len(rows)), b.plain),
	}
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return errs[i]
	}
	return nil
}
