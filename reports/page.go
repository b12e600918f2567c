package reports

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS template.CSS

//go:embed page.js
var pageScript template.JS

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// page is what page.html is filled with. Everything in it is ready to be read;
// html/template escapes it.
type page struct {
	CSS      template.CSS
	Script   template.JS
	Title    string
	Started  string
	URL      string
	Kind     string // "board", "simulated" or ""
	Verdicts []verdict
	Numbers  []fact
	Tested   []fact
	Told     []fact
	Client   []fact
	Load     [][]*figure
	Nines    *figure
	Leak     *figure
	Asserted []outcomeRow
	Searched []string
	Time     []*figure
	Events   []eventRow
	Phases   []phaseRow
	Latency  []latencyRow
	Errors   []errorRow
	Links    []linkRow
	Streams  []streamRow
	Sieges   []siegeRow
	Notes    []string
	Data     template.JS
}

// render writes the page of r.
func render(w io.Writer, r *record) error {
	p := &page{
		CSS: pageCSS, Script: pageScript, Title: r.title(), Started: clock(r.Started), URL: oneLine(r.Target.URL, 400), Kind: r.kind(),
		Verdicts: r.verdicts(), Numbers: r.numbers(), Tested: r.tested(), Told: r.told(), Client: r.client(),
		Nines: r.ninesFigure(), Leak: r.leakFigure(), Asserted: r.outcomeRows(), Searched: r.searched(), Time: r.timeFigures(), Events: r.eventRows(),
		Phases: r.phaseRows(), Latency: r.latencyRows(), Errors: r.errorRows(), Links: r.linkRows(), Streams: r.streamRows(), Sieges: r.siegeRows(), Data: r.data(),
	}
	for i, l := range r.ladders() {
		p.Load = append(p.Load, l.figures(fmt.Sprintf("load%d", i+1)))
	}
	return pageTemplate.Execute(w, p)
}

// title names the run: the board, or the address that was loaded.
func (r *record) title() string {
	if r.Target.Board != "" {
		return oneLine(r.Target.Board, 60)
	}
	if r.Target.URL != "" {
		return oneLine(r.Target.URL, 60)
	}
	return oneLine(r.Name, 60)
}

func (r *record) kind() string {
	switch {
	case r.Target.Simulated:
		return "simulated, no real board"
	case r.Target.Board != "":
		return "real board"
	}
	return ""
}
