package state

import (
	"time"

	"github.com/grainledger/grainledger/record"
)

// Case is one record before its rules: who said it, when the ledger took it,
// and the world it meets.
type Case struct {
	View     *View
	ID       string                       // the record's id
	Now      time.Time                    // the transaction's time
	Issuer   *record.RegisteredEnterprise // registered, and its kind may sign this type
	Root     *record.Root
	Cosigned []string // USCCs of counterparties whose signatures hold

	Flags []record.Flag // what the rules find worth a look
	Undo  record.Undo   // what taking the record back will need
}

// Flag notes something worth a look, once.
func (c *Case) Flag(f record.Flag) {
	for _, have := range c.Flags {
		if have == f {
			return
		}
	}
	c.Flags = append(c.Flags, f)
}
