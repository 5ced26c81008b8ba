package record

import (
	"encoding/hex"
	"fmt"
)

// SelfTest checks SM2 and SM3 against known answers. A node that fails it
// must not start: it would refuse good signatures or disagree with others.
func SelfTest() error {
	for message, want := range map[string]string{
		"":    "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
		"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
	} {
		if SM3([]byte(message)) != want {
			return fmt.Errorf("self-test: SM3(%q) is wrong", message)
		}
	}
	key, err := ParsePublicKey(standardPoint)
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	sig, err := hex.DecodeString(standardSignature)
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	if !key.Verify([]byte("message digest"), sig) {
		return fmt.Errorf("self-test: the SM2 signature of GB/T 32918.5 does not verify")
	}
	if key.Verify([]byte("message digesT"), sig) {
		return fmt.Errorf("self-test: an SM2 signature verifies over another message")
	}
	return verifyCarryVector()
}

// The example of GB/T 32918.5 Annex A.
const (
	standardPoint = "04" +
		"09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
		"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
	standardSignature = "3046" +
		"022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
		"022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
