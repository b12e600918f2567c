// Package check says what a conformance case is, runs cases against a server and remembers every byte.
//
// A case is a small value: where the rule stands, what it says, and a script of steps that talk to the
// server over one connection.
//
//	check.Case{
//		Section: "3.2", Name: "missing-host", Twin: get,
//		Rule:   "A request of HTTP/1.1 without Host MUST be answered with 400.",
//		Script: check.Script{check.Send("GET {p} HTTP/1.1\r\n\r\n"), check.Status(400)},
//	}
//
// Three rules keep verdicts honest. A refusal counts only if the Twin, a valid request that is nearly the
// same, was accepted by this target in this run. After a case with a twin a fresh connection must still be
// served. And nothing counts as a pass on a target that accepts noise as well.
package check

import (
	"regexp"
	"strings"
)

// Level is how strongly a rule binds: the first RFC 2119 keyword in its sentence.
type Level string

const (
	Must   Level = "must"
	Should Level = "should"
	May    Level = "may"
	Other  Level = "other" // robustness and measurements that no RFC words as a requirement
)

// Levels lists every level, the strongest first.
var Levels = []Level{Must, Should, May, Other}

// Step does one thing on the wire and judges what came back. Nil means: go on.
// Wrong, Broken and Skip make the errors that end a case; Conn.Weak and Conn.Note go on.
type Step func(*Conn) error

// Script is the steps of a case, in order, on one connection.
type Script []Step

// Case is one rule and the way to find out whether a server keeps it.
type Case struct {
	Section string // of the suite's document: "3.2"
	Name    string // slug, unique in its section: "missing-host"
	Alias   string // ids of the same check in the catalogue this suite grew from, with blanks between, or ""
	Cite    string // where the rule stands, if not in the suite's document: "RFC 3986, 3.2.3"
	Rule    string // one sentence of our own, with its keyword (MUST, SHOULD, MAY)

	// Twin is a valid request, nearly the one of Script. Any case that counts a refusal has one.
	Twin string
	// Neighbour is a twin that takes more than one request: a valid exchange, nearly the one of Script.
	Neighbour Script
	// Each runs Script once per element, on a fresh connection, with {x} standing for the element.
	Each []string
	// Script talks to the server. Nil for a case that only reads what the others received.
	Script Script
	// Lint judges a response that any case received. It returns NotApplicable when there is nothing to judge.
	Lint func(*Response) error
	// Alone keeps all other cases away while this one runs: it uses many connections or much time.
	Alone bool
	// Slow keeps the case for a run that asks for slow ones.
	Slow bool
	// Plain is the plainest exchange itself: it is judged even if the target does not serve it.
	Plain bool
}

// hostile tells a case that counts a refusal, so that the target must be well afterwards.
func (c Case) hostile() bool { return c.Twin != "" || c.Neighbour != nil }

// Suite is the cases of one document, sections in increasing order.
type Suite struct {
	Name  string // "rfc9112": the first part of every id
	Title string // "RFC 9112, HTTP/1.1"
	Cases []Case
	// Alive is the plainest exchange of the suite's protocol, on a fresh connection. Nil: a GET.
	Alive Script
}

// ID names a case across versions of the suite: "rfc9112/3.2/missing-host".
func (s Suite) ID(c Case) string { return s.Name + "/" + c.Section + "/" + c.Name }

var keyword = regexp.MustCompile(`\b(MUST|SHOULD|MAY)\b`)

// Level is read from the rule, so that a report cannot disagree with the sentence it prints.
func (c Case) Level() Level {
	if word := keyword.FindString(c.Rule); word != "" {
		return Level(strings.ToLower(word))
	}
	return Other
}

// Source is where the rule stands, for people: "RFC 9112, 3.2".
func (s Suite) Source(c Case) string {
	if c.Cite != "" {
		return c.Cite
	}
	name, _, _ := strings.Cut(s.Title, ", ")
	return name + ", " + c.Section
}
