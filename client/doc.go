// Package client is the Go SDK of GrainLedger: it signs records, submits them
// to a gateway and reads what the ledger answers.
//
//	ring := client.OpenKeyring("keys", nil)
//	key, err := ring.Key(uscc)
//	submission, err := client.Sign(&record.Harvest{…}, key)
//	gateway, err := client.New("https://grain.example.cn")
//	receipts, err := gateway.Submit(ctx, submission)
//
// A receipt says what the ledger decided about one record: accepted,
// duplicate or rejected with a reason. A refusal is an answer, so it stands
// in the receipt and is no error of the call; Receipt.Err turns it into one.
//
// An *Error tells at which step a call failed. Calls are tried again where
// the gateway is busy or does not answer. That does no harm to submissions:
// the ledger names a record by its issuer and ref, so a record that was
// committed although its answer was lost is a duplicate the second time, and
// a duplicate gets its first receipt.
//
// Every method takes a context and may be called from many goroutines.
package client
