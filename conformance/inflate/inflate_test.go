package inflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The examples of the RFC inflate to what it says, and end as it says.
func TestVectors(t *testing.T) {
	for _, v := range Vectors {
		var z Inflater
		for i, payload := range v.Payloads {
			m, err := z.Message([]byte(payload))
			require.NoError(t, err, v.Name)
			require.Equal(t, v.Data[i], string(m.Data), v.Name)
			require.True(t, m.Terminated, v.Name)
			require.False(t, m.Unstripped, v.Name)
			require.Equal(t, v.Name == "final-block", m.Final(), v.Name)
		}
	}
}

// What reaches back before a message is reported, and how far.
func TestContext(t *testing.T) {
	var z Inflater
	_, err := z.Message([]byte(Vectors[1].Payloads[0]))
	require.NoError(t, err)
	m, err := z.Message([]byte(Vectors[1].Payloads[1]))
	require.NoError(t, err)
	require.Equal(t, 5, m.Distance)
	require.Equal(t, 4, m.Before) // an H of its own, then ello from before
	z.Reset()
	_, err = z.Message([]byte(Vectors[1].Payloads[1]))
	require.Equal(t, DistanceTooFar, problem(err))

	var w Writer
	m, err = z.Message(w.Fixed(false, append(Literals("abcabc"), Copy(3, 6), Copy(258, 1))...).Message())
	require.NoError(t, err)
	require.Equal(t, 6, m.Distance)
	require.Zero(t, m.Before)
}

func problem(err error) Problem {
	var e *Error
	if errors.As(err, &e) {
		return e.Problem
	}
	return ""
}

// A tail that was not stripped is told from one that was.
func TestUnstripped(t *testing.T) {
	var w Writer
	var z Inflater
	m, err := z.Message(w.Fixed(false, Literals("Hello")...).Flush().Stream())
	require.NoError(t, err)
	require.Equal(t, "Hello", string(m.Data))
	require.True(t, m.Unstripped)
	require.False(t, m.Terminated)

	// Stored data that happens to look like the tail is data.
	m, err = z.Message(new(Writer).Stored(false, "x\x00\x00\xff\xff").Message())
	require.NoError(t, err)
	require.Equal(t, "x\x00\x00\xff\xff", string(m.Data))
	require.True(t, m.Terminated)

	// The tail put back may be eaten by a block of data: then nothing ended the message.
	m, err = z.Message([]byte("\x00\x04\x00\xfb\xff"))
	require.NoError(t, err)
	require.Equal(t, "\x00\x00\xff\xff", string(m.Data))
	require.False(t, m.Terminated)
	require.False(t, m.Unstripped)
}

// malformed is a stream for every problem there is.
var malformed = map[Problem]*Writer{
	Truncated:        new(Writer).Bits(2, 3).Bits(0, 2),
	ReservedType:     new(Writer).Bits(6, 3),
	LengthMismatch:   new(Writer).Bits(0, 3).Octets("\x05\x00\xfb\xffHello"),
	TooManyLengths:   new(Writer).Bits(4, 3).Bits(30, 5).Bits(0, 5).Bits(0, 4),
	TooManyDistances: new(Writer).Bits(4, 3).Bits(0, 5).Bits(30, 5).Bits(0, 4),
	NothingToRepeat:  new(Writer).Bits(4, 3).Bits(0, 14).Bits(1, 3).Bits(0, 6).Bits(1, 3).Bits(1, 1),
	RepeatTooLong:    new(Writer).Bits(4, 3).Bits(0, 14).Bits(0, 6).Bits(1, 3).Bits(0, 3).Bits(127<<1, 8).Bits(127<<1, 8),
	BadCode:          new(Writer).Bits(4, 3).Bits(0, 14).Bits(0xfff, 12),
	NoSuchCode:       new(Writer).Bits(4, 3).Bits(0, 14).Bits(0, 12).Bits(0, 20),
	ReservedLength:   new(Writer).Bits(2, 3).Bits(0b01100011, 8),
	ReservedDistance: new(Writer).Bits(2, 3).word(word{1, 7}).word(word{31, 5}),
	DistanceTooFar:   new(Writer).Fixed(false, Copy(3, 1)),
	TooLarge:         new(Writer).Fixed(false, append(Literals("a"), Copy(258, 1))...),
}

func TestMalformed(t *testing.T) {
	for want, w := range malformed {
		z := Inflater{Limit: 100}
		_, err := z.Message(w.Stream())
		require.Equal(t, want, problem(err), "%x: %v", w.Stream(), err)
		require.LessOrEqual(t, err.(*Error).Offset(), len(w.Stream())+len(tail))
		if want != TooLarge {
			_, err = io.ReadAll(flate.NewReader(bytes.NewReader(append(w.Stream(), tail...))))
			require.Error(t, err, want)
		}
	}
}

// A bomb costs no more than its limit.
func TestLimit(t *testing.T) {
	bomb := new(Writer).Fixed(false, append(Literals("a"), bytesOf(Copy(258, 1), 10_000)...)...).Message()
	z := Inflater{Limit: 1 << 16}
	m, err := z.Message(bomb)
	require.Equal(t, TooLarge, problem(err))
	require.LessOrEqual(t, len(m.Data), z.Limit)
	_, err = (&Inflater{Limit: 1 + 258*10_000}).Message(bomb)
	require.NoError(t, err)
}

func bytesOf(t Token, n int) (list []Token) {
	for range n {
		list = append(list, t)
	}
	return list
}

// texts is data of many kinds.
func texts() (list [][]byte) {
	r := rand.New(rand.NewPCG(7, 692))
	for n := 0; n < 100_000; n = 2*n + 1 {
		noise, letters, same := make([]byte, n), make([]byte, n), bytes.Repeat([]byte("a"), n)
		for i := range n {
			noise[i], letters[i] = byte(r.Uint32()), "abcd "[r.IntN(5)]
		}
		list = append(list, noise, letters, same, []byte(strings.Repeat("The quick brown fox. ", n/21)))
	}
	return list
}

// What compress/flate compresses, at each level, inflates to the same, and took the same octets.
func TestInflatesWhatOthersCompress(t *testing.T) {
	for _, data := range texts() {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			var stream bytes.Buffer
			w, err := flate.NewWriter(&stream, level)
			require.NoError(t, err)
			_, _ = w.Write(data[:len(data)/2])
			require.NoError(t, w.Flush())
			_, _ = w.Write(data[len(data)/2:])
			require.NoError(t, w.Close())
			length := stream.Len()
			stream.WriteString("behind")
			m, n, err := Stream(stream.Bytes(), 1<<20)
			require.NoError(t, err)
			require.Equal(t, length, n)
			require.True(t, bytes.Equal(data, m.Data))
			require.LessOrEqual(t, m.Distance, MaxWindow)
		}
	}
}

// What Deflater compresses, others inflate, and it keeps to its window and promise.
func TestOthersInflateWhatWeCompress(t *testing.T) {
	for _, bits := range []int{8, 9, 12, 15} {
		for _, alone := range []bool{false, true} {
			d := Deflater{Window: 1 << bits, NoTakeover: alone}
			var z Inflater
			var context []byte
			far := 0
			for _, data := range texts() {
				payload := d.Message(data)
				m, err := z.Message(payload)
				require.NoError(t, err)
				require.True(t, bytes.Equal(data, m.Data))
				require.True(t, m.Terminated)
				require.LessOrEqual(t, m.Distance, 1<<bits)
				far = max(far, m.Before)

				if alone {
					context = nil
				}
				r := flate.NewReaderDict(bytes.NewReader(append(payload, tail+"\x01\x00\x00\xff\xff"...)), context)
				got, err := io.ReadAll(r)
				require.NoError(t, err)
				require.True(t, bytes.Equal(data, got))
				context = append(context, data...)
				context = context[max(0, len(context)-MaxWindow):]
			}
			require.Equal(t, alone, far == 0, "context is used as promised")
		}
	}
}

// A code of more than 15 bits is made to fit.
func TestLongCodes(t *testing.T) {
	var tokens []Token
	for symbol, n := byte(0), 1; symbol < 22; symbol, n = symbol+1, n*2-n/3 {
		tokens = append(tokens, bytesOf(Token{Literal: symbol}, n)...)
	}
	stream := new(Writer).Dynamic(true, tokens...).Stream()
	got, err := io.ReadAll(flate.NewReader(bytes.NewReader(stream)))
	require.NoError(t, err)
	require.Len(t, got, len(tokens))
}

// FuzzStream: compress/flate and we accept the same streams, with the same data and the same end.
func FuzzStream(f *testing.F) {
	for _, v := range Vectors {
		f.Add([]byte(v.Payloads[0] + tail + "\x01\x00\x00\xff\xff"))
	}
	for _, w := range malformed {
		f.Add(w.Stream())
	}
	var w Writer
	f.Add(w.Dynamic(false, Literals(strings.Repeat("abcde", 40))...).Fixed(false, Copy(100, 7)).Stored(true, "x").Stream())
	f.Fuzz(func(t *testing.T, stream []byte) { compare(t, stream) })
}

func compare(t *testing.T, stream []byte) {
	const limit = 1 << 20
	m, n, err := Stream(stream, limit)
	from := bytes.NewReader(stream)
	want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(from), limit+1))
	if len(want) > limit {
		require.Equal(t, TooLarge, problem(err))
		return
	}
	require.Equal(t, wantErr == nil, err == nil, "%x: they say %v, we say %v", stream, wantErr, err)
	if err == nil {
		require.True(t, bytes.Equal(want, m.Data))
		require.Equal(t, len(stream)-from.Len(), n)
	}
}

// Garbage, and valid streams with a few bits turned, are accepted or refused as compress/flate does.
func TestGarbage(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 51))
	var w Writer
	valid := w.Dynamic(false, Tokens(nil, []byte(strings.Repeat("to be or not to be, ", 20)), 64)...).Fixed(false, Copy(9, 70)).Stored(true, "end").Stream()
	for range 20_000 {
		stream := bytes.Clone(valid)
		if r.IntN(3) == 0 {
			stream = make([]byte, r.IntN(80))
			for i := range stream {
				stream[i] = byte(r.Uint32())
			}
		}
		for range r.IntN(4) {
			if len(stream) > 0 {
				stream[r.IntN(len(stream))] ^= 1 << r.IntN(8)
			}
		}
		compare(t, stream)
	}
}

// A prefix of a payload that ends as a message should inflates to a prefix of the data; any other is no message.
func TestPrefixes(t *testing.T) {
	text := strings.Repeat("one two three ", 30)
	payload := new(Writer).Dynamic(false, Tokens(nil, []byte(text), 100)...).Fixed(false, Literals("four")...).Stored(false, "five").Message()
	refused := 0
	for n := range payload {
		m, err := new(Inflater).Message(payload[:n])
		if err == nil && m.Terminated {
			require.True(t, strings.HasPrefix(text+"fourfive", string(m.Data)), "%d octets: %q", n, m.Data)
			continue
		}
		refused++
	}
	require.Greater(t, refused, len(payload)*9/10)
}

// A Memo says of every message what an Inflater says, the first time and again.
func TestMemo(t *testing.T) {
	var memo Memo
	var z Inflater
	var d Deflater
	for i := range 40 {
		data := []byte(strings.Repeat("message ", 10+i%4) + strings.Repeat("x", 9000))
		payload := d.Message(data)
		want, err := z.Message(payload)
		require.NoError(t, err)
		got, err := memo.Message(payload)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.Less(t, len(memo.known), 20, "it looks up what repeats itself")
	_, err := memo.Message([]byte("\xff"))
	require.Error(t, err)
	_, err = memo.Message([]byte("\xff"))
	require.Error(t, err, "an error is no less one the second time")
}
