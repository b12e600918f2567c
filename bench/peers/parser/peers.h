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

rival pico_rounds, http_parser_rounds, llhttp_rounds, httparse_rounds;

// Where each part of a head is; rivals that call back record what others return.
struct parts {
	const char *at[200];
	size_t len[200], count, done;
};

static inline int record(struct parts *parts, const char *at, size_t len)
{
	size_t i = parts->count++ % 200;
	parts->at[i] = at;
	parts->len[i] = len;
	return 0;
}

#define HTTP_PARSER "libhttp_parser.so"

// load finds a function in a shared library; NULL says that it is not there.
void *load(const char *library, const char *function);

// load_beside finds a function in the library that another one is from.
void *load_beside(void *other, const char *function);

// These tell whether this was compiled where http_parser.h and llhttp.h are.
int http_parser_known(void);
int llhttp_known(void);

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
