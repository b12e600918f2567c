package server

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// A MatchFunc reports whether the registered template covers path, which is the request's path without query
// and as it was sent, undecoded.
type MatchFunc func(template string, path []byte) bool

// MatchExact compares byte by byte.
func MatchExact(template string, path []byte) bool { return template == string(path) }

// MatchWildcard understands, at the template's end only: * for any tail, ? for the character before it being
// optional, and both together, in either order, for an optional character and then any tail.
func MatchWildcard(template string, path []byte) bool {
	t, err := parseTemplate(template, false)
	return err == nil && t.match(path, nil)
}

// maxParams bounds the {name} segments of one template.
const maxParams = 8

// A span is a part of a request's path.
type span struct{ start, end int }

// A template is a registered path taken apart: literals with one segment of any text between each two, and
// after the last one perhaps an optional byte and any tail.
type template struct {
	text     string
	literals []string
	names    []string
	optional bool // the byte after the last literal may be there or not
	option   byte
	open     bool // any tail may follow
}

// literal reports whether only one path matches.
func (t *template) literal() bool { return len(t.names) == 0 && !t.optional && !t.open }

// parseTemplate takes text apart; braces are names only if params is set.
func parseTemplate(text string, params bool) (t template, err error) {
	t.text = text
	rest := text
	for n := 0; n < 2 && t.takesTail(&rest); n++ {
	}
	if t.optional {
		if rest == "" {
			return t, errors.New("nothing stands before the question mark")
		}
		t.option = rest[len(rest)-1]
		rest = rest[:len(rest)-1]
	}
	for params {
		before, after, found := strings.Cut(rest, "{")
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed || name == "" || !strings.HasSuffix(before, "/") || tail != "" && tail[0] != '/' {
			return t, fmt.Errorf("{name} must fill a whole segment of %q", text)
		}
		t.literals, t.names, rest = append(t.literals, before), append(t.names, name), tail
	}
	t.literals = append(t.literals, rest)
	if len(t.names) > maxParams {
		return t, fmt.Errorf("%q has more than %d names", text, maxParams)
	}
	return t, nil
}

// takesTail moves a final * or ? from rest into t, each once.
func (t *template) takesTail(rest *string) bool {
	if !t.open && strings.HasSuffix(*rest, "*") && *rest != "*" {
		t.open = true
	} else if !t.optional && strings.HasSuffix(*rest, "?") {
		t.optional = true
	} else {
		return false
	}
	*rest = (*rest)[:len(*rest)-1]
	return true
}

// match reports whether path is covered and stores where its named segments lie, if params is not nil.
func (t *template) match(path []byte, params *[maxParams]span) bool {
	at := 0 // path[:at] is matched
	for i, name := range t.literals[:len(t.names)] {
		if !hasPrefix(path[at:], name) {
			return false
		}
		at += len(name)
		length := bytes.IndexByte(path[at:], '/')
		if length < 0 {
			length = len(path) - at
		}
		if length == 0 {
			return false
		}
		if params != nil {
			params[i] = span{at, at + length}
		}
		at += length
	}
	last := t.literals[len(t.names)]
	return hasPrefix(path[at:], last) && t.matchTail(path[at+len(last):])
}

func (t *template) matchTail(tail []byte) bool {
	if t.optional && len(tail) > 0 {
		if tail[0] != t.option {
			return false
		}
		tail = tail[1:]
	}
	return t.open || len(tail) == 0
}

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}
