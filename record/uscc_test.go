package record

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestUSCCVectors(t *testing.T) {
	for _, tc := range []struct {
		name, code string
		valid      bool
	}{
		{"the standard's example", "91350100M000100Y43", true},
		{"printed in an interface document", "91310115MA1K3CUM7M", true},
		{"in circulation, T", "91440300708461136T", true},
		{"in circulation, B", "91330100799655058B", true},
		{"synthetic, P", "91320500MA1TE2T01P", true},
		{"synthetic, 6", "91410100MA40A0B176", true},
		{"synthetic, R", "91230100123456788R", true},
		{"a co-operative", "93370100MA3ABCDE1A", true},
		{"a public institution", "1211000040000000XT", true},
		{"sum divisible by 31", "91110108MA90002060", true},

		{"the standard's wrong example", "91350100M000100Y4Z", false},
		{"looks real, should end in K", "9133010079965231XQ", false},
		{"should end in E", "91110000101130606D", false},
		{"empty", "", false},
		{"17 characters", "91350100M000100Y4", false},
		{"19 characters", "91350100M000100Y433", false},
		{"lower case", "91350100m000100y43", false},
		{"an I inside", "91350100I000100Y43", false},
		{"a letter in the division", "91A50100M000100Y43", false},
		{"full-width digits", "９１３５０１００M000100Y43", false},
		{"18 full-width characters", strings.Repeat("９", 18), false},
		{"18 bytes of full-width digits", strings.Repeat("９", 6), false},
		{"a space in front", " 1350100M000100Y43", false},
		{"a newline behind", "91350100M000100Y4\n", false},
		{"NUL bytes", strings.Repeat("\x00", 18), false},
		{"bytes beyond ASCII", strings.Repeat("\xff", 18), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if ValidUSCC(tc.code) != tc.valid {
				t.Errorf("ValidUSCC(%q) is not %v", tc.code, tc.valid)
			}
		})
	}
}

func TestUSCCCheckCharacter(t *testing.T) {
	for body, want := range map[string]byte{
		"91350100M000100Y4": '3', "9133010079965231X": 'K', "91110000101130606": 'E', "91110108MA9000206": '0',
	} {
		if got, ok := USCCCheckCharacter(body); !ok || got != want {
			t.Errorf("the check character of %s is %c, want %c", body, got, want)
		}
	}
	for _, body := range []string{"", "91350100M000100Y", "91350100M000100Y43", "91350100m000100Y4", "91350I00M000100Y4", "９１３５０"} {
		if got, ok := USCCCheckCharacter(body); ok {
			t.Errorf("%q has the check character %c", body, got)
		}
	}
}

func TestEverySubstitutionIsDetected(t *testing.T) {
	for _, code := range []string{regulator, depot, coop, carrier, lab} {
		for i := range code {
			for b := range 256 {
				changed := code[:i] + string([]byte{byte(b)}) + code[i+1:]
				if changed != code && ValidUSCC(changed) {
					t.Errorf("%s passes for %s", changed, code)
				}
			}
		}
	}
}

// drawUSCC makes any valid code.
func drawUSCC(t *rapid.T, label string) string {
	body := rapid.StringMatching(`[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}`).Draw(t, label)
	c, ok := USCCCheckCharacter(body)
	if !ok {
		t.Fatalf("%s has no check character", body)
	}
	return body + string(c)
}

func TestEachBodyHasOneCheckCharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := drawUSCC(t, "body")
		n := 0
		for _, c := range usccAlphabet {
			if ValidUSCC(code[:17] + string(c)) {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%s has %d check characters", code[:17], n)
		}
	})
}

func TestInnerCheck(t *testing.T) {
	for _, tc := range []struct {
		code  string
		holds bool
	}{
		{"91440300708461136T", true},
		{"91330100799655058B", true},
		{"91310115MA1K3CUM7M", true},
		{"91320500MA1TE2T01P", true},
		{"1211000040000000XT", true}, // the inner check character is X
		{"91110000000000001X", false},
		{"", false},
		{"91320500MA1TE2T01", false},
		{strings.Repeat("\x00", 18), false},
		{strings.Repeat("\xff", 18), false},
	} {
		if InnerCheckHolds(tc.code) != tc.holds {
			t.Errorf("InnerCheckHolds(%q) is not %v", tc.code, tc.holds)
		}
	}
}

func TestInnerCheckIsNoPartOfValidity(t *testing.T) {
	for _, inner := range usccAlphabet {
		body := depot[:16] + string(inner)
		last, ok := USCCCheckCharacter(body)
		if !ok || !ValidUSCC(body+string(last)) {
			t.Errorf("%s has no check character", body)
		}
		if holds := body == depot[:17]; InnerCheckHolds(body+string(last)) != holds {
			t.Errorf("the inner check of %s is not %v", body, holds)
		}
	}
}

func TestFacilityCodes(t *testing.T) {
	for _, tc := range []struct {
		name, code string
		valid, bin bool
	}{
		{"depot", depotCode, true, false},
		{"warehouse", warehouseCode, true, false},
		{"section", sectionCode, true, true},
		{"bin", binCode, true, true},
		{"the document's example", "91350100M000100Y43001000100101", true, true},
		{"the enterprise alone", depot, false, false},
		{"20 characters", depot + "01", false, false},
		{"22 characters", depotCode + "0", false, false},
		{"24 characters", depotCode + "001", false, false},
		{"26 characters", warehouseCode + "0", false, false},
		{"27 characters", warehouseCode + "01", false, false},
		{"29 characters", sectionCode + "1", false, false},
		{"31 characters", binCode + "0", false, false},
		{"a letter", binCode[:29] + "A", false, false},
		{"a full-width digit", sectionCode[:27] + "１", false, false},
		{"a minus sign", depot + "-01", false, false},
		{"wrong 18th character", "91350100M000100Y44001000100101", false, false},
		{"lower case", strings.ToLower(binCode), false, false},
		{"empty", "", false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if ValidFacilityCode(tc.code) != tc.valid {
				t.Errorf("ValidFacilityCode is not %v", tc.valid)
			}
			if IsBinCode(tc.code) != tc.bin {
				t.Errorf("IsBinCode is not %v", tc.bin)
			}
		})
	}
}

func TestGTIN(t *testing.T) {
	for code, valid := range map[string]bool{
		"06901234567892":  true,
		"16901234567899":  true, // a case of the same item
		"00000000000000":  true,
		"6901234567892":   false, // GTIN-13
		"006901234567892": false,
		"06901234567891":  false,
		"06901234567829":  false, // the last two swapped
		"0690123456789X":  false,
		"0690123456789 ":  false,
		"":                false,
		"０69012345678":    false,
	} {
		if ValidGTIN(code) != valid {
			t.Errorf("ValidGTIN(%q) is not %v", code, valid)
		}
	}
}

func TestEverySubstitutionInAGTINIsDetected(t *testing.T) {
	for i := range gtin14 {
		for b := range 256 {
			changed := gtin14[:i] + string([]byte{byte(b)}) + gtin14[i+1:]
			if changed != gtin14 && ValidGTIN(changed) {
				t.Errorf("%s passes for %s", changed, gtin14)
			}
		}
	}
}
