// Package reports turns run folders into what people read: one HTML page a run
// that needs nothing but itself, an index over many runs, and a picture.
//
//	err := reports.Write("reports/out/20261123T041500Z-host", "report.html")
//
// A page is drawn from the run folder alone and carries no clock of its own, so
// the same run always gives the same bytes. Whatever stands in a run folder is
// taken as hostile: it is shown, never interpreted.
package reports

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Names of the files that this package leaves beside runs.
const (
	ReportFile = "report.html" // in a run folder
	IndexFile  = "index.html"  // in a folder of run folders
)

// Write renders the run in runDir, a folder or a report of it, as one
// self-contained HTML file. The run may be unfinished, killed or empty; only a folder without a readable run.json is
// an error. The file is replaced atomically.
func Write(runDir, out string) error {
	r, err := open(runDir)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := render(&page, r); err != nil {
		return fmt.Errorf("render the report of %s: %w", runDir, err)
	}
	return replaceFile(out, page.Bytes())
}

// replaceFile writes a neighbour of name and renames it over name: a reader
// sees the old page or the new one, never a part.
func replaceFile(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	if err != nil {
		return fmt.Errorf("replace %s: %w", name, err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("replace %s: %w", name, err)
	}
	return nil
}
