package record

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Outcome is what the ledger decided about a record.
type Outcome string

// Outcomes.
const (
	Accepted    Outcome = "accepted"
	IsDuplicate Outcome = "duplicate" // no harm: the first receipt stands
	Rejected    Outcome = "rejected"
)

// Flag is something worth a look that is no reason to refuse.
type Flag string

// Flags. Like reasons, a word keeps its meaning for ever.
const (
	FlagInnerCheck        Flag = "inner_check" // positions 9-17 of the USCC fail GB 11714
	FlagUnconfirmed       Flag = "unconfirmed_by_seller"
	FlagDeduction         Flag = "deduction_differs" // from the dated table
	FlagYield             Flag = "yield_unusual"
	FlagOverCapacity      Flag = "over_capacity"
	FlagTransitLoss       Flag = "transit_loss_unusual"
	FlagOverQuota         Flag = "over_quota" // 超耗: the holder has to make it good
	FlagNonFood           Flag = "became_non_food"
	FlagNonFoodMixed      Flag = "non_food_mixed"     // grain fit for food was mixed with grain that is not
	FlagStandard          Flag = "standard_differs"   // the lab names another standard than the one applied
	FlagNoRule            Flag = "no_rule"            // no dated rule covers this variety or process at that date
	FlagRegulatorNotified Flag = "regulator_notified" // a write-off shows to the regulator
	FlagNotCounted        Flag = "not_counted"        // an outbound report older than the bin's last deposit
	FlagCosigned          Flag = "cosigned"           // a counterparty's signature was added to an accepted record
	FlagUndone            Flag = "undone"             // of a void: what the record did is taken back
	FlagUnderReview       Flag = "under_review"       // of a void: others have built on it, so it is marked and not undone
	FlagStillNonFood      Flag = "still_non_food"     // of a void: lab and regulator have not both signed, so the grain must not be eaten yet
)

// Verdict is the ledger's answer to one record. The verdicts of a transaction
// are its response, so a refusal can be proved as an acceptance can.
type Verdict struct {
	ID      string  `json:"id,omitempty"` // empty where there was no envelope to hash
	Type    Type    `json:"type,omitempty"`
	Issuer  string  `json:"issuer,omitempty"`
	Ref     string  `json:"ref,omitempty"`
	Outcome Outcome `json:"verdict"`
	Code    Code    `json:"code,omitzero"`
	Reason  string  `json:"reason,omitempty"`
	Field   string  `json:"field,omitempty"`
	Detail  string  `json:"detail,omitempty"`
	Flags   []Flag  `json:"flags,omitempty"`
	Tx      string  `json:"tx,omitempty"` // the transaction that accepted it (the first one's, for a duplicate)
	Index   int     `json:"index"`        // its place in that transaction
}

// Refusal makes the verdict that err asks for.
func Refusal(err error) Verdict {
	v := Verdict{Outcome: Rejected, Code: Internal, Detail: "internal error"}
	if e, ok := asError(err); ok {
		v.Code, v.Field, v.Detail = e.Code, e.Field, e.Detail
	}
	v.Reason = v.Code.String()
	return v
}

// Err is the refusal as an error; nil for other outcomes.
func (v *Verdict) Err() error {
	if v.Outcome != Rejected {
		return nil
	}
	return &Error{Code: v.Code, Field: v.Field, Detail: v.Detail}
}

// anyJSON lets a batch carry whatever is JSON at all: what is wrong inside an
// envelope is for that record's own verdict.
var anyJSON = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// EncodeBatch writes the envelopes of a transaction: a JSON array of
// envelopes as they came.
func EncodeBatch(envelopes [][]byte) ([]byte, error) {
	b := []byte{'['}
	for i, e := range envelopes {
		if !jsontext.Value(e).IsValid(anyJSON) {
			return nil, &Error{Malformed, strconv.Itoa(i), "is not JSON"}
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e...)
	}
	return append(b, ']'), nil
}

// DecodeBatch splits a transaction's argument into envelopes, undecoded.
func DecodeBatch(data []byte) ([][]byte, error) {
	var parts []jsontext.Value
	if err := json.Unmarshal(data, &parts, anyJSON); err != nil {
		return nil, malformed(err)
	}
	out := make([][]byte, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, nil
}

// EventName is the name of the one event of a transaction.
const EventName = "grainledger.records.v2"

// EventVersion is the version of its form.
const EventVersion = 2

// Event lists what a transaction accepted, in record order.
type Event struct {
	Version int           `json:"version"`
	Records []EventRecord `json:"records"`
}

// EventRecord names an accepted record.
type EventRecord struct {
	ID    string `json:"id"`
	Type  Type   `json:"type"`
	Index int    `json:"index,omitzero"` // place in the transaction, where it is another than in this list
	Flags []Flag `json:"flags,omitempty"`
}

// Names of the contract's functions.
const (
	FnInit   = "Init"   // args: Root as JSON
	FnSubmit = "Submit" // args: a batch; answers verdicts
	FnSeal   = "Seal"   // args: SealRequest as JSON; transient: part name -> part
	FnSpread = "Spread" // args: JSON list of SpreadStep; answers SpreadDone
	FnState  = "State"  // args: JSON list of keys; answers a JSON list of values; evaluate only

	// FnPreview answers the verdicts that a batch of unsigned envelopes would
	// get if each were signed by its issuer; evaluate only.
	FnPreview = "Preview"
)
