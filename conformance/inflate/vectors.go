package inflate

// Vector is a sequence of messages on one connection, with takeover of context, as RFC 7692 prints it.
type Vector struct {
	Section  string // of RFC 7692
	Name     string
	Payloads []string
	Data     []string // what each payload inflates to
}

// Vectors is every example of RFC 7692, 7.2.3.
var Vectors = []Vector{
	{
		Section: "7.2.3.1", Name: "fixed-block",
		Payloads: []string{"\xf2\x48\xcd\xc9\xc9\x07\x00"},
		Data:     []string{"Hello"},
	},
	{
		Section: "7.2.3.2", Name: "sharing-the-window",
		Payloads: []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00"},
		Data:     []string{"Hello", "Hello"},
	},
	{
		Section: "7.2.3.2", Name: "not-sharing-the-window",
		Payloads: []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x48\xcd\xc9\xc9\x07\x00"},
		Data:     []string{"Hello", "Hello"},
	},
	{
		Section: "7.2.3.3", Name: "stored-block",
		Payloads: []string{"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"},
		Data:     []string{"Hello"},
	},
	{
		Section: "7.2.3.4", Name: "final-block",
		Payloads: []string{"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"},
		Data:     []string{"Hello"},
	},
	{
		Section: "7.2.3.5", Name: "two-blocks",
		Payloads: []string{"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"},
		Data:     []string{"Hello"},
	},
	{
		Section: "7.2.3.6", Name: "empty-message",
		Payloads: []string{"\x00"},
		Data:     []string{""},
	},
}
