package server

import (
	"maps"
	"slices"
	"strings"
)

// A route is one registered handler.
type route struct {
	URI
	template *template
}

// A resource is what is registered under one template.
type resource struct {
	template template
	match    MatchFunc // nil for the template's own matching
	get, any *route
	others   []*route
	allow    string // the value of its Allow field
}

// routes is an immutable table: the hot path reads it without a lock, registration replaces it.
type routes struct {
	list    []URI
	literal map[string]*resource
	// patterns are tried in order of registration; with a MatchFunc of the user all resources are here.
	patterns []*resource
	errors   map[int]ErrorHandler
}

// with returns a table that has u as well.
func (t *routes) with(u URI, match MatchFunc, limit int) (*routes, error) {
	if len(t.list) >= limit {
		return nil, ErrHandlersFull
	}
	for _, old := range t.list {
		if covers(old, u, match) {
			return nil, ErrHandlerExists
		}
	}
	return buildRoutes(append(slices.Clip(t.list), u), match, t.errors)
}

// covers reports whether old would take every request meant for u.
func covers(old, u URI, match MatchFunc) bool {
	if match == nil {
		return old.Method == u.Method && old.Path == u.Path
	}
	return (old.Method == u.Method || old.Method == AnyMethod) && match(old.Path, []byte(u.Path))
}

// without returns a table without the registrations that drop names, and their number.
func (t *routes) without(drop func(URI) bool, match MatchFunc) (*routes, int) {
	list := slices.DeleteFunc(slices.Clone(t.list), drop)
	next, err := buildRoutes(list, match, t.errors)
	if err != nil { // cannot be: each of them was accepted before
		return t, 0
	}
	return next, len(t.list) - len(list)
}

// withError returns a table with another answer to status.
func (t *routes) withError(status int, h ErrorHandler) *routes {
	next := *t
	next.errors = maps.Clone(t.errors)
	if next.errors == nil {
		next.errors = make(map[int]ErrorHandler)
	}
	if h == nil {
		delete(next.errors, status)
	} else {
		next.errors[status] = h
	}
	return &next
}

func buildRoutes(list []URI, match MatchFunc, errors map[int]ErrorHandler) (*routes, error) {
	t := &routes{list: list, literal: make(map[string]*resource), errors: errors}
	known := make(map[string]*resource)
	for _, u := range list {
		res := known[u.Path]
		if res == nil {
			parsed, err := parseTemplate(u.Path, match == nil)
			if err != nil {
				return nil, err
			}
			res = &resource{template: parsed, match: match}
			known[u.Path] = res
			if match == nil && parsed.literal() {
				t.literal[u.Path] = res
			} else {
				t.patterns = append(t.patterns, res)
			}
		}
		res.add(&route{URI: u, template: &res.template})
	}
	for _, res := range known {
		res.allow = strings.Join(res.methods(), ", ")
	}
	return t, nil
}

func (res *resource) add(rt *route) {
	switch rt.Method {
	case "GET":
		res.get = rt
	case AnyMethod:
		res.any = rt
	default:
		res.others = append(res.others, rt)
	}
}

// methods lists what the resource answers; HEAD comes with GET and OPTIONS always.
func (res *resource) methods() (names []string) {
	if res.any != nil {
		return []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}
	}
	if res.get != nil {
		names = append(names, "GET", "HEAD")
	}
	for _, rt := range res.others {
		if !slices.Contains(names, rt.Method) {
			names = append(names, rt.Method)
		}
	}
	if !slices.Contains(names, "OPTIONS") {
		names = append(names, "OPTIONS")
	}
	return names
}

// route returns the handler for a method, or nil.
func (res *resource) route(method []byte) *route {
	if string(method) == "GET" && res.get != nil {
		return res.get
	}
	for _, rt := range res.others {
		if rt.Method == string(method) {
			return rt
		}
	}
	// RFC 9110, 9.3.2: HEAD is GET without the content.
	if string(method) == "HEAD" && res.get != nil {
		return res.get
	}
	return res.any
}

func (res *resource) matches(path []byte, params *[maxParams]span) bool {
	if res.match != nil {
		return res.match(res.template.text, path)
	}
	return res.template.match(path, params)
}

// find returns the handler for a request. If there is none, allow names the methods that the path knows; it is
// empty when nothing has the path.
func (t *routes) find(method, path []byte, params *[maxParams]span) (found *route, allow string) {
	if res := t.literal[string(path)]; res != nil {
		if found = res.route(method); found != nil {
			return found, ""
		}
		allow = res.allow
	}
	for _, res := range t.patterns {
		if !res.matches(path, params) {
			continue
		}
		if found = res.route(method); found != nil {
			return found, ""
		}
		if allow == "" {
			allow = res.allow
		}
	}
	return nil, allow
}
