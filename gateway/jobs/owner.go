package jobs

import (
	"context"
	"fmt"
)

// Owner is an enterprise that sent a job while it was logged in. It may list
// what it sent.
type Owner struct {
	USCC string
	Name string // of the job, for people: a file's name as a rule
}

// Page is a page of an owner's jobs, the newest first, without their results.
type Page struct {
	Jobs []Job `json:"jobs"`
	Next int64 `json:"-"` // where the next page begins; 0 at the end
}

// Of lists the jobs of an owner that came before a place; 0 begins with the
// newest.
func (q *Queue) Of(ctx context.Context, uscc string, before int64, limit int) (Page, error) {
	const newest = int64(1) << 62
	if before <= 0 {
		before = newest
	}
	rows, err := q.store.list(ctx, uscc, before, limit+1)
	if err != nil {
		return Page{}, fmt.Errorf("jobs: list: %w", err)
	}
	p := Page{Jobs: []Job{}}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = rows[limit-1].seq
	}
	for i := range rows {
		p.Jobs = append(p.Jobs, q.job(&rows[i]))
	}
	return p, nil
}
