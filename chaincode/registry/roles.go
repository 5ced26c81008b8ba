// Package registry holds the rules of the registry: enterprises, facilities,
// keys, devices and rule tables, and who may sign what.
package registry

import (
	"slices"
	"strings"

	"github.com/grainledger/grainledger/record"
)

// trade is every kind that can hold grain.
var trade = []string{record.KindFarmCoop, record.KindStorage, record.KindProcessor,
	record.KindLogistics, record.KindRetail}

// issuers says which kinds of enterprise may sign a type of record. What else
// must hold (own grain, own division, own bin) stands with the type's rule.
var issuers = map[record.Type][]string{
	record.TypeEnterprise: {record.KindRegulator},
	record.TypeFacility:   {record.KindRegulator},
	record.TypeDevice:     {record.KindRegulator},
	record.TypeRule:       {record.KindRegulator},
	record.TypeKey: append([]string{record.KindRegulator, record.KindMinistry,
		record.KindLab}, trade...),
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
	record.TypeVoid:       append([]string{record.KindRegulator, record.KindLab}, trade...),
	record.TypeCorrect:    append([]string{record.KindRegulator, record.KindLab}, trade...),
	record.TypeHold:       append([]string{record.KindRegulator}, trade...),
	record.TypeRecall:     append([]string{record.KindRegulator}, trade...),
	record.TypeRelease:    append([]string{record.KindRegulator, record.KindLab}, trade...),
}

// MayIssue tells whether an enterprise of the kind may sign records of the
// type at all.
func MayIssue(kind string, t record.Type) bool { return slices.Contains(issuers[t], kind) }

// national is the division of a regulator for the whole country.
const national = "000000"

// Covers tells whether a regulator of one division (GB/T 2260) acts in
// another: 000000 everywhere, xx0000 in its province, xxxx00 in its prefecture.
func Covers(regulator, division string) bool {
	prefix := regulator
	switch {
	case regulator == national:
		prefix = ""
	case strings.HasSuffix(regulator, "0000"):
		prefix = regulator[:2]
	case strings.HasSuffix(regulator, "00"):
		prefix = regulator[:4]
	}
	return strings.HasPrefix(division, prefix)
}
