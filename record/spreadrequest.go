package record

import "strconv"

// MaxSpreadSteps bounds the edges of one Spread call.
const MaxSpreadSteps = 500

// SpreadStep names an edge of the lot graph along which the parent's marks
// shall reach the child.
type SpreadStep struct {
	Parent string `json:"parent"`
	Child  string `json:"child"`
	Record string `json:"record"` // that made the edge
}

// CheckSpread tells whether the argument of a Spread call has its form. Its
// error is an *Error BadCall.
func CheckSpread(steps []SpreadStep) error {
	if len(steps) == 0 || len(steps) > MaxSpreadSteps {
		return &Error{BadCall, "", "a spread names 1 to " + strconv.Itoa(MaxSpreadSteps) + " edges"}
	}
	for i, s := range steps {
		if !isNode(s.Parent) || !isNode(s.Child) || len(s.Record) != 64 || !isHex(s.Record) {
			return &Error{BadCall, strconv.Itoa(i), "is not an edge of the lot graph"}
		}
	}
	return nil
}

// SpreadDone is the answer of a Spread call.
type SpreadDone struct {
	Set int `json:"set"` // marks that were set; 0 where all were there
}
