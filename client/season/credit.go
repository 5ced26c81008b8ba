package season

import (
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// typeCredit is a type that the ledger reserves. Its rows are submitted all
// the same, so that it is the ledger that decides about them.
const typeCredit record.Type = "credit"

func creditTable() *Table {
	return &Table{
		Type:  typeCredit,
		Title: "信用",
		Columns: headed("11320582251703376L", "XY-2026-00001", "2026-05-10T09:00:00+08:00",
			required("subject", "91320582508808129Y", "主体代码", "信用主体"),
			required("kind", "penalty", "信用类别", "类别"),
			required("severity", "general", "严重程度"),
			required("decision_no", "粮处罚〔2026〕1号", "决定文书号", "文书号"),
			optional("basis", "粮食流通管理条例 第四十五条", "依据"),
			required("fact", "未按规定进行出库检验", "事实", "事由"),
			number(optional("fine_yuan", "50000", "罚款金额", "罚款(元)", "罚款金额(元)")),
		),
		build: buildCredit,
	}
}

// creditPayload is all that may be read of a credit record: law keeps its
// subject and content from the channel.
type creditPayload struct {
	record.Header
	Sealed []string `json:"sealed"`
}

type creditContent struct {
	Subject    string `json:"subject"`
	Kind       string `json:"kind"`
	Severity   string `json:"severity,omitempty"`
	DecisionNo string `json:"decisionNo"`
	Basis      string `json:"basis,omitempty"`
	Fact       string `json:"fact"`
	FineFen    *int64 `json:"fineFen,omitempty"`
}

func buildCredit(c *cells) *Draft {
	head := c.head()
	content := creditContent{
		Subject:    c.text("subject"),
		Kind:       c.text("kind"),
		Severity:   c.text("severity"),
		DecisionNo: c.text("decision_no"),
		Basis:      c.text("basis"),
		Fact:       c.text("fact"),
		FineFen:    c.money("fine_yuan", Fen),
	}
	return &Draft{
		Type:       typeCredit,
		Head:       head,
		Secrets:    []any{content},
		KeepSealed: true,
		encode: func(sealed []string) ([]byte, error) {
			return json.Marshal(creditPayload{Header: head, Sealed: sealed})
		},
	}
}
