package contract_test

import (
	"testing"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/record"
)

// TestPanicsAreRefusals: a record over which the rules panic refuses its
// transaction and leaves the process as it was.
func TestPanicsAreRefusals(t *testing.T) {
	const want = "GL9006 contract_panicked: the contract panicked"
	for _, test := range []struct {
		name string
		run  func(w *world) error
	}{
		{"in Invoke's own goroutine", func(w *world) error {
			_, err := w.contract.Invoke(brokenStub{}, record.FnState, [][]byte{[]byte(`["root"]`)})
			return err
		}},
		{"where signatures are checked", func(w *world) error {
			w.contract.Poison(w.key(coop).Public().Point())
			batch, err := record.EncodeBatch([][]byte{w.sign(&record.Harvest{
				Header: w.head(coop), Lot: "H1", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: kg,
			})})
			if err != nil {
				w.Fatal(err)
			}
			_, err = w.run(record.FnSubmit, batch, nil)
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			before := w.digest()
			if err := test.run(w); err == nil || err.Error() != want || record.CodeOf(err) != record.Panicked {
				t.Errorf("error %v", err)
			}
			if w.digest() != before {
				t.Error("something was written")
			}
			w.accept(&record.Facility{Header: w.head(rootUSCC), Code: depot2 + "001000200101", Name: "货位", USCC: depot2, Kind: record.FacilityBin, CapacityGrams: kg})
		})
	}
}

// brokenStub panics when it is read.
type brokenStub struct{ contract.Stub }

func (brokenStub) GetTxID() string { return "t" }

func (brokenStub) GetMultipleStates(...string) ([][]byte, error) { panic("out of barley") }
