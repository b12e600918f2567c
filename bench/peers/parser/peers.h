// Rival request parsers in C, loaded when the program starts, so that what is
// not installed is skipped and two builds of one parser can be compared.

#ifndef PEERS_H
#define PEERS_H

#include <stddef.h>

struct head {
	const char *b;
	size_t n;
};

// A rival parses all heads in turn, rounds times, and returns how many bytes of
// them the last round accepted.
typedef size_t rival(void *parser, const struct head *heads, size_t count, long rounds);

rival pico_rounds, http_parser_rounds;

#define HTTP_PARSER "libhttp_parser.so"

// load finds a function in a shared library; NULL says that it is not there.
void *load(const char *library, const char *function);

// http_parser_known tells whether this was compiled where http_parser.h is.
int http_parser_known(void);

// A framing is what a parser makes of a request head: its length, 0 if it was
// refused or is incomplete, and how its content is delimited.
struct framing {
	size_t head;
	long long length; // of the content, 0 without Content-Length
	int chunked;
};

struct framing http_parser_framing(const char *b, size_t n);

#endif
