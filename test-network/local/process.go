package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a program that runs for long, known by its directory: log and
// pid lie there.
type process struct {
	name string
	dir  string
	path string
	args []string
	env  []string
}

// launcher starts processes from one thread that lives as long as this
// program, since what is tied to a parent is tied to the thread that made it.
type launcher struct {
	tied bool
	work chan func()
}

func newLauncher(tied bool) *launcher {
	l := &launcher{tied: tied, work: make(chan func())}
	if tied {
		go func() {
			runtime.LockOSThread()
			for f := range l.work {
				f()
			}
		}()
	}
	return l
}

func (l *launcher) do(f func()) {
	if !l.tied {
		f()
		return
	}
	done := make(chan struct{})
	l.work <- func() { f(); close(done) }
	<-done
}

// start starts a process unless it runs already; it tells whether it did.
func (l *launcher) start(p process) (started bool, err error) {
	if p.pid() != 0 {
		return false, nil
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return false, err
	}
	log, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return false, err
	}
	defer log.Close() //nolint:errcheck // the process has its own
	cmd := exec.Command(p.path, p.args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.dir, append(os.Environ(), p.env...), log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if l.tied {
		cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	}
	l.do(func() { err = cmd.Start() })
	if err != nil {
		return false, fmt.Errorf("start %s: %w", p.name, err)
	}
	go func() { _ = cmd.Wait() }() // so that it is no zombie while this program runs
	return true, p.notePID(cmd.Process.Pid)
}

func (p process) logFile() string { return filepath.Join(p.dir, "log") }
func (p process) pidFile() string { return filepath.Join(p.dir, "pid") }

// notePID remembers the process by its number and its start, since numbers
// are used again.
func (p process) notePID(pid int) error {
	return writeFile(p.pidFile(), fmt.Appendf(nil, "%d %s\n", pid, startOf(pid)), 0o644)
}

// pid is the number of the running process, 0 if it does not run.
func (p process) pid() int {
	raw, err := os.ReadFile(p.pidFile())
	if err != nil {
		return 0
	}
	number, start, _ := strings.Cut(strings.TrimSpace(string(raw)), " ")
	pid, err := strconv.Atoi(number)
	if err != nil || start == "" || startOf(pid) != start {
		return 0
	}
	return pid
}

// startOf is the time at which a process began, in ticks since the machine
// did; empty if there is none, or none any more.
func startOf(pid int) string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field is the program's name in brackets, which may hold anything.
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
	const state, start = 0, 19
	if len(fields) <= start || string(fields[state]) == "Z" {
		return ""
	}
	return string(fields[start])
}

// signal sends a signal to the process; it is no error if it does not run.
func (p process) signal(s syscall.Signal) error {
	pid := p.pid()
	if pid == 0 {
		return nil
	}
	if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal %s: %w", p.name, err)
	}
	return nil
}

// stop ends the process in good order, or by force after a while.
func (p process) stop(ctx context.Context) error {
	for _, s := range []syscall.Signal{syscall.SIGCONT, syscall.SIGTERM} {
		if err := p.signal(s); err != nil {
			return err
		}
	}
	gentle, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if p.gone(gentle) != nil {
		return p.kill(ctx)
	}
	return p.forget()
}

// kill ends the process at once.
func (p process) kill(ctx context.Context) error {
	if err := p.signal(syscall.SIGKILL); err != nil {
		return err
	}
	return errors.Join(p.gone(ctx), p.forget())
}

func (p process) gone(ctx context.Context) error {
	return poll(ctx, p.name+" ends", func() error {
		if p.pid() != 0 {
			return errors.New("it runs")
		}
		return nil
	})
}

func (p process) forget() error {
	if err := os.Remove(p.pidFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// tail is the end of the log, for an error's text.
func (p process) tail() string {
	raw, _ := os.ReadFile(p.logFile())
	return string(raw[max(0, len(raw)-2000):])
}

// poll asks until there is no error, or ctx ends.
func poll(ctx context.Context, what string, ask func() error) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain until %s: %w", what, err)
		}
	}
}
