// Package archive keeps the blocks of a ledger in files that need no ledger to
// be read: to copy away, and to check years later.
//
// Files are named by the first block in them, blocks-000000000000.arc, and are
// of bounded size. Numbers are big-endian.
//
//	"GLARCHV1"       8   magic
//	kind             8   of ledger, filled up with zeros
//	first block      8
//	sum              32  of the block before; zeros before block 0
//	SM3              32  of the 56 bytes before
//	records:
//	  length         4   of the block in bytes
//	  block              as the ledger gave it
//	  sum            32  SM3 of the sum of the block before and the block
//
// A sum covers every byte of all blocks until then. Whoever has noted the
// newest one elsewhere can tell that nothing was altered or cut off, even what
// the blocks' own hashes do not cover: on Fabric, signatures and validation
// codes. Private data is not in blocks, and not here.
package archive
