package compare

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	l := newLab(1)
	for _, name := range []string{"1", "2"} {
		folder := filepath.Join(dir, name)
		require.NoError(t, os.Mkdir(folder, 0o755))
		require.NoError(t, l.one(1).Save(folder))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "notes"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "index.html"), nil, 0o644))

	s, err := Read(dir)
	require.NoError(t, err)
	require.Len(t, s.Runs, 2)
	require.Equal(t, []string{filepath.Join(dir, "1"), filepath.Join(dir, "2")}, s.Dirs)

	s, err = Read(filepath.Join(dir, "2"))
	require.NoError(t, err)
	require.Len(t, s.Runs, 1)
}

func TestReadWrong(t *testing.T) {
	dir := t.TempDir()
	_, err := Read(dir)
	require.ErrorContains(t, err, "neither a run nor a folder of runs")
	_, err = Read(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "run.json"), []byte("{"), 0o644))
	_, err = Read(dir)
	require.ErrorContains(t, err, "run.json")
}
