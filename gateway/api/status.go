package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// statusOf is the one table from the ledger's reasons to HTTP. It reports
// false for a code that it does not know, which a newer contract may give.
//
//	400  the body cannot be read as a record
//	403  the signature or the signer does not carry the record
//	409  the state of the ledger stands against it; another state may not
//	413  it is too large
//	422  it can be read and can never be right as it is
//	500  the ledger failed
//	503  the ledger cannot take it now
//
// A thing that the record names and the ledger does not know is 422, not 404:
// the address of the request was right.
func statusOf(c record.Code) (status int, known bool) {
	switch c {
	case record.Malformed:
		return http.StatusBadRequest, true
	case record.TooLarge:
		return http.StatusRequestEntityTooLarge, true
	case record.UnsupportedType,
		record.BadUSCC, record.BadFacilityCode, record.BadGTIN, record.BadQuantity,
		record.FutureTime, record.WeightMismatch, record.BadField, record.BadSealed,
		record.UnknownLot, record.UnknownBin, record.UnknownShipment,
		record.UnknownEnterprise, record.UnknownTable, record.UnknownRecord, record.WrongLotKind, record.WrongRecordKind,
		record.OwnerUnclear, record.MassBalance, record.ExcessLoss:
		return http.StatusUnprocessableEntity, true
	case record.BadSignature, record.TooFewSigned, record.UnknownKey,
		record.KeyNotValid, record.NotAuthorised,
		record.NotCustodian, record.NotOwner, record.NotConsignee:
		return http.StatusForbidden, true
	case record.Duplicate: // no refusal: the first receipt is the answer
		return http.StatusOK, true
	case record.RefConflict, record.LotExists, record.ShipmentClosed,
		record.MixedBin, record.NoInspection, record.NotForFood, record.MixedLot, record.OnHold, record.AlreadyVoided, record.AlreadyLifted,
		record.InsufficientQuantity, record.MoreThanShipped, record.TooMuch,
		record.LogShrunk, record.LogForked, record.LogInconsistent, record.AlreadyInitialised:
		return http.StatusConflict, true
	case record.NotInitialised, record.ClockSkew:
		return http.StatusServiceUnavailable, true
	case record.BadCall, record.Internal, record.Panicked:
		return http.StatusInternalServerError, true
	}
	return http.StatusUnprocessableEntity, false
}

// undecided is the one table from why records were not decided to problems. An
// outcome that is not known comes first: whatever else is in the error, the
// records may stand in the ledger. expected is false for what belongs in the
// log of the request as well.
func undecided(err error) (p Problem, expected bool) {
	var refused *ledger.ContractError
	var invalid *ledger.InvalidError
	switch {
	case errors.Is(err, ledger.ErrUnknown), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return problemUnknown, true
	case errors.Is(err, ledger.ErrBusy), errors.Is(err, jobs.ErrFull):
		return problemBusy, true
	case errors.Is(err, ledger.ErrQuota):
		return problemQuota, true
	case errors.Is(err, ledger.ErrForged):
		return problemForged, true
	case errors.Is(err, ledger.ErrPeerQuota):
		return problemPeerQuota, true
	case errors.Is(err, ledger.ErrConflict):
		return problemContention, true
	case errors.Is(err, ledger.ErrDisagree):
		return problemDisagree, true // the packer has told the operator
	case errors.As(err, &invalid):
		return problemInvalid, false
	case errors.Is(err, ledger.ErrTooLarge):
		return problemTxTooLarge, true
	case errors.Is(err, ledger.ErrUnavailable), errors.Is(err, ledger.ErrClosed), errors.Is(err, jobs.ErrClosed):
		return problemUnavailable, true
	case errors.As(err, &refused):
		return wholeRefusal(refused), false
	}
	return problemInternal, false
}
