package epcis

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/record"
)

// Event is an EPCIS event as far as records reach. Members are in the order
// of the standard; extensions come last.
type Event struct {
	Context             any               `json:"@context,omitempty"`
	Type                string            `json:"type"`
	EventTime           string            `json:"eventTime"`
	EventTimeZoneOffset string            `json:"eventTimeZoneOffset"`
	RecordTime          string            `json:"recordTime,omitempty"`
	EventID             string            `json:"eventID,omitempty"`
	ErrorDeclaration    *ErrorDeclaration `json:"errorDeclaration,omitempty"`
	Action              string            `json:"action,omitempty"`
	EPCList             *[]string         `json:"epcList,omitzero"`
	QuantityList        []Quantity        `json:"quantityList,omitempty"`
	InputQuantityList   []Quantity        `json:"inputQuantityList,omitempty"`
	OutputQuantityList  []Quantity        `json:"outputQuantityList,omitempty"`
	TransformationID    string            `json:"transformationID,omitempty"`
	BizStep             string            `json:"bizStep,omitempty"`
	Disposition         string            `json:"disposition,omitempty"`
	ReadPoint           *Location         `json:"readPoint,omitempty"`
	BizLocation         *Location         `json:"bizLocation,omitempty"`
	BizTransactionList  []BizTransaction  `json:"bizTransactionList,omitempty"`
	SourceList          []Source          `json:"sourceList,omitempty"`
	DestinationList     []Destination     `json:"destinationList,omitempty"`
	SensorElementList   []SensorElement   `json:"sensorElementList,omitempty"`
	ILMD                *ILMD             `json:"ilmd,omitempty"`
	Extension
	Provenance
}

// Extension holds what the standard has no member for and a record says.
type Extension struct {
	Owner          string         `json:"gl:owner,omitempty"`
	Carrier        string         `json:"gl:carrier,omitempty"`
	Holder         string         `json:"gl:holder,omitempty"`
	To             string         `json:"gl:to,omitempty"`
	Purpose        string         `json:"gl:purpose,omitempty"`
	Stage          string         `json:"gl:stage,omitempty"`
	Standard       string         `json:"gl:standard,omitempty"`
	Kind           string         `json:"gl:kind,omitempty"`
	Before         record.Decimal `json:"gl:before,omitempty"`
	After          record.Decimal `json:"gl:after,omitempty"`
	MoistureBefore record.Decimal `json:"gl:moistureBefore,omitempty"`
	MoistureAfter  record.Decimal `json:"gl:moistureAfter,omitempty"`
	GrossGrams     int64          `json:"gl:grossGrams,omitzero"`
	TareGrams      int64          `json:"gl:tareGrams,omitzero"`
	DeductGrams    int64          `json:"gl:deductGrams,omitzero"`
	Process        string         `json:"gl:process,omitempty"`
	Outputs        []Output       `json:"gl:outputs,omitempty"`
	Byproducts     []Byproduct    `json:"gl:byproducts,omitempty"`
	LossGrams      int64          `json:"gl:lossGrams,omitzero"`
	Reason         string         `json:"gl:reason,omitempty"`
	Document       string         `json:"gl:document,omitempty"`
	Notice         string         `json:"gl:notice,omitempty"`
	Level          int            `json:"gl:level,omitzero"`
	Releases       string         `json:"gl:releases,omitempty"`    // event id
	ReleasesDoc    string         `json:"gl:releasesDoc,omitempty"` // its document
	Sealed         []string       `json:"gl:sealed,omitempty"`
}

// Provenance is what the ledger adds to a record's event.
type Provenance struct {
	Record   string        `json:"gl:record,omitempty"` // id
	Issuer   string        `json:"gl:issuer,omitempty"`
	Tx       string        `json:"gl:tx,omitempty"`
	Block    uint64        `json:"gl:block,omitzero"`
	Index    *int          `json:"gl:index,omitempty"` // among the records of the transaction
	Flags    []record.Flag `json:"gl:flags,omitempty"`
	Cosigned []string      `json:"gl:cosigned,omitempty"` // parties
}

// Quantity is so much of a class, in kilograms.
type Quantity struct {
	EPCClass string         `json:"epcClass"`
	Quantity jsontext.Value `json:"quantity,omitzero"`
	UOM      string         `json:"uom,omitempty"`
}

// Location is a place by its id.
type Location struct {
	ID string `json:"id"`
}

// BizTransaction names a business document.
type BizTransaction struct {
	Type           string `json:"type,omitempty"`
	BizTransaction string `json:"bizTransaction"`
}

// Source is where things come from.
type Source struct {
	Type   string `json:"type"`
	Source string `json:"source"`
}

// Destination is where things go.
type Destination struct {
	Type        string `json:"type"`
	Destination string `json:"destination"`
}

// SensorElement holds the items of a report.
type SensorElement struct {
	SensorReport []SensorReport `json:"sensorReport"`
}

// SensorReport is one measured item. Written stands where the lab wrote the
// value with more or fewer zeros than its number has.
type SensorReport struct {
	Type    string         `json:"type"` // gl:<item>
	Value   jsontext.Value `json:"value"`
	UOM     string         `json:"uom,omitempty"`
	Written record.Decimal `json:"gl:written,omitempty"`
}

// ILMD is what is said of a lot once and for all when it is made.
type ILMD struct {
	Variety     string         `json:"gl:variety,omitempty"`
	HarvestYear int            `json:"gl:harvestYear,omitzero"`
	Origin      string         `json:"gl:origin,omitempty"`
	AreaMu      record.Decimal `json:"gl:areaMu,omitempty"`
	Nature      string         `json:"gl:nature,omitempty"`
}

// Output says which lot and product an output of a process is.
type Output struct {
	EPCClass string `json:"gl:epcClass"`
	Lot      string `json:"gl:lot"`
	Product  string `json:"gl:product"`
}

// Byproduct is what leaves the books in processing.
type Byproduct struct {
	Name  string `json:"gl:name"`
	Grams int64  `json:"gl:grams"`
}

// ErrorDeclaration takes an event back. It stands on a restatement of the
// event under the same id, as the standard wants it.
type ErrorDeclaration struct {
	DeclarationTime    string   `json:"declarationTime"`
	Reason             string   `json:"reason,omitempty"`
	CorrectiveEventIDs []string `json:"correctiveEventIDs,omitempty"`
	Document           string   `json:"gl:document,omitempty"` // of the void or correct
	Words              string   `json:"gl:reason,omitempty"`
	Regulator          string   `json:"gl:regulator,omitempty"`
	Original           []byte   `json:"gl:original,omitempty"` // payload as signed, where its bytes are not those that EncodePayload writes
	Record             string   `json:"gl:record,omitempty"`   // id of the void or correct, from the ledger
}

// Event types.
const (
	objectEvent         = "ObjectEvent"
	transactionEvent    = "TransactionEvent"
	transformationEvent = "TransformationEvent"
)

// Actions.
const (
	actionAdd     = "ADD"
	actionObserve = "OBSERVE"
	actionDelete  = "DELETE"
)

// Kinds of source and destination.
const (
	owning     = "owning_party"
	possessing = "possessing_party"
)

// Units of measure, UN/ECE Recommendation 20.
const kilogram = "KGM"

// offsetOf is the time zone of an RFC 3339 time as EPCIS wants it: at most
// fourteen hours, and UTC by number.
func offsetOf(s string) string {
	if len(s) < 6 || strings.HasSuffix(s, "Z") {
		return "+00:00"
	}
	offset := s[len(s)-6:]
	if hours := offset[1:3]; hours > "14" || hours == "14" && offset[4:] != "00" {
		return "+00:00"
	}
	return offset
}

// localTime writes an event's time in its own zone, which is how records say
// when something happened. A time that is written in that zone stays as it is.
func localTime(eventTime, offset string) (string, error) {
	t, err := time.Parse(time.RFC3339, eventTime)
	if err != nil {
		return "", &FieldError{"eventTime", "is not a time in RFC 3339"}
	}
	if offset == "" || offset == offsetOf(eventTime) {
		return eventTime, nil
	}
	zone, err := time.Parse("-07:00", offset)
	if err != nil {
		return "", &FieldError{"eventTimeZoneOffset", "is not an offset such as +08:00"}
	}
	return t.In(zone.Location()).Format(time.RFC3339Nano), nil
}
