package ledger

// RawBlock is a block byte for byte as its ledger gave it, for those who keep
// it. Private data is never part of one. The bytes must not be changed.
type RawBlock struct {
	Number         uint64
	Hash, Previous []byte
	Bytes          []byte
}
