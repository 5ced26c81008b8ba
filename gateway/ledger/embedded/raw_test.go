package embedded

import (
	"bytes"
	"testing"
)

func TestRawBlocksAreTheFramesOnDisk(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, testOptions())
	for range 3 {
		mustSubmit(t, l, withTransient(run("put k v", "pput s"), "s", "price-4711"))
	}
	disk := mustRead(t, blockFile(dir, 0))[segmentHeaderSize:]
	var all, before []byte
	for b, err := range l.RawBlocks(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadRaw(b.Bytes)
		if err != nil || got.Number != b.Number || !bytes.Equal(got.Hash, b.Hash) {
			t.Errorf("read again: %+v, %v", got, err)
		}
		if b.Number > 0 && !bytes.Equal(got.Previous, before) {
			t.Errorf("block %d does not follow", b.Number)
		}
		before = b.Hash
		if all = append(all, b.Bytes...); b.Number == 2 {
			break
		}
	}
	if !bytes.Equal(all, disk) {
		t.Error("they differ")
	}
	if bytes.Contains(all, []byte("price-4711")) {
		t.Error("a private value is in them")
	}
	for name, raw := range map[string][]byte{"nothing": nil, "half": disk[:100], "two": disk} {
		if _, err := ReadRaw(raw); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
