package contract

import "github.com/grainledger/grainledger/record"

// Poison makes every check of a signature under a key panic.
func (c *Contract) Poison(point string) { c.keys.keys[point] = new(record.PublicKey) }
