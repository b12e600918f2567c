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

// A message is what a parser makes of a request: the offset behind its head, the
// offset behind its content, 0 if that is incomplete or refused, and how the
// content is delimited.
struct message {
	size_t head, end;
	long long length; // of the content as far as it was seen, without its coding
	int chunked;
};

// http_parser_messages stores up to max requests that follow each other in b, and
// returns how many of their heads were accepted.
size_t http_parser_messages(const char *b, size_t n, struct message *messages, size_t max);

#endif
