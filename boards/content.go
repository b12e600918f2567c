package boards

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/httpdlab/httpdlab/server"
)

// pattern is the content of /bytes: at offset i stands 'a'+i%26. Its length is
// a multiple of 26, so that pieces of it can follow one another, and above
// 1 MiB, so that the sizes that are measured go out as one.
var (
	pattern     = bytes.Repeat([]byte("abcdefghijklmnopqrstuvwxyz"), 1<<20/26+1)
	patternText = string(pattern) // which the server sends without copying it
)

// bytesOf sends n bytes of the pattern, chunked if asked.
func bytesOf(r *server.Request) error {
	n, ok := number(r, "n", 0, maxBytes)
	if !ok {
		return badNumber(r, "n", 0, maxBytes)
	}
	chunked, _ := r.QueryValue("chunked")
	r.SetType(server.TypeOctetStream)
	if string(chunked) == "1" {
		return sendPattern(n, r.SendChunk, func() error { return r.SendChunk(nil) })
	}
	if n <= len(pattern) {
		return r.SendString(patternText[:n])
	}
	r.SetLength(int64(n))
	write := func(b []byte) error { _, err := r.Write(b); return err }
	return sendPattern(n, write, func() error { return nil })
}

func sendPattern(n int, piece func([]byte) error, end func() error) error {
	for n > 0 {
		b := pattern[:min(n, len(pattern))]
		if err := piece(b); err != nil {
			return err
		}
		n -= len(b)
	}
	return end()
}

// echo sends the body back with its Content-Type.
func echo(r *server.Request) error {
	body, err := r.Body()
	if err != nil {
		return err
	}
	r.SetType(server.TypeOctetStream)
	if t := r.Field("Content-Type"); t != nil && string(t) != server.TypeOctetStream {
		r.SetType(string(t))
	}
	return r.Send(body)
}

// sink reads the body and answers how long it was.
func sink(r *server.Request) error {
	var piece [16 << 10]byte
	total := int64(0)
	for {
		n, err := r.Read(piece[:])
		total += int64(n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	r.SetType(server.TypeJSON)
	return r.SendString(fmt.Sprintf(`{"bytes":%d}`, total))
}

// adder adds the decimal number in the body to the sum kept in the session's
// context, and answers the sum.
func adder(r *server.Request) error {
	body, err := r.Body()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(body)), 10, 64)
	if err != nil {
		return r.SendError(400, "the body must be a decimal number\n")
	}
	sum, _ := r.Context().(*int64)
	if sum == nil {
		sum = new(int64)
		r.SetContext(sum, nil)
	}
	*sum += n
	r.SetType(server.TypeText)
	return r.SendString(strconv.FormatInt(*sum, 10))
}
