#include "mdns_packet.h"

#include <string.h>
#include <strings.h>

enum { TYPE_A = 1, TYPE_PTR = 12, TYPE_TXT = 16, TYPE_SRV = 33, TYPE_ANY = 255 };
enum { HEADER_SIZE = 12, NAME_MAX_SIZE = 256, QUESTIONS_MAX = 16 };

#define CLASS_IN    1
#define CACHE_FLUSH 0x8000  // RFC 6762, 10.2: these are all the records of that name and type
#define ANSWER      0x8400  // a response, authoritative
#define TTL         120     // s, RFC 6762, 10: records that hold a host name or address
#define LEGACY_TTL  10      // s, RFC 6762, 6.7: at most

#define SERVICE "_http._tcp.local"
#define CATALOG "_services._dns-sd._udp.local" // RFC 6763, 9

// A packet being written. What does not fit is dropped and remembered.
struct writer {
    uint8_t *out;
    size_t n;
    bool overflow;
};

static void put(struct writer *w, const void *bytes, size_t n)
{
    if (n > MDNS_PACKET_MAX - w->n) {
        w->overflow = true;
        return;
    }
    memcpy(w->out + w->n, bytes, n);
    w->n += n;
}

static void put16(struct writer *w, uint16_t v)
{
    put(w, (uint8_t[]){v >> 8, v & 0xff}, 2);
}

static void put32(struct writer *w, uint32_t v)
{
    put16(w, v >> 16);
    put16(w, v & 0xffff);
}

static void put_label(struct writer *w, const char *label, size_t n)
{
    n = n > 63 ? 63 : n; // RFC 1035, 2.3.4
    put(w, (uint8_t[]){(uint8_t)n}, 1);
    put(w, label, n);
}

// Writes a name: a label of any bytes, if not NULL, before a dotted rest.
static void put_name(struct writer *w, const char *label, const char *rest)
{
    if (label != NULL) {
        put_label(w, label, strlen(label));
    }
    for (;;) {
        size_t n = strcspn(rest, ".");
        put_label(w, rest, n);
        rest += n;
        if (*rest++ == '\0') {
            break;
        }
    }
    put(w, "", 1);
}

// Reads the name at *at into dotted text, following compression pointers
// (RFC 1035, 4.1.4), and moves *at behind it. False if it is malformed.
static bool read_name(const uint8_t *p, size_t length, size_t *at, char *name)
{
    size_t i = *at, n = 0;
    bool jumped = false;
    // Each round takes a byte of the name or jumps: a loop of pointers ends.
    for (int rounds = 0; rounds < NAME_MAX_SIZE; rounds++) {
        if (i >= length) {
            return false;
        }
        uint8_t size = p[i++];
        if (size >= 0xc0) {
            if (i >= length) {
                return false;
            }
            size_t target = ((size_t)(size & 0x3f) << 8) | p[i++];
            *at = jumped ? *at : i;
            jumped = true;
            i = target;
            continue;
        }
        if (size == 0) {
            name[n > 0 ? n - 1 : 0] = '\0';
            *at = jumped ? *at : i;
            return true;
        }
        if (size > 63 || i + size > length || n + size + 1 >= NAME_MAX_SIZE) {
            return false;
        }
        memcpy(name + n, p + i, size);
        n += size;
        name[n++] = '.';
        i += size;
    }
    return false;
}

static uint16_t read16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

// What a query asks of us.
struct wanted {
    bool catalog, service;
    size_t end; // of the question section
};

// Whether name is label.rest, letters of any case (RFC 6762, 16).
static bool is_name(const char *name, const char *label, const char *rest)
{
    size_t n = strlen(label);
    return strncasecmp(name, label, n) == 0 && name[n] == '.' && strcasecmp(name + n + 1, rest) == 0;
}

static void see_question(const struct mdns_service *me, const char *name, uint16_t type, struct wanted *w)
{
    bool any = type == TYPE_ANY;
    if (strcasecmp(name, CATALOG) == 0) {
        w->catalog |= any || type == TYPE_PTR;
    } else if (strcasecmp(name, SERVICE) == 0) {
        w->service |= any || type == TYPE_PTR;
    } else if (is_name(name, me->instance, SERVICE)) {
        w->service |= any || type == TYPE_SRV || type == TYPE_TXT;
    } else if (is_name(name, me->host, "local")) {
        w->service |= any || type == TYPE_A;
    }
}

static bool read_query(const struct mdns_service *me, const uint8_t *p, size_t length, struct wanted *w)
{
    if (length < HEADER_SIZE || (p[2] & 0xf8) != 0) { // a response, or not a standard query
        return false;
    }
    int questions = read16(p + 4);
    if (questions > QUESTIONS_MAX) {
        return false;
    }
    size_t at = HEADER_SIZE;
    for (int i = 0; i < questions; i++) {
        char name[NAME_MAX_SIZE];
        if (!read_name(p, length, &at, name) || at + 4 > length) {
            return false;
        }
        uint16_t class = read16(p + at + 2) & 0x7fff; // RFC 6762, 5.4: the top bit asks for unicast
        if (class == CLASS_IN || class == TYPE_ANY) {
            see_question(me, name, read16(p + at), w);
        }
        at += 4;
    }
    w->end = at;
    return w->catalog || w->service;
}

// Writes a record's type, class and time to live; returns where its length belongs.
static size_t begin_record(struct writer *w, uint16_t type, bool shared, bool legacy)
{
    put16(w, type);
    put16(w, CLASS_IN | (shared || legacy ? 0 : CACHE_FLUSH));
    put32(w, legacy ? LEGACY_TTL : TTL);
    put16(w, 0);
    return w->n;
}

static void end_record(struct writer *w, size_t start)
{
    if (!w->overflow) {
        w->out[start - 2] = (uint8_t)((w->n - start) >> 8);
        w->out[start - 1] = (uint8_t)(w->n - start);
    }
}

// The four records that tell a client all: PTR, SRV, TXT, A.
static void put_service(struct writer *w, const struct mdns_service *me, bool legacy)
{
    put_name(w, NULL, SERVICE);
    size_t start = begin_record(w, TYPE_PTR, true, legacy);
    put_name(w, me->instance, SERVICE);
    end_record(w, start);

    put_name(w, me->instance, SERVICE);
    start = begin_record(w, TYPE_SRV, false, legacy);
    put32(w, 0); // priority, weight
    put16(w, me->port);
    put_name(w, me->host, "local");
    end_record(w, start);

    put_name(w, me->instance, SERVICE);
    start = begin_record(w, TYPE_TXT, false, legacy);
    for (size_t i = 0; i < sizeof me->texts / sizeof me->texts[0] && me->texts[i] != NULL; i++) {
        put_label(w, me->texts[i], strlen(me->texts[i]));
    }
    end_record(w, start);

    put_name(w, me->host, "local");
    start = begin_record(w, TYPE_A, false, legacy);
    put(w, me->address, sizeof me->address);
    end_record(w, start);
}

static void put_catalog(struct writer *w, bool legacy)
{
    put_name(w, NULL, CATALOG);
    size_t start = begin_record(w, TYPE_PTR, true, legacy);
    put_name(w, NULL, SERVICE);
    end_record(w, start);
}

static void put_header(struct writer *w, uint16_t id, uint16_t questions, uint16_t answers)
{
    put16(w, id);
    put16(w, ANSWER);
    put16(w, questions);
    put16(w, answers);
    put32(w, 0);
}

size_t mdns_answer(const struct mdns_service *me, const uint8_t *query, size_t length, bool legacy, uint8_t *out)
{
    struct wanted wanted = {0};
    struct writer w = {.out = out};
    if (!read_query(me, query, length, &wanted)) {
        return 0;
    }
    uint16_t answers = (wanted.catalog ? 1 : 0) + (wanted.service ? 4 : 0);
    if (legacy) { // RFC 6762, 6.7: the response repeats the identifier and the questions
        put_header(&w, read16(query), read16(query + 4), answers);
        put(&w, query + HEADER_SIZE, wanted.end - HEADER_SIZE);
    } else {
        put_header(&w, 0, 0, answers); // RFC 6762, 6: multicast answers hold no question
    }
    if (wanted.catalog) {
        put_catalog(&w, legacy);
    }
    if (wanted.service) {
        put_service(&w, me, legacy);
    }
    return w.overflow ? 0 : w.n;
}

size_t mdns_announcement(const struct mdns_service *me, uint8_t *out)
{
    struct writer w = {.out = out};
    put_header(&w, 0, 0, 4);
    put_service(&w, me, false);
    return w.overflow ? 0 : w.n;
}
