package web

import (
	"context"
	"errors"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// Bounds of what one page reads. A batch out of a bin that mixed two hundred
// truckloads stays within them; a longer path is cut and the page says so.
const (
	tracePage   = 200
	maxNodes    = 600
	maxReported = 250 // lots whose inspections are read
	maxNamed    = 200 // enterprises that are looked up by name
)

// gather reads the story of a lot.
func gather(ctx context.Context, r Reader, id string) (*story, error) {
	lot, err := r.Lot(ctx, id)
	if err != nil {
		return nil, err
	}
	s := &story{lot: &lot, reports: map[string][]record.Inspection{id: lot.Inspections}}
	s.origins, err = r.Origins(ctx, id)
	if err = s.tolerate(err); err != nil {
		return nil, err
	}
	if err := s.readTrace(ctx, r); err != nil {
		return nil, err
	}
	if err := s.readReports(ctx, r); err != nil {
		return nil, err
	}
	names := namer{reader: r, names: map[string]string{}}
	for _, code := range s.parties() {
		names.look(ctx, code)
	}
	s.names = names.names
	return s, nil
}

// tolerate takes "not found" for an empty answer, and so what is too much for
// the index to answer: the rest of the page is worth showing, and the page
// says that something is left out.
func (s *story) tolerate(err error) error {
	switch {
	case errors.Is(err, index.ErrNotFound):
		return nil
	case errors.Is(err, index.ErrTooLarge):
		s.cut = true
		return nil
	}
	return err
}

func (s *story) readTrace(ctx context.Context, r Reader) error {
	for cursor := ""; ; {
		t, err := r.Trace(ctx, s.lot.Lot, index.Up, cursor, tracePage)
		if err = s.tolerate(err); err != nil {
			return err
		}
		s.nodes = append(s.nodes, t.Nodes...)
		s.edges = append(s.edges, t.Edges...)
		if cursor = t.Next; cursor == "" {
			return nil
		}
		if len(s.nodes) >= maxNodes {
			s.cut = true
			return nil
		}
	}
}

// readReports reads the inspections of the lots on the path and of the bins
// that they were withdrawn from. Harvest lots are inspected when bought.
func (s *story) readReports(ctx context.Context, r Reader) error {
	for _, n := range s.nodes {
		if len(s.reports) >= maxReported {
			s.cut = true
			return nil
		}
		if err := s.readReport(ctx, r, n); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) readReport(ctx context.Context, r Reader, n index.Node) error {
	if n.Bin != "" {
		if _, have := s.reports[n.Bin]; have {
			return nil
		}
		b, err := r.Bin(ctx, n.Bin)
		s.reports[n.Bin] = b.Inspections
		return s.tolerate(err)
	}
	if _, have := s.reports[n.ID]; have || n.Lot == nil {
		return nil
	}
	s.cut = s.cut || n.More > 0
	lot, err := r.Lot(ctx, n.ID)
	s.reports[n.ID] = lot.Inspections
	return s.tolerate(err)
}

// namer looks up names of enterprises, each once. A name that cannot be had
// is no reason to show no page: the code stands in its place.
type namer struct {
	reader Reader
	names  map[string]string
}

func (n namer) look(ctx context.Context, uscc string) {
	if _, done := n.names[uscc]; done || uscc == "" || len(n.names) >= maxNamed {
		return
	}
	n.names[uscc] = ""
	if e, err := n.reader.Enterprise(ctx, uscc, "", 1); err == nil {
		n.names[uscc] = e.Name
	}
}
