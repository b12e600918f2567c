package rfc7692

import "github.com/httpdlab/httpdlab/conformance/inflate"

var vectors = exampleCases()

// rows is where the sections stand in the catalogue.
var rows = map[string]string{
	"7.2.3.1": "PM-14", "7.2.3.2": "PM-15", "7.2.3.3": "PM-16", "7.2.3.4": "PM-17", "7.2.3.5": "PM-17", "7.2.3.6": "PM-18",
}

// exampleCases makes a case of each example of the RFC: whole, cut at every octet, and with empty fragments.
func exampleCases() (cases []Case) {
	for _, v := range inflate.Vectors {
		takeover := func(*conn) error { return nil }
		if v.Name == "sharing-the-window" {
			takeover = sameContext
		}
		cases = append(cases, Case{
			Section: v.Section, Name: v.Name, Alias: rows[v.Section],
			Rule:   "The octets that RFC 7692 gives as an example MUST be inflated to what it says, in whatever fragments they come.",
			Script: script(open(deflate), takeover, example(v)),
		})
	}
	return cases
}

// example sends the messages of an example, whole and then cut at every octet.
func example(v inflate.Vector) step {
	return func(c *conn) error {
		for i, octets := range v.Payloads {
			want := text(v.Data[i])
			if err := c.run(payload(octets), receive(want)); err != nil {
				return err
			}
		}
		last := len(v.Payloads) - 1
		octets, want := v.Payloads[last], text(v.Data[last])
		for at := range len(octets) + 1 {
			err := c.run(
				send(packed(text(octets[:at])).NotFinal(), cont(octets[at:])), receive(want),
				send(packed(text("")).NotFinal(), cont(octets[:at]).NotFinal(), cont("").NotFinal(), cont(octets[at:]).NotFinal(), cont("")), receive(want),
			)
			if err != nil {
				return err
			}
		}
		return nil
	}
}
