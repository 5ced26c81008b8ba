// Package registry holds the rules of the registry: enterprises, facilities,
// keys, devices and rule tables, and who may sign what.
package registry

import (
	"slices"

	"github.com/grainledger/grainledger/record"
)

// trade is every kind that can hold grain.
var trade = []string{record.KindFarmCoop, record.KindStorage, record.KindProcessor,
	record.KindLogistics, record.KindRetail}

// all is every kind of enterprise there is.
var all = append([]string{record.KindRegulator, record.KindMinistry, record.KindLab}, trade...)

// issuers says which kinds of enterprise may sign a type of record. What else
// must hold (own grain, own division, own bin) stands with the type's rule.
var issuers = map[record.Type][]string{
	record.TypeEnterprise: {record.KindRegulator},
	record.TypeFacility:   {record.KindRegulator},
	record.TypeDevice:     {record.KindRegulator},
	record.TypeRule:       {record.KindRegulator},
	record.TypeKey:        all,
	record.TypeHarvest:    {record.KindFarmCoop},
	record.TypePurchase:   trade,
	record.TypeInspect:    append([]string{record.KindLab}, trade...),
	record.TypeStore:      trade,
	record.TypeWithdraw:   trade,
	record.TypeSplit:      trade,
	record.TypeMerge:      trade,
	record.TypeProcess:    {record.KindProcessor, record.KindStorage, record.KindFarmCoop},
	record.TypeShip:       trade,
	record.TypeReceive:    trade,
	record.TypeReturn:     trade,
	record.TypeCancelShip: trade,
	record.TypeSell:       trade,
	record.TypeAdjust:     trade,
	record.TypeWriteOff:   trade,
	record.TypeCheckpoint: all, // whoever runs a gateway keeps logs, under its own name only
	record.TypeVoid:       append([]string{record.KindRegulator, record.KindLab}, trade...),
	record.TypeCorrect:    append([]string{record.KindRegulator, record.KindLab}, trade...),
	record.TypeHold:       append([]string{record.KindRegulator}, trade...),
	record.TypeRecall:     append([]string{record.KindRegulator}, trade...),
	record.TypeRelease:    append([]string{record.KindRegulator, record.KindLab}, trade...),
}

// MayIssue tells whether an enterprise of the kind may sign records of the
// type at all.
func MayIssue(kind string, t record.Type) bool { return slices.Contains(issuers[t], kind) }
