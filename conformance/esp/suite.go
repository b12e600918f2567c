// Package esp is the documented contract of ESP-IDF's esp_http_server, as cases over the routes of the board contract.
// A section is a part of that contract: 2 configuration, 4 URI handlers, 6 reading requests, 7 responses, 9 sessions,
// 10 asynchronous work, 12 what the board tells about itself.
package esp

import (
	"slices"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// Suite is all cases of the contract.
var Suite = check.Suite{
	Name:  "esp",
	Title: "esp_http_server",
	Cases: slices.Concat(configuration, handlers, requests, responses, sessions, async, telling),
}

// The words of a script, without prefix.
type (
	Case   = check.Case
	Script = check.Script
	Step   = check.Step
	Conn   = check.Conn
)

var (
	send, status, ok = check.Send, check.Status, check.OK
	reject           = check.Reject
	again, reopen    = check.Step(check.Again), check.Step(check.Reopen)
	wrong, skip      = check.Wrong, check.Skipf
	late             = check.Late
)

const host = " HTTP/1.1\r\nHost: {h}\r\n"

// get is a GET of a target.
func get(target string) string { return "GET " + target + host + "\r\n" }

// post is a POST of content to a target.
func post(target, content string) string {
	return "POST " + target + host + "Content-Length: {n}\r\n\r\n" + content
}
