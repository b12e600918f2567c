package main

/*
#cgo CFLAGS: -O3
#cgo LDFLAGS: -ldl
#include <stdlib.h>
#include "peers.h"

static size_t call(rival *r, void *parser, const struct head *heads, size_t count, long rounds)
{
	return r(parser, heads, count, rounds);
}

static rival *pico_rival(void) { return pico_rounds; }
static rival *http_parser_rival(void) { return http_parser_rounds; }
static rival *llhttp_rival(void) { return llhttp_rounds; }
static rival *httparse_rival(void) { return httparse_rounds; }
*/
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/httpdlab/httpdlab/server/http1"
)

type cHead = C.struct_head

const (
	picoGiven = "picohttpparser as given"
	picoH2O   = "picohttpparser of libh2o"
)

// libraries are shared libraries that were built by hand; "" is none.
type libraries struct{ pico, llhttp, httparse string }

// parsers returns ours and the rivals that are there, and says what is not.
func parsers(given libraries) (all []parser, skipped []string) {
	for _, scanner := range http1.Scanners() {
		all = append(all, ours(scanner))
	}
	add := func(name, library, function string, known bool, r *C.rival) {
		switch at := load(library, function); {
		case library == "":
			skipped = append(skipped, name+": no library was named")
		case at == nil:
			skipped = append(skipped, fmt.Sprintf("%s: %s is not installed", name, library))
		case !known:
			skipped = append(skipped, name+": its header was not there when this was compiled")
		default:
			all = append(all, parser{name, theirs(r, at)})
		}
	}
	add(picoGiven, given.pico, "phr_parse_request", true, C.pico_rival())
	add(picoH2O, "libh2o-evloop.so", "phr_parse_request", true, C.pico_rival())
	add("http_parser", C.HTTP_PARSER, "http_parser_execute", C.http_parser_known() != 0, C.http_parser_rival())
	add("llhttp", given.llhttp, "llhttp_execute", C.llhttp_known() != 0, C.llhttp_rival())
	add("httparse", given.httparse, "httparse_request", true, C.httparse_rival())
	return append(all, fastHTTP(), netHTTP()), skipped
}

func load(library, function string) unsafe.Pointer {
	l, f := C.CString(library), C.CString(function)
	defer C.free(unsafe.Pointer(l))
	defer C.free(unsafe.Pointer(f))
	return C.load(l, f)
}

func ours(scanner string) parser {
	r := &http1.Request{}
	r.Fields = make([]http1.Field, 0, 64)
	return parser{"http1, " + scanner, func(in input, n int) (taken int) {
		http1.UseScanner(scanner)
		for range n {
			taken = 0
			for _, b := range in.heads {
				k, _ := r.Parse(b)
				taken += k
			}
		}
		return taken
	}}
}

func theirs(r *C.rival, at unsafe.Pointer) func(input, int) int {
	return func(in input, n int) int {
		return int(C.call(r, at, in.inC, C.size_t(len(in.heads)), C.long(n)))
	}
}

// intoC copies heads to memory of C and returns both views of the copy.
func intoC(heads [][]byte) (there [][]byte, inC *C.struct_head) {
	inC = (*C.struct_head)(C.malloc(C.size_t(len(heads)) * C.sizeof_struct_head))
	all := unsafe.Slice(inC, len(heads))
	for i, h := range heads {
		at := C.CBytes(h)
		all[i].b, all[i].n = (*C.char)(at), C.size_t(len(h))
		there = append(there, unsafe.Slice((*byte)(at), len(h)))
	}
	return there, inC
}

// message is what a parser makes of a request; see peers.h.
type message struct {
	head, end int
	length    int64
	chunked   bool
}

// httpParserMessages asks http_parser, if it is installed, for the requests in b.
func httpParserMessages(b []byte, most int) (all []message, installed bool) {
	if C.http_parser_known() == 0 || load(C.HTTP_PARSER, "http_parser_execute") == nil {
		return nil, false
	}
	if len(b) == 0 {
		return nil, true
	}
	messages := make([]C.struct_message, most)
	n := C.http_parser_messages((*C.char)(unsafe.Pointer(&b[0])), C.size_t(len(b)), &messages[0], C.size_t(most))
	for _, m := range messages[:n] {
		all = append(all, message{int(m.head), int(m.end), int64(m.length), m.chunked != 0})
	}
	return all, true
}
