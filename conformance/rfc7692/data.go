package rfc7692

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
)

// noise is n octets that cannot be compressed, always the same.
func noise(n int) string {
	r, b := rand.New(rand.NewPCG(7692, 1951)), make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// sample is a document of a kind that servers compress, some 200 KB of it.
type sample struct {
	name string
	text bool // and only ASCII, so that it can be cut anywhere
	data func() string
}

// samples are documents of five kinds, for what chapter 12 of Autobahn does with its own.
var samples = []sample{
	{"json", true, sync.OnceValue(records)},
	{"bitmap", false, sync.OnceValue(bitmap)},
	{"prose", false, sync.OnceValue(prose)},
	{"html", true, sync.OnceValue(table)},
	{"mixed-document", false, sync.OnceValue(mixedDocument)},
}

var words = strings.Fields("the a of to and in board server frame window packet over under reads writes answers waits " +
	"small large early late memory network handle every no request message opens closes sends compresses inflates " +
	"engineer firmware bench laboratory measured task session context queue lwIP socket heap leak reboot")

func records() string {
	r := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	b.WriteString("[")
	for id := 0; b.Len() < 194_000; id++ {
		fmt.Fprintf(&b, "{\"id\":%d,\"name\":\"%s-%s\",\"ok\":%t,\"load\":%.3f,\"tags\":[\"%s\",\"%s\"],\"peer\":null},\n",
			id, words[r.IntN(len(words))], words[r.IntN(len(words))], r.IntN(3) > 0, r.Float64()*100, words[r.IntN(9)], words[r.IntN(9)])
	}
	return b.String()
}

// bitmap is 512 times 512 grey pixels: slopes, edges and grain.
func bitmap() string {
	r := rand.New(rand.NewPCG(2, 2))
	b := make([]byte, 0, 512*512)
	for y := range 512 {
		for x := range 512 {
			grey := (x + y) / 4
			if (x/64+y/64)%2 == 0 {
				grey = 255 - x/2
			}
			b = append(b, byte(grey+r.IntN(3)))
		}
	}
	return string(b)
}

func prose() string {
	r := rand.New(rand.NewPCG(3, 3))
	var b strings.Builder
	for b.Len() < 222_000 {
		n := 5 + r.IntN(12)
		for i := range n {
			word := words[min(r.IntN(len(words)), r.IntN(len(words)))]
			if i == 0 {
				word = strings.ToUpper(word[:1]) + word[1:]
			}
			b.WriteString(word + map[bool]string{true: " ", false: ".\n"}[i < n-1])
		}
	}
	return b.String()
}

func table() string {
	r := rand.New(rand.NewPCG(4, 4))
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html><head><title>Runs</title></head><body>\n<table class=\"runs\">\n")
	for i := 0; b.Len() < 263_000; i++ {
		fmt.Fprintf(&b, "  <tr id=\"run-%d\" class=\"%s\"><td>%s</td><td class=\"number\">%d</td><td><a href=\"/runs/%x\">%s</a></td></tr>\n",
			i, words[r.IntN(4)], words[r.IntN(len(words))], r.IntN(100_000), r.Uint32(), words[r.IntN(len(words))])
	}
	return b.String()
}

// mixedDocument is text and packed streams by turns, as a PDF has them.
func mixedDocument() string {
	r := rand.New(rand.NewPCG(5, 5))
	var b strings.Builder
	for object := 1; b.Len() < 400_000; object++ {
		stream := make([]byte, 200+r.IntN(4000))
		for i := range stream {
			stream[i] = byte(r.Uint32())
		}
		fmt.Fprintf(&b, "%d 0 obj\n<< /Type /XObject /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n", object, len(stream), stream)
		b.WriteString(strings.Repeat(fmt.Sprintf("%010d 00000 n \n", b.Len()), r.IntN(30)))
	}
	return b.String()
}
