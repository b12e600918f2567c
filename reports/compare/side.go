package compare

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Side is a set of runs of the same thing.
type Side struct {
	Name string         `json:"name"` // path that it was read from
	Dirs []string       `json:"dirs"` // folders of the runs, in the order of their names
	Runs []*measure.Run `json:"-"`
}

// Read reads the run in path, or, if path is a folder of runs, all of them.
// Folders in it that hold no run are passed over.
func Read(path string) (*Side, error) {
	s := &Side{Name: path}
	if _, err := os.Stat(filepath.Join(path, measure.RunFile)); err == nil {
		return s, s.add(path)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	for _, e := range entries {
		dir := filepath.Join(path, e.Name())
		_, err := os.Stat(filepath.Join(dir, measure.RunFile))
		if errors.Is(err, fs.ErrNotExist) || !e.IsDir() {
			continue
		}
		if err := s.add(dir); err != nil {
			return nil, err
		}
	}
	if len(s.Runs) == 0 {
		return nil, fmt.Errorf("read runs: %s is neither a run nor a folder of runs: no %s in it or one below", path, measure.RunFile)
	}
	return s, nil
}

func (s *Side) add(dir string) error {
	r, err := measure.Load(dir)
	if err != nil {
		return err
	}
	s.Runs, s.Dirs = append(s.Runs, r), append(s.Dirs, dir)
	return nil
}
