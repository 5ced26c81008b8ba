// Package workbook reads and writes the tables of package season as sheets of
// an XLSX workbook, one sheet per record type.
//
// A workbook comes from outside: how much of it is unpacked, how many rows are
// looked at and how long a cell may be are all bounded, and no formula in it
// is ever computed (a cell has the value that was saved with it).
package workbook

// Bounds of what is read.
const (
	// MaxUnpacked is the most bytes that a workbook may unpack to.
	MaxUnpacked = 24 << 20
	// MaxFiles is the most files that may lie in it.
	MaxFiles = 200
	// MaxColumns is the most cells of a row.
	MaxColumns = 40
	// MaxCell is the most bytes of a cell.
	MaxCell = 4096
	// maxSpan is how far right a row may have cells, empty ones among them. One
	// cell in the last column of a sheet makes the library fill 16384.
	maxSpan = 256
	// maxBlank is how many rows without anything in them are passed over, in
	// all sheets together.
	maxBlank = 20_000
	// lookEvery is after how many rows it is asked whether anybody still waits.
	lookEvery = 256
)
