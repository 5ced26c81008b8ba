package proof

// Checks of a bundle, in their order. After one that fails the rest is not
// done: what stands behind it means nothing then.
const (
	CheckForm       = "form"       // the bundle is one, in its one spelling
	CheckCheckpoint = "checkpoint" // a trusted log signed the checkpoint
	CheckWitnesses  = "witnesses"  // enough trusted witnesses cosigned it
	CheckInclusion  = "inclusion"  // every record stands in the log under the checkpoint
	CheckRegistry   = "registry"   // every key hangs from the root
	CheckSignatures = "signatures" // every signature holds, by a key that was its issuer's
	CheckAnchor     = "anchor"     // the log's owner signed the checkpoint over to the ledger
	CheckPath       = "path"       // the records hang together and lead to the subject
	CheckCoverage   = "coverage"   // the sums and counts are those of the records
	CheckMarks      = "marks"      // no record in the bundle warns of the grain; it may warn and all holds
	CheckMixture    = "mixture"    // the share of each origin; never checked
	CheckBlock      = "block"      // the anchor's block and transaction; never checked
	CheckTime       = "time"       // whether keys were within their dates; never checked
	CheckJudgement  = "judgement"  // what the ledger judged; never checked
	CheckLater      = "later"      // what came after the checkpoint; never checked
	CheckTruth      = "truth"      // whether what was signed is true; never checked
)

// Outcomes of a check.
const (
	Holds      = "holds"
	Fails      = "fails"
	NotChecked = "not_checked"
	Warns      = "warns" // what is signed holds, and says that the grain is recalled, on hold or taken back
)

// Check is one check of a bundle and what came of it.
type Check struct {
	Check   string `json:"check"`
	Outcome string `json:"outcome"`
	// Why is a machine word: of a check that fails what is wrong, of one that
	// was not done what hinders it.
	Why string `json:"why,omitempty"`
	// At names the part of the bundle that a failure is about.
	At      string           `json:"at,omitempty"`
	Numbers map[string]int64 `json:"numbers,omitempty"`
	Names   []string         `json:"names,omitempty"` // of logs, witnesses and transactions
}

// Report is what became of a bundle's checks.
type Report struct {
	Subject Subject `json:"subject"`
	Holds   bool    `json:"holds"` // everything that a bundle can prove is proved
	Checks  []Check `json:"checks"`
}

// Find is the check of that name.
func (r *Report) Find(name string) Check {
	for _, c := range r.Checks {
		if c.Check == name {
			return c
		}
	}
	return Check{Check: name, Outcome: NotChecked}
}

// failure is why a check fails, and where.
type failure struct {
	why, at string
}

func (f *failure) Error() string { return f.why + " at " + f.at }

func fails(why, where string) error { return &failure{why, where} }
