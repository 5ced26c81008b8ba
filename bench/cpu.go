package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// cpu is processor time in seconds by kind of process.
type cpu map[string]float64

// Kinds of processes beside peer and orderer.
const (
	cpuChaincode = "chaincode"
	cpuGateway   = "gateway" // or the plain client, which does for an asset what the gateway does for records
)

// cpuNow is what the network and the gateway have used up to now.
func (r *rig) cpuNow(ctx context.Context) (cpu, error) {
	s, err := r.net.Status(ctx)
	if err != nil {
		return nil, err
	}
	out := cpu{}
	for _, n := range s.Nodes {
		if err := out.add(string(n.Node.Kind), n.PID); err != nil {
			return nil, err
		}
	}
	for _, svc := range s.Services {
		if err := out.add(cpuChaincode, svc.PID); err != nil {
			return nil, err
		}
	}
	return out, out.add(cpuGateway, r.gateway.Process.Pid)
}

// ticksPerSecond is Linux's unit of processor time in /proc.
const ticksPerSecond = 100

func (c cpu) add(kind string, pid int) error {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
	for _, i := range []int{11, 12} { // time in the program, and in the kernel for it
		ticks, err := strconv.ParseFloat(string(fields[i]), 64)
		if err != nil {
			return err
		}
		c[kind] += ticks / ticksPerSecond
	}
	return nil
}

// since is what was used after before.
func (c cpu) since(before cpu) cpu {
	out := cpu{}
	for k, v := range c {
		out[k] = v - before[k]
	}
	return out
}

func (c cpu) total() (sum float64) {
	for _, v := range c {
		sum += v
	}
	return sum
}

// per prints milliseconds of each kind for one of n things.
func (c cpu) per(n int) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(c)) {
		parts = append(parts, fmt.Sprintf("%s %.3f", kind, c[kind]*1000/float64(n)))
	}
	return strings.Join(parts, ", ")
}

// settings says under which settings the figures were made.
func (r *rig) settings() string {
	c := r.net.Consortium()
	return fmt.Sprintf("%s: %d orderers, %d peers of as many organisations, endorsement by the majority (%d), TLS, blocks after %s or %d transactions or %s; fabric-gateway and Fabric 3.1.1",
		r.net.Consensus(), len(c.Orderers(r.net.Consensus())), len(c.Peers()), len(c.PeerOrganisations())/2+1,
		c.Blocks.Timeout, c.Blocks.MaxMessages, c.Blocks.PreferredBytes)
}
