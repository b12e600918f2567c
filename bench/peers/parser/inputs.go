package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// An input is a set of heads; a measurement parses all of them in turn.
type input struct {
	name  string
	heads [][]byte
	inC   *cHead // the same for C
}

// newInput copies the heads to where C may keep pointers to them. Ours are read
// from there too, so that all parsers find the same memory in the caches.
func newInput(name string, heads ...[]byte) input {
	there, inC := intoC(heads)
	return input{name, there, inC}
}

// bytes returns how many bytes a head has in the mean.
func (in input) bytes() float64 {
	n := 0
	for _, h := range in.heads {
		n += len(h)
	}
	return float64(n) / float64(len(in.heads))
}

// The fixed inputs: a benchmark's minimum, and what two browsers send.
var fixed = []struct{ name, head string }{
	{"small", "GET /plaintext HTTP/1.1\r\nHost: bench-host\r\nConnection: keep-alive\r\n" +
		"Accept: application/json,text/plain;q=0.9,text/html;q=0.8,application/xml;q=0.7,*/*;q=0.6\r\n\r\n"},
	{"media", "GET /media/gallery/2024/05/sunrise-over-the-harbour-wide.jpg HTTP/1.1\r\nHost: pictures.example.org\r\n" +
		"User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7; rv:128.0) Gecko/20100101 Firefox/128.0 ViewerExtension/3.1\r\n" +
		"Accept: image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5\r\n" +
		"Accept-Language: fr-FR,fr;q=0.8,en-US;q=0.5,en;q=0.3\r\nAccept-Encoding: gzip,deflate,br\r\n" +
		"Accept-Charset: ISO-8859-15,utf-8;q=0.7,*;q=0.7\r\nKeep-Alive: 300\r\nConnection: keep-alive\r\n" +
		"Cookie: visits=27; last_visit=1716021973; tracker_a=GA1.2.1093442712.1714402918; tracker_b=GA1.2.88120934.1716021970; " +
		"campaign=source=newsletter|medium=email|name=spring|content=header-image-large; consent=necessary\r\n\r\n"},
	{"api", "GET /api/v2/devices/17/telemetry?from=1716000000&limit=100 HTTP/1.1\r\nHost: 10.0.0.17\r\nConnection: keep-alive\r\n" +
		"Cache-Control: no-cache\r\nUpgrade-Insecure-Requests: 1\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8\r\n" +
		"Referer: http://10.0.0.17/dashboard.html\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-GB,en;q=0.9,fr;q=0.8\r\n" +
		"Cookie: sid=91c0b7d2e85f4a63b1f09d7e6c5a4832; layout=wide; tz=Europe/Paris\r\nIf-None-Match: \"a91f-66481c2e\"\r\n\r\n"},
	// The same without the space behind colons, and with space at line ends:
	// legal, rare, and no reason to be slow.
	{"tight", "GET /plaintext HTTP/1.1\r\nHost:bench-host\r\nConnection:keep-alive\r\nAccept-Encoding:gzip\r\n" +
		"Accept:application/json,text/plain;q=0.9,text/html;q=0.8,*/*;q=0.6\r\n\r\n"},
	{"trailing", "GET /plaintext HTTP/1.1\r\nHost: bench-host \r\nConnection:\tkeep-alive\t\r\nAccept-Encoding:  gzip \r\n" +
		"Accept: application/json,text/plain;q=0.9,text/html;q=0.8,*/*;q=0.6\t\r\n\r\n"},
}

// inputs returns the fixed inputs, the mix, and the files that were named.
func inputs(files []string) ([]input, error) {
	var all []input
	for _, f := range fixed {
		all = append(all, newInput(f.name, []byte(f.head)))
	}
	all = append(all, mix(1000))
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the request head: %w", err)
		}
		all = append(all, newInput(filepath.Base(file), b))
	}
	return all, nil
}

// mix returns n heads of very different make, so that no branch predictor can
// learn them: a mean of about 444 bytes.
func mix(n int) input {
	var heads [][]byte
	r := rand.New(rand.NewPCG(9112, 9110))
	for range n {
		heads = append(heads, randomHead(r))
	}
	return newInput(fmt.Sprintf("mix of %d", n), heads...)
}

var mixNames = strings.Fields("Accept Accept-Encoding Accept-Language Authorization Cache-Control Cookie DNT Forwarded From " +
	"If-Modified-Since If-None-Match Origin Pragma Priority Range Referer Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site " +
	"Sec-Fetch-User TE Upgrade-Insecure-Requests User-Agent Via X-Forwarded-For X-Request-Id X-Trace")

func randomHead(r *rand.Rand) []byte {
	var s strings.Builder
	methods := []string{"GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"}
	fmt.Fprintf(&s, "%s /%s HTTP/1.1\r\n", methods[r.IntN(len(methods))], randomText(r, "abcdefghij/-_.~0123456789", r.IntN(60)))
	lines := []string{"Host: " + randomText(r, "abcdefgh0123", 3+r.IntN(20))}
	if r.IntN(2) == 0 {
		lines = append(lines, []string{"Connection: keep-alive", "connection: close", "Connection: Keep-Alive"}[r.IntN(3)])
	}
	if r.IntN(4) == 0 {
		lines = append(lines, fmt.Sprintf("Content-Length: %d", r.IntN(100000)))
	}
	for range 2 + r.IntN(12) {
		length := r.IntN(20)
		if r.IntN(3) == 0 {
			length = 20 + r.IntN(120)
		}
		lines = append(lines, mixNames[r.IntN(len(mixNames))]+": "+randomText(r, "abcdefghijklmnop 0123456789;,=/*", length)+"x")
	}
	r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return []byte(s.String() + strings.Join(lines, "\r\n") + "\r\n\r\n")
}

// randomText returns n characters of the set, white space only inside.
func randomText(r *rand.Rand, set string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = set[r.IntN(len(set))]
	}
	return strings.TrimSpace(string(b))
}
