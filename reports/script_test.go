package reports

import (
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// try runs a script in the page and returns the words that it ends with.
func try(t *testing.T, do func(string) ([]string, error), script string) []string {
	t.Helper()
	words, err := do(script)
	require.NoError(t, err)
	return words
}

// With JavaScript, plots can be read off, lines hidden, time enlarged and tables
// sorted.
func TestScript(t *testing.T) {
	ctx := browser(t)
	heard := listen(t, ctx)
	file := filepath.Join(t.TempDir(), ReportFile)
	require.NoError(t, Write(troubled(t).done(), file))
	look(t, ctx, file, reader{1400, "light", ""})
	do := func(script string) ([]string, error) { return chromedp.Run(ctx, chromedp.Evaluate[[]string](script)) }

	over := `const over = (id, part, kind = 'pointermove') => {
		const svg = document.querySelector('#' + id + ' > svg.wide, #' + id + ' > svg.half'), box = svg.getBoundingClientRect();
		const [from, to] = svg.dataset.x.split(' ').map(Number), scale = box.width / svg.viewBox.baseVal.width;
		svg.dispatchEvent(new PointerEvent(kind, { clientX: box.left + scale * (from + (to - from) * part), clientY: box.top + 50, bubbles: true, pointerType: 'mouse' }));
		return document.querySelector('.hint');
	};`
	words := try(t, do, `(() => {`+over+` const h = over('rate', 0.12); return [h.hidden ? 'hidden' : 'shown', ...[...h.children].map(e => e.textContent)]; })()`)
	require.Equal(t, "shown", words[0])
	require.Equal(t, "5.5 s", words[1])
	require.Regexp(t, `^answered: 2\d\d$`, words[2])

	words = try(t, do, `(() => {`+over+` const h = over('load1-latency', 1); return [...h.children].map(e => e.textContent); })()`)
	require.Equal(t, "16", words[0])
	require.Len(t, words, 4, "p50, p90 and p99: %q", words)
	require.Regexp(t, `^p99: 6\d\.\d ms$`, words[3])

	words = try(t, do, `(() => {`+over+` const h = over('percentiles', 0.6); return [...h.children].map(e => e.textContent); })()`)
	require.Regexp(t, `^99\.\d+ %$`, words[0])

	words = try(t, do, `(() => { const li = document.querySelector('#latency .keys li'); li.click();
		const hidden = [...document.querySelectorAll('#latency svg.wide path')].filter(p => p.style.visibility === 'hidden').length;
		const pressed = li.getAttribute('aria-pressed'); li.click();
		return [String(hidden > 0), pressed, String([...document.querySelectorAll('#latency svg.wide path')].some(p => p.style.visibility === 'hidden'))]; })()`)
	require.Equal(t, []string{"true", "false", "false"}, words)

	words = try(t, do, `(() => {`+over+` over('heap', 0.2, 'pointerdown'); over('heap', 0.4); over('heap', 0.4, 'pointerup');
		const rate = document.querySelector('#rate svg.wide');
		const zoomed = rate.dataset.x.split(' ').slice(2, 4).map(v => (+v).toFixed(0)), ticks = rate.querySelectorAll('.tick').length;
		const reset = document.querySelector('.reset'), shown = !reset.hidden; reset.click();
		return [...zoomed, String(ticks > 2), String(shown), rate.dataset.x.split(' ').slice(2, 4).join(' '), String(rate.querySelectorAll('.tick').length)]; })()`)
	require.Equal(t, []string{"9", "18", "true", "true", "0 45", "0"}, words)

	words = try(t, do, `(() => { const table = document.querySelector('#tables table'), rate = [...table.tHead.rows[0].cells].findIndex(c => c.textContent === 'Answered/s');
		const order = () => [...table.tBodies[0].rows].map(r => r.cells[0].textContent).join(' ');
		table.tHead.rows[0].cells[rate].querySelector('button').click(); const down = order();
		table.tHead.rows[0].cells[rate].querySelector('button').click(); return [down, order(), table.tHead.rows[0].cells[rate].getAttribute('aria-sort')]; })()`)
	require.Equal(t, []string{"closed-4 closed-16 open-70 closed-1", "closed-1 open-70 closed-16 closed-4", "ascending"}, words)

	require.Empty(t, heard.messages)
}
