package rfc7692

import (
	"fmt"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/inflate"
)

var compression = []Case{
	{
		Section: "7.2.1", Name: "every-length", Alias: "PM-24",
		Rule:   "A compressed message of the server MUST be DEFLATE, end in an empty stored block and go without its last four octets, whatever its length.",
		Script: script(open(deflate), everyLength, measured),
	},
	{
		Section: "7.2.1", Name: "every-kind-of-data",
		Rule:   "A compressed message of the server MUST inflate to what was sent, however well it can be compressed.",
		Script: script(open(deflate), everyKind, measured),
	},
	{
		Section: "7.2.1", Name: "large-messages",
		Rule:   "A compressed message of the server MUST inflate to what was sent, over many blocks.",
		Script: script(open(deflate), echo(text(letters(200_000)), binary(noise(70_000)), binary(pattern(150_000))), measured),
	},
	{
		Section: "7.2.1", Name: "which-messages",
		Rule:   "From which length on the server compresses is measured.",
		Script: script(open(deflate), noteThreshold),
	},
	{
		Section: "7.2.1", Name: "many-small-messages", Alias: "PM-25", Alone: true, Slow: true,
		Rule:   "Ten thousand small messages with context takeover MUST be echoed, and leave no memory behind.",
		Script: script(open(deflate), manySmall),
	},
}

func everyLength(c *conn) error {
	for _, n := range []int{0, 1, 2, 3, 4, 5, 10, 63, 64, 65, 124, 125, 126, 127, 128, 257, 258, 259, 1000, 4095, 4096, 4097, 16383, 32767, 32768, 32769, 65535, 65536} {
		if err := echo(text(letters(n)), binary(pattern(n)))(c); err != nil {
			return fmt.Errorf("a message of %d octets: %w", n, err)
		}
	}
	return nil
}

func everyKind(c *conn) error {
	for _, s := range samples {
		m := binary(s.data()[:20_000])
		if s.text {
			m = text(m.Payload)
		}
		if err := echo(m)(c); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return echo(binary(repeat("a", 10_000)), binary(noise(10_000)), binary(repeat("\x00\x00\xff\xff", 1000)))(c)
}

// noteThreshold finds the length from which on messages come back compressed.
func noteThreshold(c *conn) error {
	for n := 0; n <= 16<<10; n += 1 + n/300 {
		if err := plain(text(repeat("a", n)))(c); err != nil {
			return err
		}
		if c.packed > 0 {
			c.Note("compresses what can be compressed from %d octets on", n)
			return nil
		}
	}
	c.Note("compresses nothing up to 16 KiB")
	return nil
}

// manySmall echoes in batches, and compares the heap of the middle with that of the end if the target tells it.
func manySmall(c *conn) error {
	const batches, batch = 100, 100
	var early uint64
	for i := range batches {
		var due []Frame
		for j := range batch {
			m := text(fmt.Sprintf("%d.%d %s", i, j, verse[:100]))
			if err := deflated(m)(c); err != nil {
				return err
			}
			due = append(due, m)
		}
		if err := receive(due...)(c); err != nil {
			return err
		}
		if i == batches/2 {
			early = c.heap()
		}
	}
	if late := c.heap(); late > early+heapNoise {
		return broken("a heap that does not grow with the number of messages", fmt.Sprintf("%d octets more in use after 5000 more", late-early))
	}
	return nil
}

var decompression = []Case{
	inflates("stored-block", "A stored block MUST be inflated.", func(w *inflate.Writer) string {
		w.Stored(false, verse)
		return verse
	}),
	inflates("stored-block-of-65535", "A stored block of 65535 octets MUST be inflated.", func(w *inflate.Writer) string {
		w.Stored(false, noise(65535))
		return noise(65535)
	}),
	inflates("fixed-block", "A block with fixed codes MUST be inflated.", func(w *inflate.Writer) string {
		w.Fixed(false, inflate.Tokens(nil, []byte(verse), 300)...)
		return verse
	}),
	inflates("dynamic-block", "A block with codes of its own MUST be inflated.", func(w *inflate.Writer) string {
		w.Dynamic(false, inflate.Tokens(nil, []byte(verse), 300)...)
		return verse
	}),
	inflates("all-octets", "Codes for all octets MUST be inflated.", func(w *inflate.Writer) string {
		w.Fixed(false, inflate.Literals(everyOctet)...).Dynamic(false, inflate.Literals(everyOctet)...)
		return everyOctet + everyOctet
	}),
	inflates("longest-codes", "Codes of 15 bits MUST be inflated.", func(w *inflate.Writer) string {
		data := steep()
		w.Dynamic(false, inflate.Literals(data)...)
		return data
	}),
	inflates("every-length-of-a-reference", "Back references of 3 to 258 octets MUST be inflated.", func(w *inflate.Writer) string {
		data, tokens := "abc", inflate.Literals("abc")
		for n := 3; n <= 258; n++ {
			tokens = append(tokens, inflate.Copy(n, 3))
			data += repeat(data[len(data)-3:], n)
		}
		w.Dynamic(false, tokens...)
		return data
	}),
	inflates("references-that-overlap", "A back reference that is longer than its distance MUST repeat what it has made itself.", func(w *inflate.Writer) string {
		w.Fixed(false, append(inflate.Literals("ab"), inflate.Copy(258, 1), inflate.Copy(7, 2))...)
		return "a" + repeat("b", 1+258+7)
	}),
	inflates("one-distance-code", "A distance code of one bit, and none beside it, MUST be inflated.", func(w *inflate.Writer) string {
		w.Dynamic(false, append(inflate.Literals("abcd"), inflate.Copy(4, 4), inflate.Copy(4, 4))...)
		return "abcdabcdabcd"
	}),
	inflates("many-empty-blocks", "Empty blocks of every kind MUST be passed over.", func(w *inflate.Writer) string {
		for range 50 {
			w.Flush().Fixed(false).Dynamic(false)
		}
		w.Fixed(false, inflate.Literals("Hello")...)
		return "Hello"
	}),
	inflates("flushes-inside", "A flush inside a message MUST be passed over, its 00 00 ff ff too.", func(w *inflate.Writer) string {
		for _, c := range "Hello, World" {
			w.Fixed(false, inflate.Literals(string(c))...).Flush()
		}
		return "Hello, World"
	}),
	inflates("blocks-of-every-kind", "Blocks of different kinds in one message MUST be inflated, with references from one into another.", func(w *inflate.Writer) string {
		w.Stored(false, verse).Dynamic(false, inflate.Literals("dynamic, ")...).Fixed(false, inflate.Copy(100, len(verse))).Stored(false, "end")
		all := verse + "dynamic, "
		return all + all[9:109] + "end"
	}),
	inflates("blocks-behind-a-final-block", "A block behind one with BFINAL set, which begins at the next octet, MUST be inflated.", func(w *inflate.Writer) string {
		w.Fixed(true, inflate.Literals("Hello")...).Align().Dynamic(true, inflate.Literals(", ")...).Align().Stored(true, "World").Fixed(false, inflate.Copy(5, 12))
		return "Hello, WorldHello"
	}),
	inflates("stored-tail", "Stored data that looks like the octets that are stripped MUST be inflated.", func(w *inflate.Writer) string {
		w.Stored(false, "x\x00\x00\xff\xff")
		return "x\x00\x00\xff\xff"
	}),
	inflates("distance-of-32768", "A back reference of 32768 octets MUST be inflated.", func(w *inflate.Writer) string {
		unique := noise(32768)
		w.Stored(false, unique).Fixed(false, inflate.Copy(258, 32768))
		return unique + unique[:258]
	}),
	{
		Section: "7.2.2", Name: "unstripped-tail",
		Rule:   "Whether the server takes a message whose last four octets were not stripped is measured.",
		Script: script(open(deflate), send(packed(text(hello+"\x00\x00\xff\xff"))), noteAnswer(text("Hello"))),
	},
	{
		Section: "7.2.2", Name: "final-block-and-nothing-behind",
		Rule:   "Whether the server takes a message that ends at a final block is measured.",
		Script: script(open(deflate), send(packed(text("\xf3\x48\xcd\xc9\xc9\x07\x00"))), noteAnswer(text("Hello"))),
	},
	{
		Section: "7.2.2", Name: "no-octets",
		Rule:   "Whether the server takes a compressed message without any octet for an empty one is measured.",
		Script: script(open(deflate), send(packed(text(""))), noteAnswer(text(""))),
	},
}

// inflates is a valid message that an inflater may not be used to, as binary and again in fragments.
func inflates(name, rule string, write func(*inflate.Writer) string) Case {
	return Case{
		Section: "7.2.2", Name: name, Rule: rule,
		Script: script(open(deflate), func(c *conn) error {
			var w inflate.Writer
			data := write(&w)
			octets := string(w.Message())
			third := len(octets) / 3
			return c.run(
				send(packed(binary(octets))), receive(binary(data)),
				send(packed(binary(octets[:third])).NotFinal(), cont(octets[third:2*third]).NotFinal(), cont(octets[2*third:])), receive(binary(data)),
			)
		}),
	}
}

var everyOctet = func() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}()

// steep is octets so unequal in number that their codes are as long as can be.
func steep() (data string) {
	for symbol, a, b := 0, 1, 1; symbol < 17; symbol, a, b = symbol+1, b, a+b {
		data += repeat(string(rune('a'+symbol)), a)
	}
	return data
}

// noteAnswer notes whether the server echoes or fails the connection. Another echo is broken.
func noteAnswer(want Frame) step {
	return func(c *conn) error {
		m, err := c.Next(c.Answer)
		switch {
		case check.Expired(err):
			return c.absent(want, err)
		case err != nil:
			c.Note("ends the connection by %s", c.How())
			return nil
		case c.Closed != nil:
			c.Note("answers Close %d", c.Closed.Code)
			return nil
		}
		if m.Payload, err = c.data(m); err != nil {
			return err
		}
		c.Note("takes it")
		return same(want, m)
	}
}

// stored and reference are messages of one block.
func stored(data string) string { return string(new(inflate.Writer).Stored(false, data).Message()) }

func reference(length, distance int) string {
	return string(new(inflate.Writer).Fixed(false, inflate.Copy(length, distance)).Message())
}
