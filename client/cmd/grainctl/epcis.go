package main

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/gateway/epcis"
	"github.com/grainledger/grainledger/record"
)

func (a *app) epcisCommand() *cobra.Command {
	var sign bool
	var keys string
	cmd := &cobra.Command{
		Use:   "epcis FILE",
		Short: "Map and sign EPCIS 2.0 events",
		Long: `Reads a file with an EPCISDocument (“-” is standard input) and needs no network.
It prints one line per event: the DSSE payload type, a tab, and the payload that
the event's issuer has to sign, byte for byte. An event that cannot be mapped,
or of which a part would be lost, is named.

With --sign it signs and prints the document with each event's envelope, which
“POST /epcis/capture” of a gateway takes.

Lots go by their own URIs (urn:grainledger:lot:…): which lot a retail batch is,
only a ledger knows.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			document, payloads, err := mapEvents(cmd, args[0])
			if err != nil {
				return err
			}
			if sign {
				return printSigned(cmd, document, payloads, keys)
			}
			return printPayloads(cmd, payloads)
		},
	}
	cmd.Flags().BoolVar(&sign, "sign", false, "sign with the issuers' keys")
	keysFlag(cmd, &keys)
	return cmd
}

func printPayloads(cmd *cobra.Command, payloads []record.Payload) error {
	for _, p := range payloads {
		raw, err := record.EncodePayload(p)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", p.Type().PayloadType(), raw); err != nil {
			return err
		}
	}
	return nil
}

func printSigned(cmd *cobra.Command, document *epcis.Document, payloads []record.Payload, keys string) error {
	ring := keyring(cmd, keys)
	for i, p := range payloads {
		key, err := ring.Key(p.Head().Issuer)
		if err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		envelope, err := record.Sign(p, key)
		if err != nil {
			return err
		}
		if document.Body.EventList[i], err = withEnvelope(document.Body.EventList[i], &envelope); err != nil {
			return err
		}
	}
	return json.MarshalWrite(cmd.OutOrStdout(), document, jsontext.WithIndent("  "))
}

// mapEvents reads a document and maps all its events.
func mapEvents(cmd *cobra.Command, file string) (*epcis.Document, []record.Payload, error) {
	data, err := readInput(cmd, file)
	if err != nil {
		return nil, nil, err
	}
	document, err := epcis.ReadDocument(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	payloads := make([]record.Payload, len(document.Body.EventList))
	for i, raw := range document.Body.EventList {
		p, err := epcis.Payload(raw, document.Context, epcis.NoBatches)
		if err == nil {
			err = record.Check(p, time.Now())
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: event %d: %w", file, i, err)
		}
		payloads[i] = p
	}
	return document, payloads, nil
}

// withEnvelope adds a member to an event, whose own members stay as they came.
// The name is the namespace in full, since a document may give it any prefix.
func withEnvelope(event jsontext.Value, envelope *record.Envelope) (jsontext.Value, error) {
	raw, err := envelope.Encode()
	if err != nil {
		return nil, err
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(event, &members); err != nil {
		return nil, err
	}
	members[epcis.Namespace+"envelope"] = raw
	return json.Marshal(members, json.Deterministic(true))
}
