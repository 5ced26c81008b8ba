package contract

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"

	"github.com/grainledger/grainledger/record"
)

// panicked logs a panic and is the refusal that stands for it. The refusal is
// the same whatever went wrong, for a stack may differ between endorsers.
// Standard error is where a chaincode logs.
func panicked(function, tx string, value any) *record.Error {
	stack := debug.Stack()
	if w, ok := value.(workerPanic); ok {
		value, stack = w.value, w.stack
	}
	fmt.Fprintf(os.Stderr, "contract panicked: function=%s tx=%s panic=%v\n%s", function, tx, value, stack)
	return record.Refuse(record.Panicked, "the contract panicked")
}

// workerPanic is a panic of a goroutine that works for Invoke. There it would
// end the process, so it is carried over to where Invoke recovers.
type workerPanic struct {
	value any
	stack []byte
}

// panics keeps the first panic of several goroutines.
type panics struct {
	once  sync.Once
	first *workerPanic
}

// catch is deferred by each goroutine.
func (p *panics) catch() {
	if value := recover(); value != nil {
		stack := debug.Stack()
		p.once.Do(func() { p.first = &workerPanic{value, stack} })
	}
}

// again panics with what was caught, once all goroutines have ended.
func (p *panics) again() {
	if p.first != nil {
		panic(*p.first)
	}
}
