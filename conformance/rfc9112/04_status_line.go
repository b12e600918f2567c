package rfc9112

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

var statusLine = []Case{
	{
		Section: "4", Name: "status-line-grammar", Alias: "RESP-STATUS-LINE",
		Rule: "A status line MUST be version, space, three digits, space, and then an optional reason: the second space stays even without reason.",
		Lint: func(r *check.Response) error {
			if !statusLineGrammar.MatchString(r.Line()) {
				return wrong("HTTP/1.x SP 3DIGIT SP [reason]", fmt.Sprintf("%q", r.Line()))
			}
			return nil
		},
	},
	{
		Section: "4", Name: "reason-characters", Alias: "RESP-REASON-CTL",
		Rule: "A reason phrase MUST NOT hold control characters other than tab.",
		Lint: func(r *check.Response) error {
			if strings.ContainsFunc(r.Reason, control) {
				return wrong("a reason phrase without control characters", fmt.Sprintf("%q", r.Reason))
			}
			return nil
		},
	},
}

// The version a server of HTTP/1.1 may send, and codes from 100 to 599.
var statusLineGrammar = regexp.MustCompile(`^HTTP/1\.[01] [1-5][0-9]{2} [^\x00-\x08\x0a-\x1f\x7f]*$`)

func control(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }
