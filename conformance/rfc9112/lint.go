package rfc9112

import (
	"fmt"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// field makes a lint that asks the value of a field to fit.
func field(name string, fits func(value string) bool) func(*check.Response) error {
	return func(r *check.Response) error { return check.FieldFits(r, name, fits) }
}

// without asks a response not to have a field.
func without(r *check.Response, name string) error {
	if values := r.Values(name); len(values) > 0 {
		return wrong("no "+name, fmt.Sprintf("%s: %s", name, values[0]))
	}
	return nil
}

// chunk wraps text as one chunk.
func chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }
