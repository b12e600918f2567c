package load

import (
	"hash/crc32"
	"strconv"
)

// Expect is what a response must be, beyond well framed, to be a good one.
type Expect struct {
	Status  int      // 0: any below 400
	Content *Content // nil: any
}

// Content is the length of a response's content and, if it is hashed, its CRC-32C.
type Content struct {
	Length int64
	Hashed bool
	CRC    uint32
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ContentOf describes b, with its hash.
func ContentOf(b []byte) *Content {
	return &Content{Length: int64(len(b)), Hashed: true, CRC: crc32.Checksum(b, castagnoli)}
}

// judge returns why a whole response is no good, as a key of Tally.Errors; ""
// if it is good.
func (e *Expect) judge(status int, length int64, crc uint32) string {
	switch {
	case !e.goodStatus(status):
		return "status/" + strconv.Itoa(status)
	case !e.goodContent(length, crc):
		return contentKey
	}
	return ""
}

// hashes reports whether the content has to be looked at.
func (e *Expect) hashes() bool { return e.Content != nil && e.Content.Hashed }

func (e *Expect) goodStatus(status int) bool {
	if e.Status != 0 {
		return status == e.Status
	}
	return status < 400
}

func (e *Expect) goodContent(length int64, crc uint32) bool {
	want := e.Content
	return want == nil || length == want.Length && (!want.Hashed || crc == want.CRC)
}

// contentKey counts whole responses with other content than expected.
const contentKey = "body/content"

// hasher is a writer that keeps the CRC-32C of what was written.
type hasher struct{ crc uint32 }

func (h *hasher) Write(b []byte) (int, error) {
	h.crc = crc32.Update(h.crc, castagnoli, b)
	return len(b), nil
}
