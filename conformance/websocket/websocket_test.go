package websocket

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What Append writes, parse reads, in every form; each octet less is too few.
func TestFrameRoundTrip(t *testing.T) {
	for _, f := range []Frame{
		Text(""), Binary(Pattern(125)), Binary(Pattern(126)), Binary(Pattern(65535)), Binary(Pattern(65536)),
		Text("hi").NotFinal().Reserved(5), Ping("x").Unmasked(), Text("a").Written(In64Bits), Close(1002, "why").MaskedBy(0xff00ff00),
	} {
		wire := f.Append(nil)
		got, size := parse(wire)
		require.Equal(t, len(wire), size, f)
		require.Equal(t, f.Payload, got.Payload)
		require.Equal(t, [3]any{f.Op, f.More, f.RSV}, [3]any{got.Op, got.More, got.RSV})
		require.Equal(t, f.Bare, got.Bare)
		for i := 0; i < len(wire); i += 1 + len(wire)/50 {
			_, size := parse(wire[:i])
			require.Zero(t, size, "%s cut at %d", f, i)
		}
	}
}

// RFC 6455, 5.7: the examples of the RFC itself.
func TestFramesOfTheRFC(t *testing.T) {
	require.Equal(t, []byte{0x81, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f}, Octets(Text("Hello").Unmasked()))
	require.Equal(t, []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}, Octets(Text("Hello")))
	require.Equal(t, []byte{0x82, 0x7e, 1, 0}, Octets(Binary(Pattern(256)).Unmasked())[:4])
	require.Equal(t, []byte{0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}, Octets(Binary(Pattern(65536)).Unmasked())[:10])
	require.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Accept(SampleKey))
}

// Each kind of fault is found in a frame that has it, and none in a good one.
func TestFaultsOfFrames(t *testing.T) {
	for _, x := range []struct {
		frame Frame
		kind  Kind
	}{
		{Text("hi"), Masked},
		{Text("hi").Unmasked().Reserved(RSV2), ReservedBits},
		{Cont("hi").Unmasked().Reserved(RSV1), ReservedBits},
		{Op(3, "").Unmasked(), BadOpcode},
		{Text("hi").Unmasked().Written(In16Bits), NotMinimal},
		{Text(Letters(300)).Unmasked().Written(In64Bits), NotMinimal},
		{Ping(Letters(126)).Unmasked(), LongControl},
		{Ping("").Unmasked().NotFinal(), CutControl},
		{Op(OpClose, "x").Unmasked(), BadClose},
		{Close(1005, "").Unmasked(), BadClose},
		{Close(1000, "\xff").Unmasked(), BadClose},
	} {
		f, size := parse(x.frame.Append(nil))
		require.Positive(t, size)
		require.Equal(t, []Kind{x.kind}, f.faults(RSV1), x.frame.String())
	}
	for _, f := range []Frame{Text(""), Binary(Letters(126)), Binary(Letters(65536)), Close(1012, "é"), EmptyClose(), Text("x").Reserved(RSV1)} {
		f, _ = parse(f.Unmasked().Append(nil))
		require.Empty(t, f.faults(RSV1), f.String())
	}
}

func TestAnswers(t *testing.T) {
	sent := append(Fragments(Text("abcdefg"), 3), Ping("p"), Binary("x"))
	require.Len(t, sent, 5)
	require.Equal(t, []Frame{Text("abcdefg"), Pong("p"), Binary("x")}, Answers(sent...))
	require.Equal(t, []Frame{Text("")}, Fragments(Text(""), 3))
}
