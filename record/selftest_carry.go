package record

import (
	"encoding/hex"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
)

// verifyCarryVector checks a valid signature that versions of the SM2 library
// before v0.44.1 refuse on CPUs with BMI2, because a carry is lost in field
// multiplication (issue 560 of emmansun/gmsm). The digest is 32 zero bytes.
func verifyCarryVector() error {
	key, err := ParsePublicKey("04" +
		"ef4de57af00ae424c00c4caadff7193f804a19dd73a7e2954db9d0d15ab4cbba" +
		"67728c3f4572878b7a674735da9fde1682fe2d9e0799c4a5cde57e3d473039a2")
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	sig, err := hex.DecodeString("3046" +
		"022100be0ea64e1ec06f0d247093f3ccbbadcfb6260224272f86ddb78326e7cd6c7560" +
		"022100e9f6ab2fcc48a2cef94838e66b5c7e21fd8e4de25990dd98ca5243f4966f2853")
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	if !sm2.VerifyASN1(key.key, make([]byte, 32), sig) {
		return fmt.Errorf("self-test: a valid SM2 signature is refused on this CPU (issue 560 of the SM2 library)")
	}
	return nil
}
