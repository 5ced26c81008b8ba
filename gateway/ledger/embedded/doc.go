// Package embedded is a ledger in one process: the grain contract over a
// chain of signed blocks on the local disk. It keeps Fabric's rules, so that
// a version conflict there is a conflict here, and it answers a transaction
// only when the transaction's block is on disk.
//
// # The chain is the database
//
// There is no other store. World state is an index in memory from the hash of
// a key to the place of that key's newest write in the block files; the value
// is read from there. The place serves as the version of the key. The index
// is built when the ledger is opened, in the same pass that verifies the
// chain.
//
// # Files
//
//	lock                   flock: one process at a time
//	head                   height and hash of the newest block
//	blocks/00000000.seg    block frames, one after another
//	private/00000000.seg   private values, one after another
//	purges                 what was purged, by hash of the key, for Restore
//
// Numbers are big-endian. A uvarint is that of encoding/binary in its shortest
// form. A string or byte string is a uvarint length and the bytes. A location
// is 8 bytes: segment number (4) and offset in that file (4); 0 is "none".
//
// A segment starts with 16 bytes: "GLBLOCK1" or "GLPRIVT1", and its number (8).
// A block frame follows another without a gap:
//
//	"GLBK"             4   magic
//	block number       8
//	body length        4
//	signature length   4
//	CRC-32C            4   of the 20 bytes before
//	body
//	signature              SM2, DER, default user id, over the block hash
//
// The block hash is the SM3 of the body. The body is:
//
//	1                  1   version of this encoding
//	block number       8
//	time               8   Unix nanoseconds, never earlier than the block before
//	previous hash      32  hash of the block before; zeros in block 0
//	previous signature 32  SM3 of the signature of the block before; zeros in block 0
//	transaction count  uvarint, then each transaction:
//	  id               32  random
//	  timestamp        8   Unix nanoseconds
//	  code             1   0 VALID, 1 MVCC_READ_CONFLICT
//	  function         string
//	  arguments        uvarint count, then byte strings
//	  response         byte string
//	  event            string name, byte string payload
//	  writes           uvarint count, then in ascending key order:
//	    kind           1   0 put, 1 delete
//	    key            string
//	    previous       8   location of the write of this key before, or 0
//	    value          byte string; empty for a delete
//	  private writes   uvarint count, then in ascending (collection, key) order:
//	    kind           1   0 put, 1 purge
//	    collection     string
//	    key            string
//	    previous       8   location of the private write of this key before, or 0
//	    for a put: SM3 of the value (32), location of the value in private/ (8),
//	    length of the value (uvarint)
//
// The location of a write is that of its kind byte. A transaction that is not
// valid has no response, event or writes: they never took effect.
//
// A private value stands in its file as "GLPV", value length (4), collection
// length (2), key length (2), SM3 of the value (32), collection, key, value.
// What is before the value serves people and repair tools; the ledger goes by
// the chain. A purged value is zeros.
//
// # What a start detects
//
// Open reads the whole chain, recomputes every hash and verifies the newest
// block's signature. Each block holds the hash of the one before and the
// digest of its signature, so that this one signature covers every byte of
// every frame. If anything does not fit, the signature of the block before
// tells which of the two was altered, and Open returns a *TamperError that
// names it.
//
// The head file tells how long the chain must be. It is written after a
// block's fsync and before the answer, without an fsync of its own, and is
// fsynced on Open, Close and whenever a segment is full. Hence:
//
//   - After Close, and after the process was killed while the machine stayed
//     up, head covers every answered block. Any missing, shortened or altered
//     block is detected.
//   - After power loss, head may be older by what the kernel had not yet
//     written back (half a minute on Linux by default). Blocks above it are
//     verified as all others, but if the last of them were cut off, nothing
//     here would tell. Checkpoints anchored elsewhere do.
//   - Only above head, and only at the very end of the chain, an incomplete
//     frame is taken for the trace of a write that was under way, and is cut
//     off with a log line: one that runs past the end of the file, or one
//     that does not verify and in which a disk sector is zero. It was never
//     answered, because an answer needs the fsync of the whole frame. If a
//     later frame follows, it was answered, and the start is refused.
//   - A copy of the directory put back whole (blocks and head of an earlier
//     day) is a correct chain, only an old one. No file inside the directory
//     can tell; checkpoints and the other gateways' read models can.
//   - Who holds the node key can sign another chain. Same remedy.
//
// Private values are not read at a start; it only checks that the files are as
// long as the chain demands. Each is compared with its hash in the chain
// whenever it is read, and all of them by Snapshot and Restore.
//
// After a start, block bytes are trusted as long as the process runs; Blocks
// compares hashes again as it reads.
package embedded
