package durable_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/gateway/durable/durabletest"
)

// TestWholeOrNotAtAll: at whatever step the machine stops, the file has its
// old content or its new; and the new where Write said so.
func TestWholeOrNotAtAll(t *testing.T) {
	for _, lasts := range []func() bool{durabletest.Never, durabletest.Always, durabletest.Random(3)} {
		for n := 1; ; n++ {
			disk := durabletest.New()
			if err := durable.Write(disk, "/file", []byte("old")); err != nil {
				t.Fatal(err)
			}
			disk.StopAt(n)
			err := durable.Write(disk, "/file", []byte("new content"))
			got, readErr := durable.Read(disk.Restart(lasts), "/file", 100)
			if readErr != nil || string(got) != "old" && string(got) != "new content" || err == nil && string(got) == "old" {
				t.Fatalf("step %d: %q, %v; the write said %v", n, got, readErr, err)
			}
			if err == nil {
				break
			}
		}
	}
}

func TestOnTheRealDisk(t *testing.T) {
	disk, dir := durable.OS{}, filepath.Join(t.TempDir(), "new")
	path := filepath.Join(dir, "file")
	if err := durable.Write(disk, path, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in no directory: %v", err)
	}
	if err := errors.Join(disk.Mkdir(dir), disk.Mkdir(dir)); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"first", "", "second"} {
		if err := durable.Write(disk, path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := durable.Read(disk, path, 10); err != nil || string(got) != content {
			t.Errorf("%q, %v", got, err)
		}
	}
	if _, err := durable.Read(disk, path, 3); err == nil {
		t.Error("more than the limit is read")
	}
	broken := errors.New("no more")
	err := durable.WriteFrom(disk, path, func(w io.Writer) error { return errors.Join(second(w.Write([]byte("half"))), broken) })
	if got, _ := os.ReadFile(path); !errors.Is(err, broken) || string(got) != "second" {
		t.Errorf("after a failed write it has %q, %v", got, err)
	}
	names, err := disk.List(dir)
	if err != nil || len(names) != 2 { // the file, and what the failed write left
		t.Errorf("%v, %v", names, err)
	}
	if names, err := disk.List(filepath.Join(dir, "nowhere")); err != nil || len(names) != 0 {
		t.Errorf("%v, %v", names, err)
	}
}

func second(_ int, err error) error { return err }
