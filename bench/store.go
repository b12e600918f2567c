package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// store writes a run folder, and outlives a full disk: what finds no room is
// counted and left out, and run.json has room put by.
type store struct {
	dir       string
	run       *measure.Run
	series    *measure.Series
	latencies *measure.LatencyLog
	full      bool
	good      int // lines in a row that it took although it is full
}

const (
	reserveFile = ".reserve"
	// reserved is room for a run.json of many phases and its old version.
	reserved = 512 << 10
)

func newStore(dir string, run *measure.Run) (s *store, err error) {
	s = &store{dir: dir, run: run}
	if err := os.WriteFile(s.reserve(), make([]byte, reserved), 0o644); err != nil {
		return nil, fmt.Errorf("put by room for the run's end: %w", errors.Join(err, os.Remove(s.reserve())))
	}
	if s.series, err = measure.CreateSeries(dir); err != nil {
		return nil, errors.Join(err, os.Remove(s.reserve()))
	}
	if s.latencies, err = measure.CreateLatencyLog(dir, run.Started); err != nil {
		return nil, errors.Join(err, s.series.Close(), os.Remove(s.reserve()))
	}
	if err = run.Save(dir); err != nil {
		return nil, errors.Join(err, s.series.Close(), s.latencies.Close(), os.Remove(s.reserve()))
	}
	return s, nil
}

func (s *store) reserve() string { return filepath.Join(s.dir, reserveFile) }

func (s *store) sample(x *measure.Sample) error   { return s.line(s.series.Append(x)) }
func (s *store) latency(x measure.Interval) error { return s.line(s.latencies.Append(x)) }

// line counts what found no room.
func (s *store) line(err error) error {
	if noRoom(err) {
		s.run.LostLines++
	}
	return err
}

// save replaces run.json, in the room put by if there is no other. What is left
// of that is put by again, so that the logs do not take it.
func (s *store) save() error {
	err := s.run.Save(s.dir)
	if !noRoom(err) {
		return err
	}
	if err := os.Truncate(s.reserve(), 0); err != nil {
		return err
	}
	return errors.Join(s.run.Save(s.dir), s.putBy())
}

// putBy takes room for the run's end, as far as there is some.
func (s *store) putBy() error {
	err := os.WriteFile(s.reserve(), make([]byte, reserved), 0o644)
	if noRoom(err) {
		return nil
	}
	return err
}

// backAfter is how many lines in a row a disk takes until it counts as free
// again: one may still find room at the end of a block.
const backAfter = 6

// took swallows that there was no room, and reports whether that is new, or
// whether there is room again. Only lines show that.
func (s *store) took(err error, line bool) (begun, ended bool, other error) {
	switch {
	case noRoom(err):
		begun, s.full, s.good = !s.full, true, 0
		return begun, false, nil
	case err == nil && line && s.full:
		s.good++
		ended = s.good >= backAfter
		s.full = !ended
		return false, ended, nil
	}
	return false, false, err
}

// close saves the run for the last time and closes its logs.
func (s *store) close() error {
	err := errors.Join(s.save(), s.series.Close(), s.latencies.Close())
	os.Remove(s.reserve()) // it may have been needed
	return err
}

// noRoom reports whether the disk, a quota or a limit takes no more.
func noRoom(err error) bool {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
