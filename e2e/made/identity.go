package made

import (
	"fmt"
	"strings"
)

// usccAlphabet and the weights 3^i mod 31 are those of GB 32100-2015.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// uscc makes a code out of its first 17 characters.
func uscc(first string) string {
	sum, weight := 0, 1
	for _, c := range first {
		sum += strings.IndexRune(usccAlphabet, c) * weight
		weight = weight * 3 % 31
	}
	return first + string(usccAlphabet[(31-sum%31)%31])
}

// mistyped is a code with another last character.
func mistyped(code string) string {
	i := strings.IndexByte(usccAlphabet, code[17])
	return code[:17] + string(usccAlphabet[(i+1)%len(usccAlphabet)])
}

// innerCheck is the check character of GB 11714 for eight digits.
func innerCheck(digits string) string {
	sum := 0
	for i, weight := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(digits[i]-'0') * weight
	}
	return "0X987654321"[sum%11 : sum%11+1]
}

// gtin makes a GTIN-14 out of its first 13 digits.
func gtin(first string) string {
	sum := 0
	for i, c := range first {
		d := int(c - '0')
		if i%2 == 0 {
			d *= 3
		}
		sum += d
	}
	return first + fmt.Sprint((10-sum%10)%10)
}

// party is an enterprise.
type party struct {
	uscc string
	name string
	kind string
}

const division = "410727"

// enterprise makes a party and its row.
func (w *world) enterprise(prefix, name, kind string) *party {
	digits := fmt.Sprintf("%08d", w.rand.IntN(1e8))
	p := &party{uscc: uscc(prefix + division + digits + innerCheck(digits)), name: name, kind: kind}
	w.parties = append(w.parties, p)
	w.register("enterprise", cells{"uscc": p.uscc, "name": name, "kind": kind, "division": division,
		"lon": "114.43", "lat": "35.05"})
	return p
}

// register adds a row of the registry; the order of its rows counts.
func (w *world) register(file string, c cells) *row {
	r := &row{cells: c}
	w.table(file).rows = append(w.table(file).rows, r)
	return r
}

// bin registers a bin of a party; every third is a section without 货位.
func (w *world) bin(p *party, n int) {
	code := p.uscc + "001" + fmt.Sprintf("%04d", n+1) + "001"
	if n%3 != 2 {
		code += "01"
	}
	w.register("facility", cells{"code": code, "name": fmt.Sprintf("%d号仓", n+1), "uscc": p.uscc, "kind": "bin",
		"capacity_kg": "3000000"})
	w.bins = append(w.bins, &bin{code: code, keeper: p, rests: p == w.depots[0] && n == 0})
}

// settle registers who takes part, and plants what is wrong in the registry.
func (w *world) settle() {
	w.regulator = w.enterprise("11", "县粮食和物资储备局", "regulator")
	w.lab = w.enterprise("12", "粮油质量检测站", "lab")
	w.carriers = append(w.carriers, w.enterprise("91", "顺达运输", "logistics"))
	for i := range 3 {
		w.coops = append(w.coops, w.enterprise("93", fmt.Sprintf("第%d合作社", i+1), "farm_coop"))
	}
	for i := range w.opt.Depots {
		w.depots = append(w.depots, w.enterprise("91", fmt.Sprintf("第%d粮库", i+1), "storage"))
	}
	for i := range 2 {
		w.reserves = append(w.reserves, w.enterprise("91", fmt.Sprintf("第%d储备公司", i+1), "storage"))
	}
	for i := range w.opt.Mills {
		w.mills = append(w.mills, w.enterprise("91", fmt.Sprintf("第%d面粉厂", i+1), "processor"))
	}
	for i := range 2 {
		w.shops = append(w.shops, w.enterprise("92", fmt.Sprintf("第%d粮店", i+1), "retail"))
	}
	for _, d := range w.depots {
		w.register("facility", cells{"code": d.uscc + "001", "name": "主库区", "uscc": d.uscc, "kind": "depot"})
		for i := range w.opt.Bins {
			w.bin(d, i)
		}
	}
	for _, m := range w.mills {
		w.bin(m, 0)
	}
	w.spoilRegistry()
}

func (w *world) spoilRegistry() {
	enterprises, facilities := w.table("enterprise"), w.table("facility")
	bad := enterprises.rows[3].cells.clone()
	bad["uscc"] = mistyped(bad["uscc"])
	w.register("enterprise", bad).refuse("bad_uscc")
	again := enterprises.rows[4]
	again.same = w.sames()
	w.register("enterprise", again.cells).same = again.same
	other := enterprises.rows[5].cells.clone()
	other["name"] += "（更名）"
	w.register("enterprise", other).refuse("ref_conflict")
	again = facilities.rows[1]
	again.same = w.sames()
	w.register("facility", again.cells).same = again.same
}

func (r *row) refuse(reason string) { r.verdict, r.reason = "rejected", reason }
