package record

// Code is a reason why the ledger refuses a record (or a whole transaction).
// The list is append-only: a number, once given, keeps its meaning for ever,
// because refusals are part of committed transactions.
//
// Where several reasons apply, the one with the lowest number is given. The
// thousands say what kind of reason it is, in the order in which the ledger
// looks: 1 form, 2 signature, 3 reference, 4 authority, 5 existence,
// 6 custody and ownership, 7 fitness, 8 quantity (of grain, and from 8101 on
// of a log's leaves), 9 the ledger itself.
type Code int

// Reasons. The comment behind each is its meaning for the person who is told.
const (
	Malformed       Code = 1001 // not an envelope, or not the JSON of its type
	UnsupportedType Code = 1002 // the type is unknown, or its rules are not in force on this ledger yet
	TooLarge        Code = 1003 // envelope, payload or list beyond its limit
	BadUSCC         Code = 1010 // not a unified social credit code (GB 32100)
	BadFacilityCode Code = 1011 // not a facility code (LS/T 1714), or not under its parent
	BadGTIN         Code = 1012 // not a GTIN-14, or its check digit is wrong
	BadQuantity     Code = 1020 // a weight that is not positive, or beyond 10^15 grams
	FutureTime      Code = 1030 // occurredAt lies after the transaction's time
	WeightMismatch  Code = 1040 // net is not gross - tare - deduction
	BadField        Code = 1090 // another field that is missing, too long or of the wrong form

	BadSignature Code = 2001 // no valid signature by a registered key of the issuer
	TooFewSigned Code = 2002 // the root's record carries fewer of its keys' signatures than its threshold
	BadSealed    Code = 2003 // a sealed part does not match the SM3 by which its record names it

	Duplicate   Code = 3001 // the same record was accepted before; its first receipt stands
	RefConflict Code = 3002 // the issuer has used this ref for another record

	KeyNotValid   Code = 4001 // the signing key is revoked, expired or not yet valid
	NotAuthorised Code = 4002 // the issuer may not sign this type, or not for this subject

	UnknownLot        Code = 5001 // no such lot
	LotExists         Code = 5002 // the id of a new lot, or its GTIN and batch, is taken
	UnknownBin        Code = 5003 // no such bin is registered
	UnknownShipment   Code = 5004 // no such shipment of this lot by this shipper
	UnknownEnterprise Code = 5005 // no such enterprise is registered
	UnknownKey        Code = 5006 // no such key is registered
	UnknownTable      Code = 5007 // no such rule table
	WrongLotKind      Code = 5008 // the lot exists, but is not of the kind that this record needs
	UnknownRecord     Code = 5009 // the issuer has no accepted record of this ref
	WrongRecordKind   Code = 5010 // the record exists, but is not one that can be voided, or released

	NotCustodian   Code = 6001 // the issuer never held any of it
	NotOwner       Code = 6002 // the named owner never owned any of it
	NotConsignee   Code = 6003 // the shipment goes to somebody else
	ShipmentClosed Code = 6004 // the shipment was received, returned or cancelled before
	OwnerUnclear   Code = 6005 // several parties own the lot: the record must name whose grain it is
	AlreadyVoided  Code = 6006 // the record was voided or corrected before
	AlreadyLifted  Code = 6007 // the hold, recall or review was released before

	MixedBin     Code = 7001 // the bin holds another owner's, another variety's or another nature's grain
	NoInspection Code = 7002 // no passing outbound inspection of the bin that is still valid
	NotForFood   Code = 7003 // the grain must not be used for food
	MixedLot     Code = 7004 // lots of different variety or nature cannot be merged
	OnHold       Code = 7005 // the grain is held or recalled: it does not move

	InsufficientQuantity Code = 8001 // less is there than the record takes
	MoreThanShipped      Code = 8002 // more received than was shipped
	MassBalance          Code = 8003 // inputs and outputs differ
	ExcessLoss           Code = 8004 // the declared loss is above the dated rule for this process
	TooMuch              Code = 8005 // beyond what one bin (10^15 grams) or one lot (1,000 parties) can hold in the books

	LogShrunk       Code = 8101 // the log had more leaves when it was anchored last
	LogForked       Code = 8102 // the log had as many leaves when it was anchored last, and another root
	LogInconsistent Code = 8103 // no proof that the log begins with what was anchored of it

	AlreadyInitialised Code = 9001 // the ledger has another root
	NotInitialised     Code = 9002 // the ledger has no root yet
	ClockSkew          Code = 9003 // the transaction's time is too far from this node's clock
	BadCall            Code = 9004 // no such contract function, or wrong arguments
	Internal           Code = 9005 // the ledger's own failure; nothing was written, and trying again may help
	Panicked           Code = 9006 // the rules broke over something in the transaction; nothing was written
)

// reasons gives each code its word. The words stand in verdicts, reports and
// problem documents, so they are as permanent as the numbers.
var reasons = map[Code]string{
	Malformed: "malformed", UnsupportedType: "unsupported_type", TooLarge: "too_large",
	BadUSCC: "bad_uscc", BadFacilityCode: "bad_facility_code", BadGTIN: "bad_gtin",
	BadQuantity: "bad_quantity", FutureTime: "future_time", WeightMismatch: "weight_mismatch",
	BadField:     "bad_field",
	BadSignature: "bad_signature", TooFewSigned: "too_few_signed", BadSealed: "bad_sealed",
	Duplicate: "duplicate", RefConflict: "ref_conflict",
	KeyNotValid: "key_not_valid", NotAuthorised: "not_authorised",
	UnknownLot: "unknown_lot", LotExists: "lot_exists", UnknownBin: "unknown_bin",
	UnknownShipment: "unknown_shipment", UnknownEnterprise: "unknown_enterprise",
	UnknownKey: "unknown_key", UnknownTable: "unknown_table", WrongLotKind: "wrong_lot_kind",
	UnknownRecord: "unknown_record", WrongRecordKind: "wrong_record_kind",
	AlreadyVoided: "already_voided", AlreadyLifted: "already_lifted", OnHold: "on_hold",
	NotCustodian: "not_custodian", NotOwner: "not_owner", NotConsignee: "not_consignee",
	ShipmentClosed: "shipment_closed", OwnerUnclear: "owner_unclear",
	MixedBin: "mixed_bin", NoInspection: "no_inspection", NotForFood: "not_for_food", MixedLot: "mixed_lot",
	InsufficientQuantity: "insufficient_quantity", MoreThanShipped: "more_than_shipped",
	MassBalance: "mass_balance", ExcessLoss: "excess_loss", TooMuch: "too_much",
	LogShrunk: "log_shrunk", LogForked: "log_forked", LogInconsistent: "log_inconsistent",
	AlreadyInitialised: "already_initialised", NotInitialised: "not_initialised",
	ClockSkew: "clock_skew", BadCall: "bad_call", Internal: "internal", Panicked: "contract_panicked",
}

// String is the reason's word, for example "insufficient_quantity".
func (c Code) String() string {
	if s, ok := reasons[c]; ok {
		return s
	}
	return "unknown_reason"
}

// Codes lists every code there is, in no particular order.
func Codes() []Code {
	all := make([]Code, 0, len(reasons))
	for c := range reasons {
		all = append(all, c)
	}
	return all
}
