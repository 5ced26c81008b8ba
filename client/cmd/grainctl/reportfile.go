package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/grainledger/grainledger/client/season"
)

// reportFile is a report that takes its name when it is whole, so that nobody
// reads half of one and a failed import leaves the old one.
type reportFile struct {
	path string
	f    *os.File
	temp bool // f has a name of its own until the end
}

func newReportFile(path string) (*reportFile, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a device or a pipe
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &reportFile{path: path, f: f}, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".report-*")
	if err != nil {
		return nil, err
	}
	return &reportFile{path: path, f: f, temp: true}, f.Chmod(0o644)
}

func (r *reportFile) write(results []season.Result) error {
	if err := season.WriteReport(io.Writer(r.f), results); err != nil {
		return err
	}
	if err := r.f.Close(); err != nil || !r.temp {
		return err
	}
	return os.Rename(r.f.Name(), r.path)
}

// drop removes what was not finished; after write it does nothing.
func (r *reportFile) drop() {
	r.f.Close()
	if r.temp {
		os.Remove(r.f.Name())
	}
}
