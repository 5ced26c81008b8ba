package record

import "strings"

// usccAlphabet is the character set of GB 32100-2015; a character's value is
// its index. I, O, S, V and Z never appear.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// usccValue maps a byte to its value plus one, 0 for a foreign character.
var usccValue = func() (t [256]byte) {
	for i := range len(usccAlphabet) {
		t[usccAlphabet[i]] = byte(i + 1)
	}
	return t
}()

// usccWeights are 3^i mod 31 for positions 1 to 17.
var usccWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// ValidUSCC tells whether s is a unified social credit code: 18 characters of
// the standard's alphabet, digits in positions 3 to 8, and the MOD 31-3 check
// character in position 18 (GB 32100-2015). The inner check of positions 9 to
// 17 is not part of it: see InnerCheckHolds.
func ValidUSCC(s string) bool {
	if len(s) != 18 {
		return false
	}
	sum := 0
	for i := range 18 {
		v := int(usccValue[s[i]])
		if v == 0 || (i >= 2 && i < 8 && v > 10) {
			return false
		}
		if i < 17 {
			sum += (v - 1) * usccWeights[i]
		}
	}
	return s[17] == usccAlphabet[(31-sum%31)%31]
}

// USCCCheckCharacter computes the 18th character for the first 17 of s. It
// reports false where they are not of the right form.
func USCCCheckCharacter(s string) (byte, bool) {
	for i := range len(usccAlphabet) {
		if len(s) == 17 && ValidUSCC(s+usccAlphabet[i:i+1]) {
			return usccAlphabet[i], true
		}
	}
	return 0, false
}

// InnerCheckHolds tells whether positions 9 to 17 carry the check character
// of GB 11714. Some issuers did not keep it for codes given later, so a
// failing inner check is a warning and never a refusal.
func InnerCheckHolds(uscc string) bool {
	if len(uscc) != 18 {
		return false
	}
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		c := uscc[8+i]
		if c >= 'A' {
			sum += int(c-'A'+10) * w
		} else {
			sum += int(c-'0') * w
		}
	}
	return uscc[16] == "0X987654321"[sum%11]
}

// ValidFacilityCode tells whether s is a facility code by LS/T 1714: the
// enterprise's USCC followed by 3 (depot), 7 (warehouse), 10 (section) or 12
// (bin) digits.
func ValidFacilityCode(s string) bool {
	switch len(s) {
	case 21, 25, 28, 30:
		return ValidUSCC(s[:18]) && strings.Trim(s[18:], "0123456789") == ""
	}
	return false
}

// IsBinCode tells whether s has the form of the code of a vessel that can
// hold grain (section or bin). Lot ids never have this form.
func IsBinCode(s string) bool { return len(s) >= 28 && ValidFacilityCode(s) }

// ValidGTIN tells whether s is a GTIN-14: 14 digits with the GS1 mod 10 check
// digit.
func ValidGTIN(s string) bool {
	if len(s) != 14 {
		return false
	}
	sum := 0
	for i := range 14 {
		d := int(s[i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 0 { // weights 3,1,3,... from the left of 14 digits
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}
