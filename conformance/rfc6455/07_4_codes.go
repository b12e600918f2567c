package rfc6455

import (
	"fmt"

	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// codes are 7.7, 7.9 and 7.13 of Autobahn, in the order of the numbers, and every other code at the borders.
var codes = append(append(goodCodes(), badCodes()...),
	table(Case{Section: "7.4.2", Name: "good-code-with-reason", Rule: codeComesBack}, withReason(1000, 1001, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4999)...),
	table(Case{
		Section: "7.4.2", Name: "codes-registered-later", Cite: "IANA, WebSocket Close Code Number Registry",
		Rule: "Codes 1012 to 1014 came to the registry after the RFC: a Close with one SHOULD be answered like any other.",
	}, withReason(1012, 1013, 1014)...),
	table(Case{
		Section: "7.4.2", Name: "codes-that-nobody-has-defined", Rule: codeNotOnWire,
		Neighbour: neighbour(open, send(closing(3000, "")), closes(3000, 1000, 1005)),
	}, undefined(0, 1, 99, 500, 998, 999, 1004, 1005, 1006, 1015, 1016, 1099, 1500, 1999, 2000, 2500, 2998, 2999)...),
)

func goodCodes() (cases []Case) {
	for i, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011} {
		cases = append(cases, goodCode("7.4.1", code, i+1))
	}
	return cases
}

func goodCode(section string, code, number int) Case {
	return Case{
		Section: section, Name: fmt.Sprintf("code-%d", code), Alias: fmt.Sprintf("autobahn/7.7.%d", number), Rule: codeComesBack,
		Script: script(open, send(closing(code, "")), sameCode(code)),
	}
}

func badCodes() (cases []Case) {
	for i, code := range []int{3000, 3999, 4000, 4999} {
		cases = append(cases, goodCode("7.4.2", code, 10+i))
	}
	for i, code := range []int{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999} {
		cases = append(cases, badClose("7.4.2", fmt.Sprintf("code-%d", code), codeNotOnWire, fmt.Sprintf("autobahn/7.9.%d", i+1), closing(code, ""), 1002))
	}
	for i, code := range []int{5000, 65535} {
		c := badClose("7.4.2", fmt.Sprintf("code-%d", code), codeOutOfRange, fmt.Sprintf("autobahn/7.13.%d", i+1), closing(code, ""), 1002)
		c.Script = script(open, send(closing(code, "")), outOfRange(code))
		cases = append(cases, c)
	}
	return cases
}

// sameCode asks for the Close in answer to have our code; 1000 or none is weak.
func sameCode(code int) Step {
	return func(c *Conn) error {
		if err := closes(code, 1000, 1005)(c); err != nil {
			return err
		}
		if c.Closed.Code != code {
			c.Weak("answered with Close %d; %d is better", c.Closed.Code, code)
		}
		return nil
	}
}

// outOfRange asks for a failed connection. The RFC has no sentence about such codes, so that an answer is no more than weak.
func outOfRange(code int) Step {
	return func(c *Conn) error {
		c.CountsRefusal()
		c.Lenient = true // the code may come back
		m, err := c.Next(c.Patience())
		if err == nil && m.Op == websocket.OpClose && (c.Closed.Code == code || c.Closed.Code == 1000) {
			c.Weak("answered with Close %d; 1002 is better", c.Closed.Code)
			return c.Fin()
		}
		return c.GradeEnd(m, err, 1002)
	}
}

func withReason(codes ...int) (rows []websocket.Row) {
	for _, code := range codes {
		rows = append(rows, websocket.Row{Name: sprint(code), Steps: []Step{open, send(closing(code, "why")), sameCode(code)}})
	}
	return rows
}

func undefined(codes ...int) (rows []websocket.Row) {
	for _, code := range codes {
		rows = append(rows, websocket.Row{Name: sprint(code), Steps: []Step{open, send(closing(code, "why")), fails(1002)}})
	}
	return rows
}
