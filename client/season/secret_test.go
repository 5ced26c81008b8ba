package season_test

import (
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

const purchaseHeader = "issuer,ref,occurred_at,lot,seller,nature,gross_kg,tare_kg,deduct_kg,net_kg,price_yuan_per_kg,variety\n"

func purchaseOf(t *testing.T, seller, price string) season.Row {
	t.Helper()
	rows, err := decode(t, record.TypePurchase, purchaseHeader+
		"91320582508808129Y,SG-1,2025-10-12T08:00:00+08:00,P-1,"+seller+",200,3,1,0,2,"+price+",1132002\n")
	if err != nil || rows[0].Refusal != nil {
		t.Fatal(err, rows)
	}
	return rows[0]
}

func TestPersonsAreSealedAndEnterprisesAreNot(t *testing.T) {
	for seller, public := range map[string]bool{
		"9332058226100911H2":    true,
		"9332058226100911H9":    true, // mistyped: to be refused, not taken for a name
		"9332058226100911h2":    true,
		"9332058226100911H":     true,
		"张三":                    false,
		"Zhang San":             false,
		"13800138000":           false, // a telephone number
		"320582198001011234":    false, // an identity number has the length of a USCC
		"32058219800101123X":    false,
		"32058219800101123":     false,
		"阿卜杜拉·买买提":              false,
		"Very Long Name Indeed": false,
	} {
		text, parts, err := purchaseOf(t, seller, "").Draft.Seal(sealKey())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), seller) != public {
			t.Errorf("%s: public should be %t: %s", seller, public, text)
		}
		if (len(parts) == 0) != public {
			t.Errorf("%s: %d sealed parts", seller, len(parts))
		}
	}
}

func TestPriceAndPersonAreSealedApart(t *testing.T) {
	text, parts, err := purchaseOf(t, "张三", "2.78").Draft.Seal(sealKey())
	if err != nil {
		t.Fatal(err)
	}
	p, err := record.DecodePayload(record.TypePurchase, text)
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) != 2 || len(record.SealedNames(p)) != 2 {
		t.Fatalf("%d parts, %v", len(parts), record.SealedNames(p))
	}
	for i, want := range []string{`{"priceFenPerTonne":278000}`, `{"seller":"张三"}`} {
		name, err := record.CheckSealed(parts[i], "91320582508808129Y", "SG-1")
		if err != nil || name != record.SealedNames(p)[i] {
			t.Errorf("part %d: %s, %v", i, name, err)
		}
		if !strings.Contains(string(parts[i]), want) {
			t.Errorf("part %d is %s, want %s", i, parts[i], want)
		}
	}
	if strings.Contains(string(text), "278") {
		t.Errorf("the price stands in %s", text)
	}
}

func TestPlateIsSealed(t *testing.T) {
	rows, err := decode(t, "ship", "issuer,ref,occurred_at,lot,quantity_kg,owner,to,carrier,vehicle\n"+
		"91320582508808129Y,YS-1,2025-12-11T13:00:00+08:00,W-1,24556,9132058242815733PW,9132058242815733PW,913205826573319749,苏E37552\n")
	if err != nil {
		t.Fatal(err)
	}
	text, parts, err := rows[0].Draft.Seal(sealKey())
	if err != nil || len(parts) != 1 || strings.Contains(string(text), "苏E") || !strings.Contains(string(parts[0]), "苏E37552") {
		t.Errorf("payload %s, parts %q, %v", text, parts, err)
	}
}

// Of a penalty nothing leaves: not in the payload, not beside it.
func TestCreditShowsNothing(t *testing.T) {
	for _, line := range readSample(t, "credit.csv")[1:] {
		row := strings.Join(line, ",")
		rows, err := decode(t, "credit", "issuer,ref,occurred_at,subject,kind,severity,decision_no,basis,fact,fine_yuan\n"+row)
		if err != nil {
			t.Fatal(err)
		}
		text, parts, err := rows[0].Draft.Seal(sealKey())
		if err != nil || len(parts) != 0 {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		for _, cell := range line[3:] {
			if len(cell) > 1 && strings.Contains(string(text), cell) {
				t.Errorf("%s stands in %s", cell, text)
			}
		}
		if !strings.Contains(string(text), `"ref":"`+line[1]+`"`) || !strings.Contains(string(text), `"sealed":["`) {
			t.Errorf("payload %s", text)
		}
	}
}
