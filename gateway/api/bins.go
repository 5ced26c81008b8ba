package api

import (
	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// publicBin is what anybody may know of a bin: what kind of grain lies there,
// in which shares it is mixed and where it grew. How much lies there is left
// out, and with it every weight from which it could be added up.
type publicBin struct {
	Code          string             `json:"code"`
	Name          string             `json:"name"`
	Custodian     string             `json:"custodian"`
	CustodianName string             `json:"custodianName,omitempty"`
	CapacityGrams int64              `json:"capacityGrams,omitempty"`
	Epoch         int                `json:"epoch"`
	Owner         string             `json:"owner,omitempty"`
	Variety       string             `json:"variety,omitempty"`
	Nature        string             `json:"nature,omitempty"`
	Marks         []record.Mark      `json:"marks,omitempty"`
	Causes        []index.NamedCause `json:"causes,omitempty"`
	index.Standing
	Mixture     []binShare          `json:"mixture"`              // by share, the largest 500
	Origins     []binShare          `json:"origins"`              // the same
	MoreMixture int                 `json:"moreMixture,omitzero"` // so many smaller shares are left out
	MoreOrigins int                 `json:"moreOrigins,omitzero"`
	Inspections []record.Inspection `json:"inspections"`
	More        bool                `json:"more,omitempty"`
}

// binShare is the share of a lot in a bin's content.
type binShare struct {
	Lot   string  `json:"lot"`
	Share float64 `json:"share"` // 0 to 1
}

func (a *API) getBin(c *gin.Context) {
	if !a.fresh.ready(c) {
		return
	}
	bin, err := a.opt.Index.Bin(c.Request.Context(), c.Param("code"))
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, publish(&bin))
}

func publish(b *index.Bin) *publicBin {
	p := &publicBin{
		Code: b.Code, Name: b.Name, Custodian: b.Custodian, CustodianName: b.CustodianName,
		CapacityGrams: b.CapacityGrams, Epoch: b.Epoch, Owner: b.Owner, Variety: b.Variety,
		Nature: b.Nature, Marks: b.Marks, Causes: b.Causes, Standing: b.Standing, Inspections: b.Inspections, More: b.More,
		Mixture: make([]binShare, len(b.Mixture)), Origins: make([]binShare, len(b.Origins)),
		MoreMixture: b.MoreMixture, MoreOrigins: b.MoreOrigins,
	}
	for i, m := range b.Mixture {
		p.Mixture[i] = binShare{m.Lot, m.Share}
	}
	for i, o := range b.Origins {
		p.Origins[i] = binShare{o.Lot, o.Share}
	}
	return p
}
