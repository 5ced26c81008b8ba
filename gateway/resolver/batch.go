package resolver

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/gs1"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// lot finds the lot of a batch; false when the request has been answered.
func (v *Resolver) lot(c *gin.Context, gtin, batch string) (string, bool) {
	err := v.fresh(c.Request.Context())
	if err != nil {
		c.Header("Retry-After", "3")
		fail(c, http.StatusServiceUnavailable, "index_behind", "")
		return "", false
	}
	id, err := v.reader.LotByBatch(c.Request.Context(), gtin, batch)
	if err != nil {
		failRead(c, err)
		return "", false
	}
	return id, true
}

func failRead(c *gin.Context, err error) {
	if errors.Is(err, index.ErrNotFound) {
		fail(c, http.StatusNotFound, "not_found", "the ledger has no such batch")
		return
	}
	_ = c.Error(err) // for the log
	fail(c, http.StatusInternalServerError, "internal_error", "")
}

// found is a batch with its lot.
type found struct {
	GTIN  string `json:"gtin"`
	Batch string `json:"batch"`
	ID    string `json:"lot"`
	state index.Lot
}

// batch reads the batch that an address names; false when the request has
// been answered.
func (v *Resolver) batch(c *gin.Context) (f found, ok bool) {
	gtin := gs1.PadGTIN(c.Param("gtin"))
	for _, e := range []gs1.Element{{AI: gs1.AIGTIN, Value: gtin}, {AI: gs1.AIBatch, Value: c.Param("batch")}} {
		if err := gs1.CheckValue(e.AI, e.Value); err != nil {
			fail(c, http.StatusBadRequest, "bad_digital_link", err.Error())
			return f, false
		}
	}
	f.GTIN, f.Batch = gtin, c.Param("batch")
	if f.ID, ok = v.lot(c, f.GTIN, f.Batch); !ok {
		return f, false
	}
	var err error
	if f.state, err = v.reader.Lot(c.Request.Context(), f.ID); err != nil {
		failRead(c, err)
		return f, false
	}
	return f, true
}

// certificates are the inspections of a batch.
type certificates struct {
	found
	Inspections []record.Inspection `json:"inspections"` // newest first
	More        bool                `json:"more,omitzero"`
}

// inspections is where gs1:certificationInfo leads.
func (v *Resolver) inspections(c *gin.Context) {
	f, ok := v.batch(c)
	if !ok {
		return
	}
	answer := certificates{found: f, Inspections: f.state.Inspections, More: f.state.More}
	if answer.Inspections == nil {
		answer.Inspections = []record.Inspection{}
	}
	write(c, http.StatusOK, "application/json", &answer)
}

// recallStatus says whether a batch may be sold and eaten, as far as the
// ledger knows.
type recallStatus struct {
	found
	Recall bool `json:"recall"` // a recall is active
	index.Standing
	Recalls []recall `json:"recalls"` // active ones
}

// recall is what consumers are told of one.
type recall struct {
	Record string `json:"record"` // id
	Level  int    `json:"level"`  // 1 (gravest) to 3
	Reason string `json:"reason"`
	Notice string `json:"notice"`
}

// recall is where gs1:recallStatus leads.
func (v *Resolver) recall(c *gin.Context) {
	f, ok := v.batch(c)
	if !ok {
		return
	}
	answer := recallStatus{found: f, Recall: f.state.Recalled, Standing: f.state.Standing, Recalls: []recall{}}
	for _, cause := range f.state.Causes {
		if cause.Kind == record.MarkRecall {
			answer.Recalls = append(answer.Recalls, recall{cause.ID, cause.Level, cause.Reason, cause.Notice})
		}
	}
	write(c, http.StatusOK, "application/json", &answer)
}
