package record

// Mark says that something is the matter with a node of the lot graph, a lot
// or a mix. It is in force while its cause is.
type Mark struct {
	Kind string `json:"kind"`
	By   string `json:"by"` // id of the record that caused it: its Cause; or MarkMany
}

// Kinds of mark.
const (
	MarkNonFood = "nonfood" // must not be eaten
	MarkReview  = "review"  // rests on a record that was taken back and could not be undone
	MarkHold    = "hold"    // does not move
	MarkRecall  = "recall"  // called back
)

// MaxMarks bounds the marks that a node lists. Causes that are lifted make
// room; what then does not fit is not lost: a collective mark of its kind,
// by MarkMany, stands for it and is in force until a regulator's release of
// that node takes it off.
const (
	MaxMarks = 64
	MarkMany = "many"
)

// Cause is why marks stand, kept under the record that set the first of them.
// To lift it is one write, and lifts it on every node that it reached.
type Cause struct {
	Kind     string   `json:"kind"`
	Issuer   string   `json:"issuer"` // of the record that caused it
	Ref      string   `json:"ref"`
	Nodes    []string `json:"nodes,omitempty"`  // where it was set; it spreads from there
	Lifted   string   `json:"lifted,omitempty"` // id of the record that lifted it
	Reason   string   `json:"reason,omitempty"`
	Document string   `json:"document,omitempty"` // of a hold
	Level    int      `json:"level,omitzero"`     // of a recall
	Notice   string   `json:"notice,omitempty"`
	To       string   `json:"to,omitempty"`      // of a recall: who takes the grain back
	Voided   string   `json:"voided,omitempty"`  // of a review: id of the record that was taken back
	Instead  string   `json:"instead,omitempty"` // and of what replaces it
}

// MixMarks are the marks of a mix that its bin no longer holds. Those of the
// present one stand in BinState, whatever stands here.
type MixMarks struct {
	Marks []Mark `json:"marks,omitempty"`
}
