package interop

// Enterprise is the payload of an enterprise record, in which a regulator
// registers one.
type Enterprise struct {
	Issuer     string `json:"issuer"`
	Ref        string `json:"ref"`
	OccurredAt string `json:"occurredAt"` // RFC 3339 with offset
	USCC       string `json:"uscc"`
	Name       string `json:"name"`
	Kind       string `json:"kind"`
	Division   string `json:"division"`
}
