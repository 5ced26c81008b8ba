package record

// The record types whose rules are in force.
const (
	// Registry types, signed by a regulator.
	TypeEnterprise Type = "enterprise"
	TypeFacility   Type = "facility"
	TypeKey        Type = "key"
	TypeDevice     Type = "device"
	TypeRule       Type = "rule"

	// Types that bring grain onto the ledger.
	TypeHarvest  Type = "harvest"
	TypePurchase Type = "purchase"

	// Types that move grain into and out of bins.
	TypeStore    Type = "store"
	TypeWithdraw Type = "withdraw"

	// Types that make lots out of lots.
	TypeSplit   Type = "split"
	TypeMerge   Type = "merge"
	TypeProcess Type = "process"

	// Types of transport.
	TypeShip       Type = "ship"
	TypeReceive    Type = "receive"
	TypeReturn     Type = "return"
	TypeCancelShip Type = "cancel-ship"

	// Types that take grain off the books.
	TypeAdjust   Type = "adjust"
	TypeWriteOff Type = "write-off"

	// TypeInspect attaches a report to a lot or bin.
	TypeInspect Type = "inspect"

	// TypeSell changes ownership.
	TypeSell Type = "sell"

	// TypeCheckpoint anchors the state of a transparency log.
	TypeCheckpoint Type = "checkpoint"
	// Types that take records back.
	TypeVoid    Type = "void"
	TypeCorrect Type = "correct"

	// Types that keep grain where it is, and let it go.
	TypeHold    Type = "hold"
	TypeRecall  Type = "recall"
	TypeRelease Type = "release"
)
