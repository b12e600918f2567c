#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <string.h>
#include <sys/types.h>

#include "peers.h"

void *load(const char *library, const char *function)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	return handle ? dlsym(handle, function) : NULL;
}

void *load_beside(void *other, const char *function)
{
	Dl_info info;
	return dladdr(other, &info) ? load(info.dli_fname, function) : NULL;
}

// picohttpparser's interface; libh2o exports it without a header.
struct pico_field {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
};

typedef int pico_parse(const char *b, size_t n, const char **method, size_t *method_len, const char **path,
		       size_t *path_len, int *minor, struct pico_field *fields, size_t *count, size_t last);

static size_t pico_once(pico_parse *parse, const struct head *h)
{
	const char *method, *path;
	size_t method_len, path_len, count = 64;
	int minor, taken;
	struct pico_field fields[64];
	taken = parse(h->b, h->n, &method, &method_len, &path, &path_len, &minor, fields, &count, 0);
	return taken > 0 ? taken : 0;
}

size_t pico_rounds(void *parser, const struct head *heads, size_t count, long rounds)
{
	size_t taken = 0;
	for (long i = 0; i < rounds; i++) {
		taken = 0;
		for (size_t j = 0; j < count; j++)
			taken += pico_once(parser, &heads[j]);
	}
	return taken;
}

#if __has_include(<http_parser.h>)
#include <http_parser.h>

int http_parser_known(void) { return 1; }

static int part(http_parser *p, const char *at, size_t len) { return record(p->data, at, len); }

static int complete(http_parser *p)
{
	((struct parts *)p->data)->done = 1;
	return 0;
}

typedef void http_parser_begin(http_parser *, enum http_parser_type);
typedef size_t http_parser_parse(http_parser *, const http_parser_settings *, const char *, size_t);

static size_t http_parser_once(http_parser_begin *begin, http_parser_parse *parse, const struct head *h)
{
	static http_parser_settings settings = {
		.on_url = part,
		.on_header_field = part,
		.on_header_value = part,
		.on_headers_complete = complete,
	};
	struct parts parts;
	http_parser p = {.data = &parts};
	parts.count = parts.done = 0;
	begin(&p, HTTP_REQUEST);
	parse(&p, &settings, h->b, h->n);
	return parts.done ? h->n : 0;
}

size_t http_parser_rounds(void *parser, const struct head *heads, size_t count, long rounds)
{
	http_parser_begin *begin = (http_parser_begin *)load(HTTP_PARSER, "http_parser_init");
	size_t taken = 0;
	for (long i = 0; i < rounds; i++) {
		taken = 0;
		for (size_t j = 0; j < count; j++)
			taken += http_parser_once(begin, parser, &heads[j]);
	}
	return taken;
}

// A stream is what is known of the requests that were read so far.
struct stream {
	struct message *messages;
	size_t at, count, max; // at: the offset behind the byte being read
};

static struct message *current(http_parser *p)
{
	struct stream *s = p->data;
	return &s->messages[s->count - 1];
}

static int head_ends(http_parser *p)
{
	struct stream *s = p->data;
	if (s->count == s->max)
		return -1;
	s->messages[s->count++] = (struct message){.head = s->at, .chunked = (p->flags & F_CHUNKED) != 0};
	return 0;
}

static int content(http_parser *p, const char *at, size_t len)
{
	current(p)->length += len;
	return 0;
}

static int message_ends(http_parser *p)
{
	current(p)->end = ((struct stream *)p->data)->at;
	return 0;
}

size_t http_parser_messages(const char *b, size_t n, struct message *messages, size_t max)
{
	static http_parser_settings settings = {
		.on_headers_complete = head_ends, .on_body = content, .on_message_complete = message_ends};
	http_parser_parse *parse = (http_parser_parse *)load(HTTP_PARSER, "http_parser_execute");
	struct stream s = {.messages = messages, .max = max};
	http_parser p = {.data = &s};
	((http_parser_begin *)load(HTTP_PARSER, "http_parser_init"))(&p, HTTP_REQUEST);
	while (s.at < n && p.http_errno == 0 && !p.upgrade) {
		size_t before = s.count;
		parse(&p, &settings, b + s.at++, 1);
		if (p.http_errno != 0 && s.count > before)
			s.count--; // refused for its framing, which is decided after the head
	}
	return s.count;
}
#else
size_t http_parser_messages(const char *b, size_t n, struct message *messages, size_t max) { return 0; }
int http_parser_known(void) { return 0; }
size_t http_parser_rounds(void *parser, const struct head *heads, size_t count, long rounds) { return 0; }
#endif
