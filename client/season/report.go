package season

import (
	"cmp"
	"encoding/csv"
	"io"
	"slices"
	"strconv"

	"github.com/grainledger/grainledger/record"
)

// Result is what was decided about a row.
type Result struct {
	Row     Row
	Outcome record.Outcome
	Code    record.Code // 0 where it was accepted
	Detail  string      // for people; not part of the report
}

// Decided is the result of a row whose record has a verdict.
func Decided(row Row, v record.Verdict) Result {
	r := Result{Row: row, Outcome: v.Outcome, Code: v.Code, Detail: v.Detail}
	if v.Field != "" {
		r.Detail = v.Field + ": " + v.Detail
	}
	if v.Outcome == record.IsDuplicate {
		r.Code = record.Duplicate
	}
	return r
}

// Unreadable is the result of a row with a Refusal: nobody was asked.
func Unreadable(row Row) Result {
	v := record.Refusal(row.Refusal)
	return Decided(row, v)
}

// reportHeader is the first line of a report.
const reportHeader = "file,row,ref,verdict,reason"

// WriteReport writes every row that was not accepted as CSV, with the columns
// file, row, ref, verdict and reason, in the order of tables and lines.
func WriteReport(w io.Writer, results []Result) error {
	if _, err := io.WriteString(w, reportHeader+"\r\n"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, r := range notAccepted(results) {
		out.Write([]string{r.Row.File, strconv.Itoa(r.Row.Line), r.Row.Ref, string(r.Outcome), r.Code.String()})
	}
	out.Flush()
	return out.Error()
}

func notAccepted(results []Result) []Result {
	rank := tableRanks()
	var list []Result
	for _, r := range results {
		if r.Outcome != record.Accepted {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b Result) int {
		return cmp.Or(cmp.Compare(rank[a.Row.Table.Type], rank[b.Row.Table.Type]), cmp.Compare(a.Row.Line, b.Row.Line))
	})
	return list
}
