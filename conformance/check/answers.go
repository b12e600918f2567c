package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Answers reads every final response until the server closes or falls silent, and asks the whole story
// to be one of the patterns. A pattern is a list of "2xx", "4xx" (a refusal: 4xx but 404 and 405, 501, 505),
// "any" (any but 500), or a status, ended by "close" or "open": "2xx 2xx open", "4xx close". A pattern after "~" is allowed
// but weak, and so is 5xx in place of a refusal. The story of a case that counts canaries has as many answers as the server saw requests.
func Answers(patterns ...string) Step {
	return func(c *Conn) error {
		story, err := c.story()
		if err != nil {
			return err
		}
		fits := func(end string) bool { return fit(patterns, append(refusals(story), end)) != "" }
		end := "open"
		if c.end != nil || !fits("open") && fits("close") && c.closing() {
			end = "close"
		}
		switch {
		case len(c.in) == 0 && fits(end):
			if pattern := fit(patterns, append(story, end)); pattern == "" || strings.HasPrefix(pattern, "~") {
				c.Weak("answered %s; %s is better", strings.Join(append(story, end), " "), patterns[0])
			}
			return nil
		case len(story) == 0 && end == "close" && slices.ContainsFunc(patterns, startsWithRefusal):
			c.Weak("closed by %s without an answer; a refusal with 400 is better", c.how())
			c.fleeting = true
			return nil
		}
		missing := len(c.asked) > 0 // an answer, which is late, or a close came first
		return &Finding{Want: "the answers " + strings.Join(patterns, " or "), Got: strings.Join(append(story, end), " "), fleeting: missing}
	}
}

// closing waits for the server to end the connection. One that has announced it and then only lingers is weak, as
// long as it answers nothing more (RFC 9112, 9.6).
func (c *Conn) closing() bool {
	if c.Ended(c.Answer) {
		return true
	}
	if c.Last == nil || !c.Last.Closes() || len(c.in) > 0 || c.Send(Get) != nil {
		return false
	}
	if b := c.Quietly(c.Quiet); len(b) > 0 {
		return false
	}
	if c.end == nil {
		c.Weak("announced the close, but had not ended the connection after %s", c.Answer.Round(time.Millisecond))
		c.fleeting = true
	}
	return true
}

// fit returns the first pattern that the story matches, or "".
func fit(patterns, story []string) string {
	for _, p := range patterns {
		if matches(strings.Fields(strings.TrimPrefix(p, "~")), story) {
			return p
		}
	}
	return ""
}

// refusals is the story with 400 for what failed in the server, which did not process the request then.
func refusals(story []string) []string {
	story = slices.Clone(story)
	for i, status := range story {
		if strings.HasPrefix(status, "5") {
			story[i] = "400"
		}
	}
	return story
}

func startsWithRefusal(pattern string) bool { return strings.HasPrefix(pattern, "4xx") }

// Canary is Answers for a negative case: the server may not see more requests than the RFC says.
func Canary(patterns ...string) Step {
	step := Answers(patterns...)
	return func(c *Conn) error {
		c.refuses = true
		return step(c)
	}
}

// story tells the statuses in order. It waits long for answers that are due and shortly for others.
func (c *Conn) story() (story []string, err error) {
	for len(story) < 250 {
		wait := c.Quiet
		if len(c.asked) > 0 && (c.Last == nil || !c.Last.Closes()) {
			wait = c.Answer
		}
		if c.Await(wait); len(c.in) == 0 {
			break
		}
		due := len(c.asked) > 0
		r, err := c.answer()
		if r != nil && r.Status > 0 && (err == nil || !due) {
			story = append(story, fmt.Sprint(r.Status))
		}
		if err != nil && due {
			return story, err
		} else if err != nil {
			return story, nil // an answer too many, to a request whose method nobody knows
		}
	}
	return story, nil
}

// Await waits up to d for octets that are not taken yet, or for the end.
func (c *Conn) Await(d time.Duration) {
	if len(c.in) == 0 && c.end == nil {
		_ = c.fill(time.Now().Add(d))
	}
}

func matches(pattern, story []string) bool {
	return slices.EqualFunc(pattern, story, func(p, s string) bool {
		switch p {
		case "any":
			return len(s) == 3 && s != "500"
		case "2xx":
			return len(s) == 3 && s[0] == '2'
		case "4xx":
			code, err := strconv.Atoi(s)
			return err == nil && refuses(code)
		}
		return p == s
	})
}
