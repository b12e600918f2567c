package check

import (
	"fmt"
	"regexp"
	"strings"
)

// FieldFits asks every value of a field to fit. It is NotApplicable to a response without the field.
func FieldFits(r *Response, name string, fits func(value string) bool) error {
	values := r.Values(name)
	if len(values) == 0 {
		return NotApplicable
	}
	for _, v := range values {
		if !fits(v) {
			return Wrong("a value by the grammar of "+name, fmt.Sprintf("%q", v))
		}
	}
	return nil
}

const (
	token  = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
	quoted = `"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"`
)

// Grammar compiles an expression for a whole value, with <token>, <quoted> and <ows> spelt out (RFC 9110, 5.6).
func Grammar(expr string) func(string) bool {
	expr = strings.NewReplacer("<token>", token, "<quoted>", quoted, "<ows>", `[ \t]*`).Replace(expr)
	whole := regexp.MustCompile(`^(?:` + expr + `)$`)
	return whole.MatchString
}

// List is Grammar for a comma-separated list of one or more elements (RFC 9110, 5.6.1).
func List(element string) func(string) bool {
	return Grammar(`(?:` + element + `)(?:<ows>,<ows>(?:` + element + `))*`)
}

// TokenList fits a list of tokens.
var TokenList = List("<token>")
