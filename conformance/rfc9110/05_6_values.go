package rfc9110

import (
	"fmt"
	"strings"
	"time"
)

// listFields are fields of responses whose value is a list.
var listFields = []string{"Accept-Patch", "Accept-Ranges", "Allow", "Cache-Control", "Connection", "Content-Encoding", "Content-Language", "Trailer", "Transfer-Encoding", "Upgrade", "Vary"}

var lists = []Case{
	{
		Section: "5.6.1.1", Name: "no-empty-list-elements",
		Rule: "A sender MUST NOT generate empty elements in a list.",
		Lint: func(r *Response) error {
			err := na
			for _, name := range listFields {
				for _, value := range r.Values(name) {
					if err = nil; value != "" && hasEmptyElement(value) {
						return wrong("no comma with nothing before or behind it", name+": "+value)
					}
				}
			}
			return err
		},
	},
}

func hasEmptyElement(list string) bool {
	for element := range strings.SplitSeq(list, ",") {
		if strings.Trim(element, " \t") == "" {
			return true
		}
	}
	return false
}

var dates = []Case{
	{
		Section: "5.6.7", Name: "date-format", Alias: "RESP-DATE-IMF",
		Rule: "A sender MUST generate dates in the fixed format, in GMT and with the right day of the week.",
		Lint: func(r *Response) error {
			err := na
			for _, name := range []string{"Date", "Last-Modified", "Expires"} {
				for _, v := range r.Values(name) {
					if err = nil; !fixdate(v) {
						return wrong("a date like Sun, 06 Nov 1994 08:49:37 GMT", name+": "+v)
					}
				}
			}
			return err
		},
	},
	{
		Section: "5.6.7", Name: "three-date-formats", Alias: "COND-IMS-ALL-3-DATE-FORMATS",
		Rule:   "A recipient MUST accept a date in all three formats: fixed, RFC 850 and asctime.",
		Script: Script{threeDates},
	},
	{
		Section: "5.6.7", Name: "two-digit-year",
		Rule:   "A year of two digits that seems more than 50 years ahead MUST be read as the last one in the past with these digits.",
		Script: Script{twoDigitYear},
	},
}

// fixdate is IMF-fixdate; the weekday must be the date's.
func fixdate(v string) bool {
	t, err := time.Parse(imf, v)
	return err == nil && t.Format(imf) == v
}

// threeDates asks for the same answer to If-Modified-Since in each format.
func threeDates(c *Conn) error {
	text, err := c.Text("{lm}")
	if err != nil {
		return err
	}
	date, err := time.Parse(time.RFC1123, text)
	if err != nil {
		return skip("Last-Modified is no date in the fixed format: %s", text)
	}
	formats := []string{imf, rfc850, "Mon Jan _2 15:04:05 2006"}
	for _, format := range formats {
		r, err := ask(c, getFile+"If-Modified-Since: "+date.UTC().Format(format)+"\r\n")
		if err != nil {
			return err
		}
		if r.Status != 304 {
			return wrong("304 for "+date.UTC().Format(format), r.Line())
		}
	}
	return nil
}

const rfc850 = "Monday, 02-Jan-06 15:04:05 GMT"

// twoDigitYear asks for what has changed since a year that is 49 years past or 51 ahead.
func twoDigitYear(c *Conn) error {
	text, err := c.Text("{lm}")
	if err != nil {
		return err
	}
	changed, err := time.Parse(time.RFC1123, text)
	past := time.Now().UTC().AddDate(-49, 0, 0)
	if err != nil || changed.Before(past) {
		return skip("Last-Modified is no date of the last 49 years: %s", text)
	}
	since := func(date time.Time) (*Response, error) {
		return ask(c, getFile+"If-Modified-Since: "+date.UTC().Format(rfc850)+"\r\n")
	}
	r, err := since(changed)
	if err != nil {
		return err
	}
	if r.Status != 304 {
		return skip("a date of RFC 850 is not taken for one: %s", r.Line())
	}
	if r, err = since(past); err != nil {
		return err
	}
	if r.Status != 200 {
		return wrong(fmt.Sprintf("200, for %s is of %d", past.Format(rfc850), past.Year()), r.Line())
	}
	return nil
}
