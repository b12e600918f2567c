package reports

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// browser starts a headless Chromium that ends with the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("the report is tested in a browser that is not here: apt-get install chromium")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Env("TMPDIR="+t.TempDir()), // where it leaves what it does not clear away
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, flags...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx), "start %s", path)
	return ctx
}

// reader is how somebody has the page before them.
type reader struct {
	width  int64
	scheme string // "light" or "dark"
	media  string // "" or "print"
}

func (r reader) String() string { return fmt.Sprintf("%d px %s %s", r.width, r.scheme, r.media) }

// paper is what A4 leaves between the report's margins, in CSS pixels.
const paperWidth, paperHeight = 703, 1016

// few readers see every page, all of them the ordinary ones.
var (
	few     = []reader{{390, "light", ""}, {1400, "dark", ""}, {paperWidth, "dark", "print"}}
	readers = append([]reader{{390, "dark", ""}, {768, "light", ""}, {1024, "light", ""}, {1600, "light", ""}}, few...)
)

// look opens the file as the reader has it.
func look(t *testing.T, ctx context.Context, file string, r reader) {
	t.Helper()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: r.media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: r.scheme}},
	})
	require.NoError(t, err)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(r.width, 900), chromedp.Navigate("file://"+file)))
}

// overheard is what the browser told of itself: requests, console and log.
type overheard struct {
	sync.Mutex
	requests, messages []string
}

func listen(t *testing.T, ctx context.Context) *overheard {
	t.Helper()
	o := &overheard{}
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		o.Lock()
		defer o.Unlock()
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			o.requests = append(o.requests, ev.Request.URL)
		case *runtime.EventConsoleAPICalled:
			o.messages = append(o.messages, fmt.Sprint("console.", ev.Type))
		case *runtime.EventExceptionThrown:
			o.messages = append(o.messages, ev.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			o.messages = append(o.messages, ev.Entry.Text)
		}
	}))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	require.NoError(t, err)
	return o
}

// abroad are the requests that left the file.
func (o *overheard) abroad(file string) (all []string) {
	o.Lock()
	defer o.Unlock()
	for _, u := range o.requests {
		if u != "file://"+file && !strings.HasPrefix(u, "data:") {
			all = append(all, u)
		}
	}
	return all
}

// faults is a script that lists what is wrong with the layout and the colours of
// the page that is shown.
const faults = `(() => {
	const found = [], wide = document.documentElement.clientWidth;
	const name = e => e.tagName + (e.id ? '#' + e.id : '') + ' "' + e.textContent.trim().slice(0, 30) + '"';
	const shown = e => e.getClientRects().length > 0;
	if (document.documentElement.scrollWidth > wide) found.push('the page scrolls sideways: ' + document.documentElement.scrollWidth + ' > ' + wide);
	for (const e of document.querySelectorAll('body *'))
		if (shown(e) && !e.closest('.scroll') && !e.closest('svg') && e.getBoundingClientRect().right > wide + 1) found.push('sticks out: ' + name(e));

	const luminance = c => {
		const [r, g, b] = c.match(/[\d.]+/g).slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
	const ground = e => {
		for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)') return c; }
		return 'rgb(255, 255, 255)';
	};
	for (const e of document.querySelectorAll('body *')) {
		if (!shown(e) || e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
		const c = contrast(getComputedStyle(e).color, ground(e));
		if (c < 4.5) found.push('contrast ' + c.toFixed(1) + ': ' + name(e));
	}

	for (const f of document.querySelectorAll('figure')) {
		const plots = [...f.querySelectorAll(':scope > svg')].filter(shown);
		if (plots.length !== 1) { found.push(plots.length + ' plots shown in ' + f.id); continue; }
		const box = plots[0].getBoundingClientRect(), scale = box.width / plots[0].viewBox.baseVal.width;
		if (box.width < 300 || box.height < 150) found.push('small plot in ' + f.id);
		if (box.right > wide + 1 || box.left < -1) found.push('cut plot in ' + f.id);
		const inside = e => {
			const b = e.getBoundingClientRect();
			return b.left >= box.left - 1 && b.right <= box.right + 1 && b.top >= box.top - 1 && b.bottom <= box.bottom + 1;
		};
		const texts = [...plots[0].querySelectorAll('text')].filter(x => x.textContent.trim());
		if (texts.length < 4) found.push('few labels in ' + f.id);
		for (const e of [...texts, ...plots[0].querySelectorAll('path')])
			if (!inside(e)) found.push('clipped in ' + f.id + ': ' + name(e));
		const boxes = texts.map(x => x.getBoundingClientRect());
		boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b, j) => {
			if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
				found.push('labels touch in ' + f.id + ': ' + name(texts[i]) + ' and ' + name(texts[i + 1 + j]));
		}));
		for (const x of texts) {
			const style = getComputedStyle(x), c = contrast(style.fill, ground(f));
			if (c < 4.5) found.push('contrast ' + c.toFixed(1) + ' in ' + f.id + ': ' + name(x));
			if (parseFloat(style.fontSize) * scale < 9) found.push('label of ' + (parseFloat(style.fontSize) * scale).toFixed(1) + ' px in ' + f.id);
		}
		for (const k of f.querySelectorAll('.swatch:not(.warm)')) {
			const c = contrast(getComputedStyle(k).color, ground(f));
			if (c < 3) found.push('contrast ' + c.toFixed(1) + ' of a line in ' + f.id);
		}
	}
	return found;
})()`

// Every page looks right on a telephone, on a desk and on paper, in light and
// in dark; it says nothing on the console and asks nobody for anything.
func TestPagesInBrowser(t *testing.T) {
	ctx := browser(t)
	heard := listen(t, ctx)
	see := func(name, dir string, all []reader) {
		file := filepath.Join(t.TempDir(), ReportFile)
		require.NoError(t, Write(dir, file))
		inspect(t, ctx, heard, name, file, all)
	}
	see("ordinary", ordinary(t).done(), readers)
	see("troubled", troubled(t).done(), readers)
	see("soaked", soaked(t).done(), readers)
	for _, c := range thin {
		see(c.name, c.make(t), few)
	}
	inspect(t, ctx, heard, "index", filepath.Join(manyRuns(t), IndexFile), readers)
}

func inspect(t *testing.T, ctx context.Context, heard *overheard, name, file string, all []reader) {
	t.Helper()
	for _, r := range all {
		look(t, ctx, file, r)
		found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](faults))
		require.NoError(t, err)
		for _, f := range found {
			t.Errorf("%s, %v: %s", name, r, f)
		}
	}
	require.Empty(t, heard.abroad(file), "%s asked for more than itself", name)
	heard.Lock()
	defer heard.Unlock()
	require.Empty(t, heard.messages, "%s wrote to the console", name)
	require.NotEmpty(t, heard.requests, "no request was observed, not even for the page")
	heard.requests = nil
}

// On a desk no table of an ordinary run has to be scrolled.
func TestTablesFit(t *testing.T) {
	ctx := browser(t)
	file := filepath.Join(t.TempDir(), ReportFile)
	require.NoError(t, Write(troubled(t).done(), file))
	look(t, ctx, file, reader{1400, "light", ""})
	tables, err := chromedp.Run(ctx, chromedp.Evaluate[[]int](`[...document.querySelectorAll('.scroll')].map(e => e.scrollWidth - e.clientWidth)`))
	require.NoError(t, err)
	require.Equal(t, []int{0, 0, 0, 0}, tables)
}

// Dark is dark, and paper is white whatever the screen is.
func TestDarkAndPaper(t *testing.T) {
	ctx := browser(t)
	file := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, Write(troubled(t).done(), file))
	page := func(r reader) (ground, line string) {
		look(t, ctx, file, r)
		colours, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[getComputedStyle(document.body).backgroundColor,
			getComputedStyle([...document.querySelectorAll('#latency svg path')].find(p => p.style.stroke === 'var(--red)')).stroke]`))
		require.NoError(t, err)
		return colours[0], colours[1]
	}
	ground, line := page(reader{1400, "light", ""})
	require.Equal(t, "rgb(255, 255, 255)", ground)
	require.Equal(t, "rgb(196, 77, 0)", line)
	ground, line = page(reader{1400, "dark", ""})
	require.Equal(t, "rgb(17, 22, 28)", ground)
	require.Equal(t, "rgb(255, 148, 87)", line)
	ground, line = page(reader{paperWidth, "dark", "print"})
	require.Equal(t, "rgb(255, 255, 255)", ground)
	require.Equal(t, "rgb(196, 77, 0)", line)
}

// The page prints, and no figure is higher than a sheet, so that none is cut.
func TestPrint(t *testing.T) {
	ctx := browser(t)
	file := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, Write(troubled(t).done(), file))
	look(t, ctx, file, reader{paperWidth, "light", "print"})
	cut, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](fmt.Sprintf(
		`[...document.querySelectorAll('figure')].filter(f => f.offsetHeight > %d || getComputedStyle(f).breakInside !== 'avoid').map(f => f.id)`, paperHeight)))
	require.NoError(t, err)
	require.Empty(t, cut)
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground()))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(pdf), "%PDF-"))
	pages := strings.Count(string(pdf), "/Type /Page\n")
	require.True(t, pages >= 2 && pages <= 8, "%d pages", pages)
}

// A report needs no JavaScript.
func TestWithoutScript(t *testing.T) {
	ctx := browser(t)
	file := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, Write(ordinary(t).done(), file))
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	look(t, ctx, file, reader{390, "light", ""})
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	require.NoError(t, err)
	text, err := chromedp.Run(ctx, chromedp.Text("#latency figcaption"))
	require.NoError(t, err)
	require.Contains(t, text, "The worst second ends at")
	require.Greater(t, len(png), 50_000, "an almost empty picture")
}

// The inspection finds what it is there for.
func TestInspectionFinds(t *testing.T) {
	ctx := browser(t)
	heard := listen(t, ctx)
	file := filepath.Join(t.TempDir(), "bad.html")
	require.NoError(t, os.WriteFile(file, []byte(`<!doctype html><meta name="viewport" content="width=device-width"><body style="background:#fff">
		<p style="width:2000px">wide</p><p style="color:#aaa">pale</p><img src="beside.png"><script>console.warn("x")</script>
		<figure id="f"><svg viewBox="0 0 300 200" width="300" height="200"><text x="10" y="50" fill="#ddd">one</text><text x="15" y="52">two</text>
		<text x="290" y="90">out of it</text><text x="9" y="150" style="font-size:4px">tiny</text></svg></figure>
		<figure id="g"></figure>`), 0o644))
	look(t, ctx, file, reader{390, "light", ""})
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](faults))
	require.NoError(t, err)
	all := strings.Join(found, "\n")
	for _, f := range []string{"scrolls sideways", "sticks out: P", `contrast 2.3: P`, "labels touch in f", "clipped in f", "label of 4.0 px in f", "contrast 1.4 in f", "0 plots shown in g"} {
		require.Contains(t, all, f)
	}
	require.Len(t, heard.abroad(file), 1)
	require.NotEmpty(t, heard.messages)
}
