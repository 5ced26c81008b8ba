package ledgertest

import (
	"errors"
	"sync"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// closed: closing ends a stream that waits, and every call says why it fails.
func closed(w *world) {
	c := w.accept(w.another())
	tx := call(record.FnSubmit, w.batch(w.another()))
	ctx := w.soon()
	var once sync.Once
	waits, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		var last error
		for _, err := range w.ledger.Blocks(ctx, c.Block) {
			if last = err; err == nil {
				once.Do(func() { close(waits) })
			}
		}
		ended <- last
	}()
	<-waits
	if err := w.ledger.Close(); err != nil {
		w.Error(err)
	}
	_, submit := w.ledger.Submit(ctx, tx)
	_, evaluate := w.ledger.Evaluate(ctx, tx)
	_, _, status := w.ledger.Status(ctx, c.TxID)
	_, health := w.ledger.Health(ctx)
	_, stream := follow(ctx, w.ledger, c.Block, c.Block)
	for name, err := range map[string]error{"a stream that waits": <-ended, "Submit": submit, "Evaluate": evaluate,
		"Status": status, "Health": health, "Blocks": stream} {
		if !errors.Is(err, ledger.ErrClosed) {
			w.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
}
