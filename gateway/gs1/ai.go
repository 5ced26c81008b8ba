package gs1

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Application identifiers that mean something here.
const (
	AIGTIN   = "01"
	AICPV    = "22" // consumer product variant
	AIBatch  = "10"
	AISerial = "21"
	AITPX    = "235" // third-party controlled extension of a serial number
)

// part is a piece of an identifier's value: numeric or not, of a fixed length
// or up to a most.
type part struct {
	numeric bool
	fixed   bool
	length  int
}

// formats are the forms of the values, by identifier, as the GS1 General
// Specifications have them. n stands for any digit in the last place: the
// number of decimals.
var formats = readFormats(`
	00:N18 01:N14 02:N14 10:X..20 11:N6 12:N6 13:N6 15:N6 16:N6 17:N6 20:N2 21:X..20 22:X..20
	235:X..28 240:X..30 241:X..30 242:N..6 243:X..20 250:X..30 251:X..30 253:N13+X..17 254:X..20 255:N13+N..12
	30:N..8 310n:N6 311n:N6 312n:N6 313n:N6 314n:N6 315n:N6 316n:N6
	320n:N6 321n:N6 322n:N6 323n:N6 324n:N6 325n:N6 326n:N6 327n:N6 328n:N6 329n:N6
	330n:N6 331n:N6 332n:N6 333n:N6 334n:N6 335n:N6 336n:N6 337n:N6
	340n:N6 341n:N6 342n:N6 343n:N6 344n:N6 345n:N6 346n:N6 347n:N6 348n:N6 349n:N6
	350n:N6 351n:N6 352n:N6 353n:N6 354n:N6 355n:N6 356n:N6 357n:N6
	360n:N6 361n:N6 362n:N6 363n:N6 364n:N6 365n:N6 366n:N6 367n:N6 368n:N6 369n:N6
	37:N..8 390n:N..15 391n:N3+N..15 392n:N..15 393n:N3+N..15 394n:N4 395n:N6
	400:X..30 401:X..30 402:N17 403:X..30 410:N13 411:N13 412:N13 413:N13 414:N13 415:N13 416:N13 417:N13
	420:X..20 421:N3+X..9 422:N3 423:N3+N..12 424:N3 425:N3+N..12 426:N3 427:X..3
	7001:N13 7002:X..30 7003:N10 7004:N..4 7005:X..12 7006:N6 7007:N6+N..6 7008:X..3 7009:X..10 7010:X..2
	7020:X..20 7021:X..20 7022:X..20 7023:X..30 703n:N3+X..27
	710:X..20 711:X..20 712:X..20 713:X..20 714:X..20
	8001:N14 8002:X..20 8003:N14+X..16 8004:X..30 8005:N6 8006:N18 8007:X..34 8008:N8+N..4 8009:X..50
	8010:X..30 8011:N..12 8012:X..20 8013:X..25 8017:N18 8018:N18 8019:N..10 8020:X..25 8026:N18
	8110:X..70 8111:N4 8112:X..70 8200:X..70
	90:X..30 91:X..90 92:X..90 93:X..90 94:X..90 95:X..90 96:X..90 97:X..90 98:X..90 99:X..90`)

func readFormats(table string) map[string][]part {
	all := map[string][]part{}
	for _, entry := range strings.Fields(table) {
		ai, form, _ := strings.Cut(entry, ":")
		if stem, ranged := strings.CutSuffix(ai, "n"); ranged {
			for d := range 10 {
				all[stem+strconv.Itoa(d)] = readParts(form)
			}
			continue
		}
		all[ai] = readParts(form)
	}
	return all
}

func readParts(form string) []part {
	var parts []part
	for _, f := range strings.Split(form, "+") {
		length, variable := strings.CutPrefix(f[1:], "..")
		n, err := strconv.Atoi(length)
		if err != nil {
			panic("gs1: the table of formats: " + form)
		}
		parts = append(parts, part{numeric: f[0] == 'N', fixed: !variable, length: n})
	}
	return parts
}

// primary are the identifiers that a Digital Link may begin with.
var primary = map[string]bool{
	"00": true, AIGTIN: true, "253": true, "255": true, "401": true, "402": true, "410": true, "411": true,
	"412": true, "413": true, "414": true, "415": true, "417": true, "8003": true, "8004": true, "8006": true,
	"8010": true, "8013": true, "8017": true, "8018": true,
}

// checked are identifiers whose value ends with a check digit.
var checked = map[string]bool{
	"00": true, AIGTIN: true, "02": true, "402": true, "410": true, "411": true, "412": true, "413": true,
	"414": true, "415": true, "416": true, "417": true, "8017": true, "8018": true,
}

// aliases are the words that versions 1.0 to 1.2 of the standard allowed in
// place of numbers. Codes printed then still hang on shelves.
var aliases = map[string]string{
	"gtin": AIGTIN, "cpv": AICPV, "lot": AIBatch, "ser": AISerial, "exp": "17", "expdt": "7003",
	"sscc": "00", "gdti": "253", "gln": "414", "gcn": "255", "ginc": "401", "gsin": "402", "payto": "415",
	"grai": "8003", "giai": "8004", "itip": "8006", "cpid": "8010", "gsrnp": "8017", "gsrn": "8018",
}

// Known tells whether there is such an identifier, or an alias of one.
func Known(ai string) bool { return formats[ai] != nil || aliases[ai] != "" }

// CheckValue tells whether a value has the form of its identifier; a check
// digit must be right.
func CheckValue(ai, value string) error {
	rest := value
	for i, p := range formats[ai] {
		n := len(rest)
		if p.fixed {
			n = p.length
		}
		if len(rest) < n || n == 0 && (i == 0 || !p.numeric && len(formats[ai]) == 1) {
			return &Error{ai, "is too short"}
		}
		if n > p.length {
			return &Error{ai, fmt.Sprintf("is longer than %d characters", p.length)}
		}
		for _, b := range []byte(rest[:n]) {
			if p.numeric && (b < '0' || b > '9') {
				return &Error{ai, "has a character that is no digit"}
			}
			if !p.numeric && strings.IndexByte(charset, b) < 0 {
				return &Error{ai, "has a character outside GS1's set 82"}
			}
		}
		rest = rest[n:]
	}
	switch {
	case formats[ai] == nil:
		return &Error{ai, "is no application identifier"}
	case rest != "":
		return &Error{ai, "is too long"}
	case checked[ai] && !rightCheckDigit(value):
		return &Error{ai, "has a wrong check digit"}
	}
	return nil
}

// charset is GS1 AI encodable character set 82.
const charset = `!"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz`

// rightCheckDigit checks GS1's modulo 10: weights 3 and 1 from the right.
func rightCheckDigit(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}

// PadGTIN writes a GTIN of 8, 12, 13 or 14 digits with 14. Others come back as
// they are.
func PadGTIN(s string) string {
	switch len(s) {
	case 8, 12, 13:
		return strings.Repeat("0", 14-len(s)) + s
	}
	return s
}

// bitsForDigits is the room that a number of so many digits takes.
func bitsForDigits(n int) int {
	if n == 0 {
		return 0
	}
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	return most.Sub(most, big.NewInt(1)).BitLen()
}
