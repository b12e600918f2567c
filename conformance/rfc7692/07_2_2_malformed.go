package rfc7692

import (
	"strconv"

	"github.com/httpdlab/httpdlab/conformance/inflate"
)

// malformed is what does not inflate. RFC 7692 leaves open how to end; RFC 6455, 7.4.1 has 1007 for data that is not
// consistent with the type of the message.
var malformed = []Case{
	corrupts("uncompressed-text", "A text that has RSV1 but is not compressed", "Hello, World"),
	corrupts("reserved-block-type", "A block of type 3", made(blocks().Bits(6, 3))),
	corrupts("reserved-block-type-later", "A block of type 3 behind a valid one", made(blocks().Fixed(false, inflate.Literals("Hello")...).Bits(6, 3))),
	corrupts("stored-length-mismatch", "A stored block whose NLEN is not the complement of its LEN", "\x00\x05\x00\xfb\xffHello\x00"),
	corrupts("stored-length-too-long", "A stored block that announces more octets than there are", "\x00\xff\x00\x00\xffHello"),
	corrupts("reserved-length-symbol", "A block with the length symbol 286", made(blocks().Bits(2, 3).Bits(0b01100011, 8).Octets("\x00"))),
	corrupts("reserved-distance-symbol", "A block with the distance symbol 30",
		made(blocks().Fixed(false, inflate.Literals("aaaa")...).Bits(2, 3).Bits(0b1000000, 7).Bits(0b01111, 5).Octets("\x00\x00"))),
	corrupts("too-many-codes", "A dynamic block with more codes than there are symbols",
		made(blocks().Bits(4, 3).Bits(31, 5).Bits(0, 5).Bits(15, 4).Octets(repeat("\x00", 40)))),
	corrupts("oversubscribed-codes", "A dynamic block whose code lengths make no prefix code",
		made(blocks().Bits(4, 3).Bits(0, 14).Bits(0xfff, 12).Octets(repeat("\x55", 60)))),
	corrupts("repeat-of-nothing", "A dynamic block that repeats a code length before there is one",
		made(blocks().Bits(4, 3).Bits(0, 14).Bits(1, 3).Bits(0, 6).Bits(1, 3).Octets(repeat("\xff", 60)))),
	corrupts("distance-before-the-start", "A back reference to before the first octet", reference(100, 1)),
	corrupts("distance-before-the-start-by-one", "A back reference that begins one octet before the first",
		string(blocks().Fixed(false, append(inflate.Literals("Hello"), inflate.Copy(3, 6))...).Message())),
	corrupts("distance-of-a-whole-window-at-the-start", "A back reference of 32768 octets in the first message", reference(100, 32768)),
	corrupts("ends-inside-a-block", "A message that ends inside a block", made(blocks().Fixed(false, inflate.Literals(verse)...))[:100]),
	corrupts("ends-inside-codes", "A message that ends inside the codes of a dynamic block", made(blocks().Dynamic(false, inflate.Literals(verse)...))[:20]),
	corrupts("ends-inside-a-header", "A message that ends inside the header of a stored block", "\x00\x05"),
	{
		Section: "7.2.2", Name: "cut-off-anywhere", Alias: "PM-20", Neighbour: neighbour, Each: cuts(),
		Rule:   "A message that was cut off inside a block MUST fail the connection, and nothing of it be echoed.",
		Script: script(open(deflate), cutOff, fails(corrupt...)),
	},
	{
		Section: "7.2.2", Name: "garbage", Alias: "PM-19", Neighbour: neighbour, Each: []string{"1", "2", "3", "4", "5", "6", "7", "8"},
		Rule:   "Octets that do not inflate MUST fail the connection.",
		Script: script(open(deflate), garbage),
	},
	{
		Section: "7.2.2", Name: "corrupt-second-message", Neighbour: neighbour,
		Rule:   "A message that does not inflate MUST fail the connection, also after valid ones.",
		Script: script(open(deflate), echo(text(verse)), payload("\xff\xff\xff"), fails(corrupt...)),
	},
	{
		Section: "7.2.2", Name: "corrupt-last-fragment", Neighbour: neighbour,
		Rule:   "A message that does not inflate MUST fail the connection, also if its first fragments do.",
		Script: script(open(deflate), send(packed(text(hello[:6])).NotFinal(), cont("\x06\xff\xff")), fails(corrupt...)),
	},
	{
		Section: "7.2.2", Name: "corrupt-binary", Neighbour: neighbour,
		Rule:   "A binary message that does not inflate MUST fail the connection.",
		Script: script(open(deflate), send(packed(binary("\x07\x00\xff"))), fails(corrupt...)),
	},
}

func blocks() *inflate.Writer { return new(inflate.Writer) }

// made is blocks as they are, without the end of a message.
func made(w *inflate.Writer) string { return string(w.Stream()) }

// corrupts is a message that does not inflate.
func corrupts(name, what, octets string) Case {
	return Case{
		Section: "7.2.2", Name: name, Alias: "PM-20", Neighbour: neighbour,
		Rule:   what + " MUST fail the connection.",
		Script: script(open(deflate), payload(octets), fails(corrupt...)),
	}
}

// threeBlocks is a message with a block of each kind.
var threeBlocks = blocks().
	Fixed(false, inflate.Literals("Hello")...).
	Dynamic(false, inflate.Literals("aabbb")...).
	Stored(false, "World").
	Message()

// cuts lists the places where threeBlocks, cut off there, is no message: neither between two blocks nor where the tail
// passes for data.
func cuts() (places []string) {
	for n := 1; n < len(threeBlocks); n++ {
		if _, err := new(inflate.Inflater).Message(threeBlocks[:n]); err != nil {
			places = append(places, strconv.Itoa(n))
		}
	}
	return places
}

func cutOff(c *conn) error {
	n, err := strconv.Atoi(c.Element())
	if err != nil {
		return err
	}
	return payload(string(threeBlocks[:n]))(c)
}

// garbage sends a hundred random octets, others for each element, of a kind that does not inflate.
func garbage(c *conn) error {
	from := 400 * int(c.Element()[0]-'0')
	for {
		octets := noise(from + 100)[from:]
		if _, err := new(inflate.Inflater).Message([]byte(octets)); err != nil {
			return c.run(payload(octets), fails(corrupt...))
		}
		from++
	}
}
