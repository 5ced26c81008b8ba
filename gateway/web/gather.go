package web

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// Bounds of what one page reads. A batch out of a bin that mixed two hundred
// truckloads stays within them; a longer path is cut and the page says so.
const (
	tracePage   = 300
	maxNodes    = 600
	maxReported = 250 // lots whose inspections are read
	maxNamed    = 300 // enterprises that are looked up
)

// gather reads the story of a lot.
func gather(ctx context.Context, r Reader, credits Credits, id string) (*story, error) {
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
	return s, s.readRegistry(ctx, r, credits)
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
	var pages [][]index.Edge
	for cursor := ""; ; {
		t, err := r.Trace(ctx, s.lot.Lot, index.Up, cursor, tracePage)
		if err = s.tolerate(err); err != nil {
			return err
		}
		s.nodes = append(s.nodes, t.Nodes...)
		pages = append(pages, t.Edges)
		if cursor = t.Next; cursor == "" {
			break
		}
		if len(s.nodes) >= maxNodes {
			s.cut = true
			break
		}
	}
	s.keepEdges(pages)
	return nil
}

// keepEdges keeps the edges that the nodes of the story have to do with. The
// mix of a large bin brings tens of thousands more, from deposits beyond where
// the story is cut.
func (s *story) keepEdges(pages [][]index.Edge) {
	told := map[string]bool{} // nodes and records
	for _, n := range s.nodes {
		told[n.ID] = true
		for _, r := range n.Records {
			told[r.ID] = true
		}
	}
	for _, edges := range pages {
		for _, e := range edges {
			if told[e.Parent] || told[e.Record] {
				s.edges = append(s.edges, e)
			}
		}
	}
}

// readReports reads the inspections of the lots on the path and of the bins
// that they were withdrawn from. Harvest lots are inspected when bought.
func (s *story) readReports(ctx context.Context, r Reader) error {
	var targets []string
	seen := map[string]bool{s.lot.Lot: true}
	for _, n := range s.nodes {
		if len(seen) >= maxReported {
			s.cut = true
			break
		}
		target := n.Bin
		if target == "" {
			if n.Lot == nil || seen[n.ID] {
				continue
			}
			s.cut = s.cut || n.More > 0
			target = n.ID
		}
		if !seen[target] {
			seen[target] = true
			targets = append(targets, target)
		}
	}
	found, err := r.Inspections(ctx, targets)
	maps.Copy(s.reports, found)
	return err
}

// readRegistry looks up the enterprises and depots of the story, and what is
// public of the enterprises' credit.
func (s *story) readRegistry(ctx context.Context, r Reader, credits Credits) (err error) {
	parties := s.parties()
	parties = parties[:min(len(parties), maxNamed)]
	if s.enterprises, err = r.Enterprises(ctx, parties); err != nil {
		return err
	}
	var depots []string
	for _, bin := range s.bins() {
		if depot := bin[:21]; !slices.Contains(depots, depot) && len(depots) < maxNamed {
			depots = append(depots, depot)
		}
	}
	if s.facilities, err = r.Facilities(ctx, depots); err != nil || credits == nil {
		return err
	}
	s.credits, err = credits.Public(ctx, parties)
	return err
}
