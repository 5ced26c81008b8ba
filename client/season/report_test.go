package season_test

import (
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

func TestReportHoldsWhatWasNotAcceptedInTableOrder(t *testing.T) {
	at := func(recordType record.Type, line int, ref string) season.Row {
		table, _ := season.TableOf(recordType)
		return season.Row{Table: table, File: table.File(), Line: line, Ref: ref}
	}
	unread := at("store", 7, `a,"b"`)
	unread.Refusal = record.Refuse(record.BadQuantity, "is not a number")
	var text strings.Builder
	err := season.WriteReport(&text, []season.Result{
		season.Decided(at("sell", 3, "XS-3"), record.Verdict{Outcome: record.IsDuplicate}),
		season.Decided(at("sell", 2, "XS-2"), record.Refusal(&record.Error{Code: record.NotForFood})),
		season.Unreadable(unread),
		season.Decided(at("harvest", 2, "SH-2"), record.Verdict{Outcome: record.Accepted}),
		season.Decided(at("enterprise", 21, ""), record.Refusal(&record.Error{Code: record.BadUSCC})),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "file,row,ref,verdict,reason\r\n" +
		"enterprise.csv,21,,rejected,bad_uscc\r\n" +
		"store.csv,7,\"a,\"\"b\"\"\",rejected,bad_quantity\r\n" +
		"sell.csv,2,XS-2,rejected,not_for_food\r\n" +
		"sell.csv,3,XS-3,duplicate,duplicate\r\n"
	if text.String() != want {
		t.Errorf("got\n%swant\n%s", text.String(), want)
	}
}
