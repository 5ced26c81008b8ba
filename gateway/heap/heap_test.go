package heap

import "testing"

func TestRatio(t *testing.T) {
	for _, tc := range []struct {
		name string
		live uint64
		want int
	}{
		{"before the first collection", 0, mostRatio},
		{"a small heap", 1 << 20, mostRatio},
		{"a quarter of the allowance", Allowance / 4, 400},
		{"as large as the allowance", Allowance, 100},
		{"larger", 10 * Allowance, 100},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := ratio(tc.live); got != tc.want {
				t.Errorf("%d %%, want %d", got, tc.want)
			}
		})
	}
}

func TestTheRuntimeTellsTheLiveHeap(t *testing.T) {
	if got := live(); got == Allowance {
		t.Error("the runtime has no such metric any more")
	}
}
