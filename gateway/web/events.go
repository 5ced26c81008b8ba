package web

import (
	"slices"
	"time"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// stage is a station on the way of the grain, in the order of the trade.
type stage string

const (
	stageHarvest      stage = "harvest"
	stagePurchase     stage = "purchase"
	stageCheckIn      stage = "check-in"
	stageStore        stage = "store"
	stageCheckStored  stage = "check-stored"
	stageCheckOut     stage = "check-out"
	stageWithdraw     stage = "withdraw"
	stageTrade        stage = "trade" // between enterprises, before the batch was made
	stageTransport    stage = "transport"
	stageRearrange    stage = "rearrange" // split and merge
	stageLoss         stage = "loss"
	stageProcess      stage = "process"
	stageCheckProduct stage = "check-product"
	stageSell         stage = "sell"
	stageOrder        stage = "order" // recalls, holds, and records that were taken back
	stageOther        stage = "other"
)

// stages in the order in which they follow when they begin at the same time.
var stages = []stage{stageHarvest, stagePurchase, stageCheckIn, stageStore, stageCheckStored, stageCheckOut,
	stageWithdraw, stageTrade, stageTransport, stageRearrange, stageLoss, stageProcess, stageCheckProduct,
	stageSell, stageOrder, stageOther}

// event is one thing that happened on the path.
type event struct {
	stage   stage
	at      time.Time
	actor   string // USCC of who did it
	with    string // USCC of the other party: seller, buyer or consignee
	carrier string
	nonFood bool   // sold or withdrawn for another purpose than food
	lot     string // the lot that it was about
	bin     string // of a deposit or withdrawal
	product string
	inputs  int
	arrived bool // of a transport: this is the receipt
	record  *index.Record
	report  *record.Inspection
}

// events lists what happened on the path, each record once. What happened to
// a parent beside the path (another buyer's share of it) is left out.
func (s *story) events() []event {
	w := newWay(s)
	seen := map[string]bool{}
	reported := map[string]*index.Record{}
	var out []event
	for _, n := range s.nodes {
		for i := range n.Records {
			r := &n.Records[i]
			if r.Type == record.TypeInspect {
				reported[r.ID] = r
			}
			if seen[r.ID] {
				continue
			}
			if e, ok := w.event(n, r); ok {
				seen[r.ID] = true
				out = append(out, e)
			}
		}
	}
	return append(out, s.reportEvents(reported)...)
}

// way is what belongs to the way of the lot.
type way struct {
	lot    string
	makers map[string]bool // records that made a lot of the path
	bins   map[string]bool
	actors map[string]bool // who signed for a lot of the path
	undone map[string]bool // shipments that came back, by shipper and ref
}

func newWay(s *story) way {
	w := way{lot: s.lot.Lot, makers: map[string]bool{}, bins: map[string]bool{},
		actors: map[string]bool{}, undone: map[string]bool{}}
	for _, n := range s.nodes {
		if n.Bin != "" {
			w.bins[n.Bin] = true
		}
		if n.Lot != nil {
			w.makers[n.Lot.Record] = true
			w.actors[n.Lot.Issuer] = true
		}
		for _, r := range n.Records {
			switch pay := decode(r).(type) {
			case *record.Return:
				w.undone[pay.Shipper+"/"+pay.Shipment] = true
			case *record.CancelShip:
				w.undone[pay.Issuer+"/"+pay.Shipment] = true
			}
		}
	}
	for _, e := range s.edges {
		w.makers[e.Record] = true
	}
	return w
}

// event reads a record as a station; false where it belongs to no station or
// lies beside the path.
func (w way) event(n index.Node, r *index.Record) (event, bool) {
	e := event{at: parseTime(r.OccurredAt), actor: r.Issuer, lot: n.ID, record: r}
	payload := decode(*r)
	switch r.Type {
	case record.TypeHarvest:
		e.stage = stageHarvest
		return e, w.makers[r.ID]
	case record.TypePurchase:
		e.stage = stagePurchase
		if pay, ok := payload.(*record.Purchase); ok {
			e.with, e.lot = pay.Seller, pay.Lot
		}
		return e, w.makers[r.ID]
	case record.TypeWithdraw:
		e.stage = stageWithdraw
		if pay, ok := payload.(*record.Withdraw); ok {
			e.nonFood, e.bin = pay.Purpose != record.PurposeFood, pay.Bin
		}
		return e, w.makers[r.ID]
	case record.TypeSplit, record.TypeMerge:
		e.stage = stageRearrange
		return e, w.makers[r.ID]
	case record.TypeProcess:
		e.stage = stageProcess
		if pay, ok := payload.(*record.Process); ok {
			e.inputs = len(pay.Inputs)
			e.product = productOf(pay, n.ID)
		}
		return e, w.makers[r.ID]
	case record.TypeStore:
		e.stage = stageStore
		if pay, ok := payload.(*record.Store); ok {
			e.lot, e.bin = pay.Lot, pay.Bin
			return e, w.bins[pay.Bin] || n.ID == w.lot
		}
		return e, true
	}
	return w.moved(n, e, payload)
}

// moved reads records that change who has a lot.
func (w way) moved(n index.Node, e event, payload record.Payload) (event, bool) {
	own := n.ID == w.lot
	switch e.record.Type {
	case record.TypeShip:
		e.stage = stageTransport
		if pay, ok := payload.(*record.Ship); ok {
			e.with, e.carrier = pay.To, pay.Carrier
			if w.undone[pay.Issuer+"/"+pay.Ref] {
				return e, false
			}
		}
	case record.TypeReceive:
		e.stage, e.arrived, e.with = stageTransport, true, e.actor
		if pay, ok := payload.(*record.Receive); ok {
			e.actor = pay.Shipper
		}
	case record.TypeSell:
		e.stage = stageTrade
		if own {
			e.stage = stageSell
		}
		if pay, ok := payload.(*record.Sell); ok {
			e.with, e.nonFood = pay.Buyer, pay.Purpose != record.PurposeFood
		}
	case record.TypeAdjust, record.TypeWriteOff:
		e.stage = stageLoss
		return e, true
	case record.TypeEnterprise, record.TypeFacility, record.TypeKey, record.TypeDevice, record.TypeRule,
		record.TypeInspect,                       // comes judged, from the reports
		record.TypeReturn, record.TypeCancelShip: // nothing moved in the end
		return e, false
	case record.TypeRecall, record.TypeHold, record.TypeRelease, record.TypeVoid, record.TypeCorrect:
		e.stage = stageOrder
		return e, true
	default:
		e.stage = stageOther
		return e, true
	}
	return e, own || payload == nil || w.actors[e.with]
}

func productOf(p *record.Process, lot string) string {
	i := slices.IndexFunc(p.Outputs, func(o record.Product) bool { return o.Lot == lot })
	if i < 0 {
		return ""
	}
	return p.Outputs[i].Product
}
