// Package season reads the import format: a season of grain as CSV files, one
// per record type.
//
// Each Table says which columns its file has, under which labels, and how a
// row becomes a record. Tables, templates, the reader and the report all work
// from the same Columns, so a template can always be imported.
//
// A row becomes a Draft: the payload as it will be signed, with what must not
// be public kept apart as secrets to be sealed. A row whose cells cannot be
// read becomes a refusal with the code that the ledger would give; it never
// stops an import. A file whose rows cannot be told apart (wrong columns, not
// UTF-8) is an error that names file, row and column.
//
// Weights are kilograms with at most three decimals and become int64 grams
// without passing through a float.
package season
