package rfc6455

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// sequences makes a case of each text in 6.5 to 6.23 of Autobahn. One text with several numbers is one case.
func sequences() (cases []Case) {
	at := map[string]int{}
	for i, group := range sequenceGroups {
		for k, s := range group {
			number := fmt.Sprintf("6.%d.%d", i+5, k+1)
			if where, there := at[s]; there {
				cases[where].Alias += " autobahn/" + number
				continue
			}
			at[s] = len(cases)
			if name := sequenceName(s); utf8.ValidString(s) {
				cases = append(cases, textual("valid-"+name, number, text(s)))
			} else {
				cases = append(cases, untextual("invalid-"+name, number, text(s)))
			}
		}
	}
	return cases
}

// sequenceName is the octets in hex, or the first of them and how many there are.
func sequenceName(s string) string {
	if len(s) > 16 {
		return fmt.Sprintf("%x-and-%d-more", s[:4], len(s)-4)
	}
	return fmt.Sprintf("%x", s)
}

// sequenceGroups are the texts of 6.5, 6.6 and so on to 6.23.
var sequenceGroups = [][]string{
	{"hello$world", "hello¢world", "hello€world", "hello𤭢world", kosme}, // 6.5
	prefixes(kosme),
	{"\x00", "\u0080", "\u0800", "\U00010000"},
	{"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"},
	{"\x7f", "\u07ff", "\uffff", "\U0010ffff"},
	{"\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"}, // 6.10
	{"\ud7ff", "\ue000", "\ufffd", "\U0010ffff", "\xf4\x90\x80\x80"},
	append(alternating(7), octets(0x80, 0xbf, "")),
	{octets(0xc0, 0xdf, " "), octets(0xe0, 0xef, " "), octets(0xf0, 0xf7, " "), octets(0xf8, 0xfb, " "), octets(0xfc, 0xfd, " ")},
	unfinishedSequences,
	{strings.Join(unfinishedSequences, "")}, // 6.15
	{"\xfe", "\xff", "\xfe\xfe\xff\xff"},
	{"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf"},
	{"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf"},
	{"\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80"},
	{"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf"}, // 6.20
	surrogatePairs(),
	noncharacters(),
	{"\ufff9", "\ufffa", "\ufffb", "\ufffc", "\ufffd", "\ufffe", "\uffff"}, // 6.23
}

// unfinishedSequences lack their last octet.
var unfinishedSequences = []string{
	"\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
	"\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf",
}

// prefixes are all prefixes of s, down to one octet.
func prefixes(s string) (all []string) {
	for n := 1; n <= len(s); n++ {
		all = append(all, s[:n])
	}
	return all
}

// alternating are continuation octets without a lead: 80, bf, 80bf, 80bf80 and so on, n in all.
func alternating(n int) []string {
	all := []string{"\x80", "\xbf"}
	for len(all) < n {
		all = append(all, strings.Repeat("\x80\xbf", n)[:len(all)])
	}
	return all
}

// octets are all from first up to but not with last, each with something behind it.
func octets(first, last int, behind string) string {
	var b strings.Builder
	for o := first; o < last; o++ {
		b.WriteByte(byte(o))
		b.WriteString(behind)
	}
	return b.String()
}

// surrogatePairs are UTF-16 written octet by octet as if each half were a code point.
func surrogatePairs() (all []string) {
	for _, high := range []string{"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf"} {
		all = append(all, high+"\xed\xb0\x80", high+"\xed\xbf\xbf")
	}
	return all
}

// noncharacters are the last two code points of each plane: valid in UTF-8.
func noncharacters() (all []string) {
	for plane := rune(0); plane <= 16; plane++ {
		all = append(all, string(plane<<16|0xfffe), string(plane<<16|0xffff))
	}
	return all
}
