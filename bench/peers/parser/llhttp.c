// llhttp and httparse, which no distribution has as libraries: see main.go for
// how to build them.

#include "peers.h"

typedef size_t httparse_request(const char *b, size_t n);

size_t httparse_rounds(void *parser, const struct head *heads, size_t count, long rounds)
{
	size_t taken = 0;
	for (long i = 0; i < rounds; i++) {
		taken = 0;
		for (size_t j = 0; j < count; j++)
			taken += ((httparse_request *)parser)(heads[j].b, heads[j].n);
	}
	return taken;
}

// The layout of llhttp's structures changes from version to version, so its
// header has to be that of the library.
#if __has_include(<llhttp.h>)
#include <llhttp.h>

int llhttp_known(void) { return 1; }

static int part(llhttp_t *p, const char *at, size_t len) { return record(p->data, at, len); }

static int complete(llhttp_t *p)
{
	((struct parts *)p->data)->done = 1;
	return 0;
}

typedef void llhttp_begin(llhttp_t *, llhttp_type_t, const llhttp_settings_t *);
typedef llhttp_errno_t llhttp_parse(llhttp_t *, const char *, size_t);

static size_t llhttp_once(llhttp_begin *begin, llhttp_parse *parse, const llhttp_settings_t *settings, const struct head *h)
{
	struct parts parts;
	llhttp_t p;
	parts.count = parts.done = 0;
	begin(&p, HTTP_REQUEST, settings);
	p.data = &parts;
	parse(&p, h->b, h->n);
	return parts.done ? h->n : 0;
}

size_t llhttp_rounds(void *parser, const struct head *heads, size_t count, long rounds)
{
	llhttp_begin *begin = (llhttp_begin *)load_beside(parser, "llhttp_init");
	void (*clear)(llhttp_settings_t *) = (void (*)(llhttp_settings_t *))load_beside(parser, "llhttp_settings_init");
	llhttp_settings_t settings;
	size_t taken = 0;
	clear(&settings);
	settings.on_url = part;
	settings.on_header_field = part;
	settings.on_header_value = part;
	settings.on_headers_complete = complete;
	for (long i = 0; i < rounds; i++) {
		taken = 0;
		for (size_t j = 0; j < count; j++)
			taken += llhttp_once(begin, parser, &settings, &heads[j]);
	}
	return taken;
}
#else
int llhttp_known(void) { return 0; }
size_t llhttp_rounds(void *parser, const struct head *heads, size_t count, long rounds) { return 0; }
#endif
