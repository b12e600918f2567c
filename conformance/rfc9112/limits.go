package rfc9112

import (
	"fmt"
	"slices"
	"strings"
)

// The largest request-target and the largest step that the limit cases try, in octets.
const (
	hugeTarget = 1 << 20
	firstTry   = 256
)

// tryTarget sends a GET whose target has n octets, on a fresh connection.
func tryTarget(c *Conn, n int) (code int, line string, err error) {
	if err := reopen(c); err != nil {
		return 0, "", err
	}
	pad := n - len(c.Vars["p"]) - len("?x=")
	if err := c.Send("GET {p}?x=" + strings.Repeat("a", max(pad, 0)) + " HTTP/1.1\r\nHost: {h}\r\n\r\n"); err != nil {
		return 0, "", err
	}
	r, err := c.Final()
	if err != nil {
		return 0, err.Error(), nil
	}
	return r.Status, r.Line(), nil
}

// lineOf asks for a request line of n octets to be served, or as long a one as the target declares.
func lineOf(n int) Step {
	return func(c *Conn) error {
		target := n - len("GET  HTTP/1.1\r\n")
		if c.MaxURI > 0 {
			target = min(target, c.MaxURI)
		}
		if c.MaxHead > 0 {
			target = min(target, c.MaxHead-64)
		}
		code, line, err := tryTarget(c, target)
		if err == nil && code/100 != 2 {
			return wrong(fmt.Sprintf("a target of %d octets to be served", target), line)
		}
		return err
	}
}

// tooLongTarget grows the target until it is refused; that refusal must be 414.
func tooLongTarget(c *Conn) error {
	for n := firstTry; n <= hugeTarget; n *= 2 {
		code, line, err := tryTarget(c, n)
		if err != nil {
			return err
		}
		switch {
		case code/100 == 2:
			continue
		case code == 414:
			return nil
		case slices.Contains([]int{400, 413, 431}, code):
			c.Weak("a target of %d octets is answered %s rather than 414", n, line)
			return nil
		}
		return wrong(fmt.Sprintf("414 for a target of %d octets", n), line)
	}
	return skip("targets of %d octets are still served", hugeTarget)
}

// longestTarget finds the limit between the sizes that are served and those that are not.
func longestTarget(c *Conn) error {
	served, refused := len(c.Vars["p"])+len("?x="), hugeTarget
	for refused-served > 1 {
		n := (served + refused) / 2
		code, _, err := tryTarget(c, n)
		if err != nil {
			return err
		}
		if code/100 == 2 {
			served = n
		} else {
			refused = n
		}
	}
	if served < firstTry {
		return wrong(fmt.Sprintf("targets of at least %d octets", firstTry), fmt.Sprintf("%d", served))
	}
	c.Note("longest target served: %d octets", served)
	return nil
}
