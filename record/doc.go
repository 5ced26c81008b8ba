// Package record is the vocabulary of the ledger: what people sign, the
// envelope they sign it in, and the words in which the ledger answers.
//
// A record is a DSSE envelope around one JSON payload. Its id is the SM3 of
// the DSSE pre-authentication encoding, so it depends on what was said and
// not on the (random) signature. The package does no IO and asks no clock.
//
// Units: weights are int64 grams, money is int64 fen, measured values are
// decimal strings (type Decimal), time is RFC 3339 with an offset.
package record
