package reports

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

var shots = flag.String("shots", "", "folder for screenshots of the pages, to look at")

// TestShots takes pictures of the pages for people to look at.
func TestShots(t *testing.T) {
	if *shots == "" {
		t.Skip("no -shots folder given")
	}
	pages := map[string]string{"ordinary": ordinary(t).done(), "troubled": troubled(t).done(), "soaked": soaked(t).done()}
	ctx := browser(t)
	shotIndex(t, ctx)
	for name, dir := range pages {
		out := filepath.Join(*shots, name+".html")
		require.NoError(t, Write(dir, out))
		shoot(t, ctx, name, out)
	}
}

// shoot takes pictures of a page as different readers have it, if asked for.
func shoot(t *testing.T, ctx context.Context, name, file string) {
	t.Helper()
	if *shots == "" {
		return
	}
	for as, r := range map[string]reader{
		"390-light": {390, "light", ""}, "390-dark": {390, "dark", ""},
		"1400-light": {1400, "light", ""}, "1400-dark": {1400, "dark", ""}, "print": {700, "dark", "print"},
	} {
		look(t, ctx, file, r)
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(*shots, name+"-"+as+".png"), png, 0o644))
	}
}

// shotIndex takes the index over several runs, good and bad, and the picture.
func shotIndex(t *testing.T, ctx context.Context) {
	dir := manyRuns(t)
	require.NoError(t, WritePicture(filepath.Join(dir, "a"), filepath.Join(*shots, "picture.svg")))
	for _, width := range []int64{390, 1400} {
		look(t, ctx, filepath.Join(dir, IndexFile), reader{width, "light", ""})
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(*shots, fmt.Sprintf("index-%d.png", width)), png, 0o644))
	}
	look(t, ctx, filepath.Join(*shots, "picture.svg"), reader{960, "dark", ""})
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(*shots, "picture.png"), png, 0o644))
}
