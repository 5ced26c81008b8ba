package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/emmansun/gmsm/sm2"

	"github.com/grainledger/grainledger/record"
)

// memoryFigures puts a million records into an embedded ledger in a process
// of its own and reads that process's largest resident size. The records come
// over a pipe, so that making them does not count.
func memoryFigures(ctx context.Context, s sizes) ([]figure, error) {
	l, err := newLoad()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{"memory-child"}, l.keys()...)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	sent := l.send(in, s.million/perLot)
	answer, err := io.ReadAll(out)
	if err := errors.Join(sent, err, cmd.Wait()); err != nil {
		return nil, err
	}
	peak, err := strconv.ParseFloat(strings.TrimSpace(string(answer)), 64)
	if err != nil {
		return nil, err
	}
	return []figure{{name: "embedded_peak_mib", unit: "MiB", value: peak}}, nil
}

// send writes the records of so many lots, length first, and closes the pipe.
func (l *load) send(pipe io.WriteCloser, lots int) error {
	w := bufio.NewWriterSize(pipe, 1<<20)
	const chunk = 5000
	for from := 0; from < lots; from += chunk {
		records, err := l.lots(from, min(chunk, lots-from))
		if err != nil {
			return err
		}
		for _, r := range records {
			if _, err := w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(r)))); err != nil {
				return err
			}
			if _, err := w.Write(r); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "\rembedded_peak_mib: %d of %d records", (from+chunk)*perLot, lots*perLot)
	}
	fmt.Fprintln(os.Stderr)
	return errors.Join(w.Flush(), pipe.Close())
}

// keys is the parties' private keys, so that the child knows the same ones.
func (l *load) keys() []string {
	var out []string
	for _, p := range l.parties() {
		out = append(out, fmt.Sprintf("%064x", p.key.SM2().D))
	}
	return out
}

func (l *load) parties() []*party {
	return []*party{&l.root, &l.coop, &l.depot, &l.lab, &l.mill}
}

// memoryChild reads records from standard input into a ledger and prints its
// largest resident size in MiB.
func memoryChild(keys []string) error {
	ctx := context.Background()
	l, err := newLoad()
	if err != nil {
		return err
	}
	for i, p := range l.parties() {
		if p.key, err = keyOf(keys[i]); err != nil {
			return err
		}
	}
	n, err := open(ctx, l)
	if err != nil {
		return err
	}
	defer n.close()
	if err := n.drain(ctx, bufio.NewReaderSize(os.Stdin, 1<<20)); err != nil {
		return err
	}
	peak, err := peakMiB()
	if err != nil {
		return err
	}
	_, err = fmt.Println(peak)
	return err
}

func keyOf(d string) (*record.PrivateKey, error) {
	var raw []byte
	if _, err := fmt.Sscanf(d, "%x", &raw); err != nil {
		return nil, err
	}
	k, err := sm2.NewPrivateKey(raw)
	if err != nil {
		return nil, err
	}
	return record.NewPrivateKey(k)
}

// drain submits everything that comes, some thousands at a time.
func (n *node) drain(ctx context.Context, in io.Reader) error {
	for {
		records, err := readRecords(in, 4000)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return nil
		}
		if err := n.submitAll(ctx, records, 8); err != nil {
			return err
		}
	}
}

func readRecords(in io.Reader, most int) ([][]byte, error) {
	var out [][]byte
	var size [4]byte
	for len(out) < most {
		if _, err := io.ReadFull(in, size[:]); err == io.EOF {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		r := make([]byte, binary.BigEndian.Uint32(size[:]))
		if _, err := io.ReadFull(in, r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// peakMiB is the largest resident size this process has had.
func peakMiB() (float64, error) {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, errors.New("no VmHWM in /proc/self/status")
}
