package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// inheritNonFood marks a new lot whose parent must not be eaten, or of whose
// grains some were bought for another purpose than food.
func inheritNonFood(c *state.Case, child *record.LotState, parent string, nonFoodGrams int64) {
	switch {
	case child.NonFood != "":
	case parent != "":
		child.NonFood = parent
	case nonFoodGrams > 0:
		child.NonFood = c.ID
	}
}

// mixNonFood makes a bin unfit for food when such grain goes into it. What
// happened must stand in the books, so it is flagged and not refused.
func mixNonFood(c *state.Case, b *record.BinState, lotNonFood string, nonFoodGrams int64) {
	bad := lotNonFood != "" || nonFoodGrams > 0
	if b.Grams > 0 && bad != (b.NonFood != "") {
		c.Flag(record.FlagNonFoodMixed)
	}
	switch {
	case b.NonFood != "":
	case lotNonFood != "":
		b.NonFood = lotNonFood
	case bad:
		b.NonFood = c.ID
	}
}
