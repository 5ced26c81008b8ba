// Package durabletest has a disk that stops at a chosen step, and then has
// what a real one may have after a power cut.
package durabletest

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"sync"

	"github.com/grainledger/grainledger/gateway/durable"
)

// ErrStopped is the error of every step from the chosen one on.
var ErrStopped = errors.New("durabletest: the machine has stopped")

// Disk is a disk in memory. Content lasts from the sync of its file on, a name
// from the sync of its directory on; what was not synced may last or not.
type Disk struct {
	mu      sync.Mutex
	steps   int
	stop    int // 0: never
	names   map[string]*inode
	lasting map[string]*inode
	dirs    map[string]bool // lasting from the sync of the parent on
	made    map[string]bool
}

// inode is the content of a file.
type inode struct {
	data, synced []byte
}

var _ durable.Disk = (*Disk)(nil)

// New is an empty disk with one directory, "/".
func New() *Disk {
	return &Disk{names: map[string]*inode{}, lasting: map[string]*inode{}, dirs: map[string]bool{"/": true}, made: map[string]bool{"/": true}}
}

// StopAt makes the n-th step from now on and all after it fail.
func (d *Disk) StopAt(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stop = d.steps + n
}

// Stopped tells whether the chosen step was reached.
func (d *Disk) Stopped() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stop > 0 && d.steps >= d.stop
}

// Restart is the disk after the power came back. Of each thing that was not
// synced, lasts tells whether it is there all the same.
func (d *Disk) Restart(lasts func() bool) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	after := New()
	after.dirs = maps.Clone(d.dirs)
	for dir := range d.made {
		if lasts() {
			after.dirs[dir] = true
		}
	}
	after.made = maps.Clone(after.dirs)
	copies := map[*inode]*inode{}
	keep := func(path string, file *inode) {
		if !after.made[filepath.Dir(path)] {
			return
		}
		if copies[file] == nil {
			data := file.synced
			if lasts() {
				data = file.data
			} else if len(file.data) > len(file.synced) && lasts() {
				data = file.data[:len(file.synced)+(len(file.data)-len(file.synced))/2] // torn
			}
			copies[file] = &inode{data: bytes.Clone(data), synced: bytes.Clone(data)}
		}
		after.names[path] = copies[file]
	}
	paths := map[string]bool{}
	for path := range d.names {
		paths[path] = true
	}
	for path := range d.lasting {
		paths[path] = true
	}
	for path := range paths {
		was, now := d.lasting[path], d.names[path]
		if was != now && lasts() {
			was = now
		}
		if was != nil {
			keep(path, was)
		}
	}
	after.lasting = maps.Clone(after.names)
	return after
}

// Always, Never and Random are what may last of that which was not synced.
func Always() bool { return true }
func Never() bool  { return false }
func Random(seed uint64) func() bool {
	r := rand.New(rand.NewPCG(seed, 0))
	return func() bool { return r.IntN(2) == 0 }
}

// step does one thing, unless the machine has stopped. The lock is held while
// it does.
func (d *Disk) step(do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.steps++
	if d.stop > 0 && d.steps >= d.stop {
		return ErrStopped
	}
	return do()
}

// missing wants the directory of a path. The lock is held.
func (d *Disk) missing(path string) error {
	if !d.made[filepath.Dir(path)] {
		return &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return nil
}

func (d *Disk) Create(path string) (durable.File, error) {
	f := &file{disk: d}
	return f, d.step(func() error {
		if err := d.missing(path); err != nil {
			return err
		}
		if f.inode = d.names[path]; f.inode == nil {
			f.inode = &inode{}
			d.names[path] = f.inode
		}
		f.inode.data = nil
		return nil
	})
}

func (d *Disk) Rename(from, to string) error {
	return d.step(func() error {
		file := d.names[from]
		if file == nil {
			return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
		}
		delete(d.names, from)
		d.names[to] = file
		return nil
	})
}

func (d *Disk) Remove(path string) error {
	return d.step(func() error {
		if d.names[path] == nil {
			return &fs.PathError{Op: "remove", Path: path, Err: fs.ErrNotExist}
		}
		delete(d.names, path)
		return nil
	})
}

func (d *Disk) Mkdir(path string) error {
	return d.step(func() error {
		d.made[path] = true
		return d.missing(path)
	})
}

func (d *Disk) SyncDir(dir string) error {
	return d.step(func() error {
		if !d.made[dir] {
			return &fs.PathError{Op: "sync", Path: dir, Err: fs.ErrNotExist}
		}
		for path := range d.lasting {
			if filepath.Dir(path) == dir && d.names[path] == nil {
				delete(d.lasting, path)
			}
		}
		for path, file := range d.names {
			if filepath.Dir(path) == dir {
				d.lasting[path] = file
			}
		}
		for child := range d.made {
			if filepath.Dir(child) == dir {
				d.dirs[child] = true
			}
		}
		return nil
	})
}

func (d *Disk) List(dir string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for path := range d.names {
		if filepath.Dir(path) == dir {
			names = append(names, filepath.Base(path))
		}
	}
	return names, nil
}

func (d *Disk) Open(path string) (durable.Reader, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	file := d.names[path]
	if file == nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return reader{bytes.NewReader(file.data)}, nil
}

type file struct {
	disk  *Disk
	inode *inode
}

func (f *file) Write(p []byte) (int, error) {
	return len(p), f.disk.step(func() error {
		f.inode.data = append(f.inode.data, p...)
		return nil
	})
}

func (f *file) Sync() error {
	return f.disk.step(func() error {
		f.inode.synced = bytes.Clone(f.inode.data)
		return nil
	})
}

func (f *file) Close() error { return nil }

type reader struct{ *bytes.Reader }

func (r reader) Close() error         { return nil }
func (r reader) Size() (int64, error) { return r.Reader.Size(), nil }
