package lot

import (
	"slices"
	"strings"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// held is a lot with how it is held, ready to be changed: the stock is a copy.
type held struct {
	id    string
	lot   *record.LotState
	stock record.Stock
}

// find reads a lot that must exist.
func find(c *state.Case, id string) (*held, error) {
	lot := state.Get[record.LotState](c.View, record.LotKey(id))
	stock := state.Get[record.Stock](c.View, record.StockKey(id))
	if lot == nil || stock == nil {
		return nil, record.Refuse(record.UnknownLot, "%s", id)
	}
	return &held{id: id, lot: lot, stock: record.Stock{Parts: slices.Clone(stock.Parts), Last: stock.Last}}, nil
}

// absent wants the id of a new lot to be free.
func absent(c *state.Case, id string) error {
	if state.Get[record.LotState](c.View, record.LotKey(id)) != nil {
		return record.Refuse(record.LotExists, "%s", id)
	}
	return nil
}

// save writes the changed stock.
func (h *held) save(c *state.Case) {
	h.stock.Last = c.ID
	state.Put(c.View, record.StockKey(h.id), &h.stock)
}

// Marks of what a party ever had of a lot.
const (
	everOwned = 1
	everHeld  = 2
)

// look is the party's part, nil where it never had any.
func (h *held) look(party string) *record.Part {
	i, ok := h.search(party)
	if !ok {
		return nil
	}
	return &h.stock.Parts[i]
}

// maxParties bounds the parties of one lot, so that its stock stays a small
// value however it is sold on.
const maxParties = 1000

// roomFor wants the lot to have room for another party.
func (h *held) roomFor(party string) error {
	if h.look(party) == nil && len(h.stock.Parts) >= maxParties {
		return record.Refuse(record.TooMuch, "%s has had %d parties", h.id, maxParties)
	}
	return nil
}

// part is the party's part, made where there is none. Parts stay sorted by
// party, so that equal holdings have equal bytes.
func (h *held) part(party string) *record.Part {
	i, ok := h.search(party)
	if !ok {
		h.stock.Parts = slices.Insert(h.stock.Parts, i, record.Part{Party: party})
	}
	return &h.stock.Parts[i]
}

func (h *held) search(party string) (int, bool) {
	return slices.BinarySearchFunc(h.stock.Parts, party, func(p record.Part, party string) int {
		return strings.Compare(p.Party, party)
	})
}

// mustHaveHeld wants a party that held some of the lot at some time.
func (h *held) mustHaveHeld(party string) error {
	if p := h.look(party); p == nil || p.Was&everHeld == 0 {
		return record.Refuse(record.NotCustodian, "%s never held any of %s", party, h.id)
	}
	return nil
}

// mustHaveOwned wants a party that owned some of the lot at some time.
func (h *held) mustHaveOwned(party string) error {
	if p := h.look(party); p == nil || p.Was&everOwned == 0 {
		return record.Refuse(record.NotOwner, "%s never owned any of %s", party, h.id)
	}
	return nil
}

// owner resolves whose grain a record of the custodian is about: the one that
// it names; else the custodian, if it owns that much; else the hint (the owner
// of what lies in the bin already); else the only party that owns that much.
func (h *held) owner(custodian, named, hint string, grams int64) (string, error) {
	if named != "" {
		return named, h.mustHaveOwned(named)
	}
	for _, party := range []string{custodian, hint} {
		if p := h.look(party); p != nil && p.Owned+p.NonFood >= grams {
			return party, nil
		}
	}
	only := ""
	for _, p := range h.stock.Parts {
		if p.Owned+p.NonFood < grams {
			continue
		}
		if only != "" {
			return "", record.Refuse(record.OwnerUnclear, "several parties own that much of %s: name the owner", h.id)
		}
		only = p.Party
	}
	if only == "" {
		return "", record.Refuse(record.InsufficientQuantity, "no party owns %d g of %s", grams, h.id)
	}
	return only, nil
}

// tooLittle tells a lack of grain from other reasons, which go before it.
func tooLittle(err error) bool { return record.CodeOf(err) == record.InsufficientQuantity }

// enoughHeld wants that many grams in the party's custody.
func (h *held) enoughHeld(party string, grams int64) error {
	if p := h.look(party); p.Held < grams {
		return record.Refuse(record.InsufficientQuantity, "%s holds %d g of %s, %d g are asked for",
			party, p.Held, h.id, grams)
	}
	return nil
}

// enoughOwned wants that many grams in the party's ownership.
func (h *held) enoughOwned(party string, grams int64) error {
	if p := h.look(party); p.Owned+p.NonFood < grams {
		return record.Refuse(record.InsufficientQuantity, "%s owns %d g of %s, %d g are asked for",
			party, p.Owned+p.NonFood, h.id, grams)
	}
	return nil
}

// give adds grams to what a party owns: fit for food and not.
func (h *held) give(party string, food, nonFood int64) {
	p := h.part(party)
	p.Owned += food
	p.NonFood += nonFood
	p.Was |= everOwned
}

// hand adds grams to what a party holds.
func (h *held) hand(party string, grams int64) {
	p := h.part(party)
	p.Held += grams
	p.Was |= everHeld
}

// draw takes grams off a party's ownership, what is fit for food first, and
// tells how many were not. That enough is there has been checked.
func (h *held) draw(party string, grams int64) (nonFood int64) {
	p := h.part(party)
	food := min(grams, p.Owned)
	p.Owned -= food
	p.NonFood -= grams - food
	return grams - food
}

// release takes grams out of a party's custody.
func (h *held) release(party string, grams int64) { h.part(party).Held -= grams }

// remove draws grams of an owner out of a custodian's hands, after checking
// that both have them.
func (h *held) remove(custodian, owner string, grams int64) (nonFood int64, err error) {
	if err := h.enoughHeld(custodian, grams); err != nil {
		return 0, err
	}
	if err := h.enoughOwned(owner, grams); err != nil {
		return 0, err
	}
	h.release(custodian, grams)
	return h.draw(owner, grams), nil
}

// drew notes for a void how many grams of an input were not for food. One
// entry for each input, in their order, and none where all was for food.
func drew(c *state.Case, nonFood int64) {
	c.Undo.NonFood = append(c.Undo.NonFood, nonFood)
}

// drewOf is drew for a record that names no owner, or one.
func drewOf(c *state.Case, named, owner string, nonFood int64) {
	drew(c, nonFood)
	if named == "" && owner != c.Issuer.USCC {
		c.Undo.Owner = owner
	}
}

// create makes a lot that one party owns and one holds. That the lot is absent
// was read, and with it that nobody holds it.
func create(c *state.Case, id string, lot *record.LotState, owner, custodian string) {
	h := held{id: id, lot: lot}
	h.give(owner, lot.Grams, 0)
	h.hand(custodian, lot.Grams)
	state.Put(c.View, record.LotKey(id), lot)
	state.Create(c.View, record.StockKey(id), &h.stock)
}

// newLot begins the state of a lot that this record makes.
func newLot(c *state.Case, p record.Payload, grams int64) *record.LotState {
	h := p.Head()
	return &record.LotState{
		Kind: p.Type(), Issuer: h.Issuer, Record: c.ID, OccurredAt: h.OccurredAt, Grams: grams,
	}
}

// edge notes that grams of parent went into child.
func edge(c *state.Case, child, parent string, grams int64) {
	state.Create(c.View, record.EdgeKey(child, c.ID, parent), &record.Edge{Grams: grams})
}
