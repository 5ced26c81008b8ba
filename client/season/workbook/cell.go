package workbook

import (
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// number writes a number as spreadsheet programs show it. They keep a double
// and show up to 15 digits of it: 17.1 may be saved as 17.100000000000001.
// What is not a number stays, for the table to refuse.
func number(s string) string {
	if len(digits(s)) <= 15 && !strings.ContainsAny(s, "eE") {
		return s
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 14, 64), 64)
	if err != nil {
		return s
	}
	if text := strconv.FormatFloat(rounded, 'f', -1, 64); len(text) <= 32 {
		return text
	}
	return s
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, strings.TrimLeft(s, "-0."))
}

// china is the zone of times that are written without one: the country has
// one time.
var china = time.FixedZone("", 8*3600)

// spellings are how people write a time where they do not write RFC 3339.
var spellings = []string{
	"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2",
	"2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2",
	"2006年1月2日 15:04", "2006年1月2日",
}

// moment writes a time as the format wants it, from a date cell (which is
// saved as a number of days) or from a usual spelling, both in China's time.
// Everything else stays, for the table to read or to refuse.
func (r *reader) moment(s string) string {
	s = strings.TrimSpace(s)
	if days, err := strconv.ParseFloat(s, 64); err == nil && days > 20_000 && days < 80_000 { // 1954 to 2119
		t, err := excelize.ExcelDateToTime(days, r.days1904)
		if err != nil {
			return s
		}
		t = t.Round(time.Second)
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, china).Format(time.RFC3339)
	}
	for _, spelling := range spellings {
		if t, err := time.ParseInLocation(spelling, s, china); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	return s
}

func uses1904(f *excelize.File) bool {
	p, err := f.GetWorkbookProps()
	return err == nil && p.Date1904 != nil && *p.Date1904
}
