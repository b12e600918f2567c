// Tests of the firmware's parts that need no IDF. Without arguments it runs
// them; "etag", "resource" and
// "pattern" print what the firmware serves, and "answer
// [legacy]" answers the mDNS query on stdin, for tests by other peers.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agenda.h"
#include "mdns_packet.h"
#include "pattern.h"
#include "resource.h"
#include "text.h"

static int failures;

#define CHECK(ok) \
    do { \
        if (!(ok)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #ok); \
            failures++; \
        } \
    } while (0)

static void test_numbers(void)
{
    static const struct { const char *text; bool ok; uint32_t n; } rows[] = {
        {"0", true, 0}, {"42", true, 42}, {"100", true, 100}, {"007", true, 7},
        {"", false, 9}, {"101", false, 9}, {"-1", false, 9}, {"+1", false, 9}, {"1x", false, 9},
        {" 1", false, 9}, {"4294967297", false, 9}, {"99999999999999999999999", false, 9},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t n = 9;
        CHECK(text_number(rows[i].text, 100, &n) == rows[i].ok);
        CHECK(n == rows[i].n);
    }
}

static void test_integers(void)
{
    int64_t n = 0;
    CHECK(text_integer(" -7\r\n", &n) && n == -7);
    CHECK(text_integer("9223372036854775807", &n) && n == INT64_MAX);
    CHECK(!text_integer("9223372036854775808", &n));
    CHECK(!text_integer("", &n) && !text_integer("five", &n) && !text_integer("5 6", &n) && !text_integer("0x5", &n));
}

static void test_dates(void)
{
    // RFC 9110, 5.6.7: one moment in three forms.
    CHECK(text_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
    CHECK(text_date("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777);
    CHECK(text_date("Sun Nov  6 08:49:37 1994") == 784111777);
    CHECK(text_date("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
    CHECK(text_date("Thu, 29 Feb 2024 23:59:59 GMT") == 1709251199);
    CHECK(text_date("Fri, 01 Mar 2024 00:00:00 GMT") == 1709251200);
    CHECK(text_date(RESOURCE_MODIFIED) == 1767225600);
    CHECK(text_date("") == -1 && text_date("yesterday") == -1 && text_date("Thu, 01 Foo 2026 00:00:00 GMT") == -1);
    CHECK(text_date("Thu, 01 Jan 2026 24:00:00 GMT") == -1 && text_date("Thu, 01 Jan 2026 00:00:00 GMTx") == -1);
    CHECK(text_date("Thu, 01 Jan 2026 00:00:00") == -1 && text_date("Thu, 00 Jan 2026 00:00:00 GMT") == -1);
}

static void test_resource(void)
{
    char weak[40], list[80];
    const char *tag = resource_etag();
    snprintf(weak, sizeof weak, "W/%s", tag);
    snprintf(list, sizeof list, "\"x\", W/%s , \"y\"", tag);
    const struct {
        struct resource_request r;
        int status;
        size_t start, end;
    } rows[] = {
        {{.get = true}, 200, 0, 4096},
        {{.get = true, .if_none_match = tag}, 304, 0, 0},
        {{.get = true, .if_none_match = list}, 304, 0, 0},
        {{.get = true, .if_none_match = "*"}, 304, 0, 0},
        {{.get = true, .if_none_match = "\"x\"", .if_modified_since = RESOURCE_MODIFIED}, 200, 0, 4096},
        {{.get = true, .if_modified_since = RESOURCE_MODIFIED}, 304, 0, 0},
        {{.get = true, .if_modified_since = "Wed, 31 Dec 2025 23:59:59 GMT"}, 200, 0, 4096},
        {{.get = true, .if_modified_since = "yesterday"}, 200, 0, 4096},
        {{.get = true, .if_match = tag}, 200, 0, 4096},
        {{.get = true, .if_match = weak}, 412, 0, 0},
        {{.get = true, .if_match = "\"x\""}, 412, 0, 0},
        {{.get = true, .if_unmodified_since = RESOURCE_MODIFIED}, 200, 0, 4096},
        {{.get = true, .if_unmodified_since = "Wed, 31 Dec 2025 23:59:59 GMT"}, 412, 0, 0},
        {{.get = true, .range = "bytes=0-9"}, 206, 0, 10},
        {{.get = true, .range = "bytes=100-"}, 206, 100, 4096},
        {{.get = true, .range = "bytes=4095-99999"}, 206, 4095, 4096},
        {{.get = true, .range = "bytes=-7"}, 206, 4089, 4096},
        {{.get = true, .range = "bytes=-99999"}, 206, 0, 4096},
        {{.get = true, .range = "bytes=4096-"}, 416, 0, 0},
        {{.get = true, .range = "bytes=99999999999999999999-"}, 416, 0, 0},
        {{.get = true, .range = "bytes=-0"}, 416, 0, 0},
        {{.get = true, .range = "bytes=9-0"}, 200, 0, 4096},
        {{.get = true, .range = "bytes=-"}, 200, 0, 4096},
        {{.get = true, .range = "bytes=0-1,4-5"}, 200, 0, 4096},
        {{.get = true, .range = "bytes=+1-5"}, 200, 0, 4096},
        {{.get = true, .range = "lines=0-9"}, 200, 0, 4096},
        {{.get = true, .range = "bytes=0-9", .if_range = tag}, 206, 0, 10},
        {{.get = true, .range = "bytes=0-9", .if_range = weak}, 200, 0, 4096},
        {{.get = true, .range = "bytes=0-9", .if_range = RESOURCE_MODIFIED}, 206, 0, 10},
        {{.get = false, .range = "bytes=0-9"}, 200, 0, 4096},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t start = 1, end = 1;
        int status = resource_select(&rows[i].r, &start, &end);
        if (status != rows[i].status || start != rows[i].start || end != rows[i].end) {
            fprintf(stderr, "resource, row %zu: %d %zu-%zu, want %d %zu-%zu\n", i, status, start, end,
                rows[i].status, rows[i].start, rows[i].end);
            failures++;
        }
    }
}

static void test_agenda(void)
{
    struct agenda a = {0};
    int x, y, z;
    CHECK(agenda_wait(&a, 0) == -1 && agenda_take(&a, 100) == NULL);
    CHECK(agenda_add(&a, &x, 30) && agenda_add(&a, &y, 10) && agenda_add(&a, &z, 10));
    CHECK(agenda_wait(&a, 4) == 6 && agenda_take(&a, 9) == NULL);
    CHECK(agenda_wait(&a, 50) == 0);
    CHECK(agenda_take(&a, 50) == &y && agenda_take(&a, 50) == &z && agenda_take(&a, 50) == &x);
    CHECK(a.count == 0);
    for (int i = 0; i < AGENDA_SIZE; i++) {
        CHECK(agenda_add(&a, &x, i));
    }
    CHECK(!agenda_add(&a, &x, 0));
}

static const struct mdns_service me = {
    .instance = "httpdlab esp32c3 a1b2c3", .host = "httpdlab-a1b2c3",
    .texts = {"board=esp32c3", "chip=esp32c3", "app=httpdlab"}, .address = {192, 168, 4, 1}, .port = 80,
};

// A query for _http._tcp.local, PTR.
static const uint8_t query[] =
    "\x12\x34\0\0\0\1\0\0\0\0\0\0\5_http\4_tcp\5local\0\0\x0c\0\1";
#define QUERY_SIZE (sizeof query - 1)

static void test_mdns(void)
{
    uint8_t out[MDNS_PACKET_MAX], q[MDNS_PACKET_MAX];
    CHECK(mdns_answer(&me, query, QUERY_SIZE, false, out) > 100);
    CHECK(out[0] == 0 && out[1] == 0 && out[2] == 0x84 && out[5] == 0 && out[7] == 4);
    CHECK(mdns_answer(&me, query, QUERY_SIZE, true, out) > 100);
    CHECK(out[0] == 0x12 && out[1] == 0x34 && out[5] == 1 && memcmp(out + 12, query + 12, QUERY_SIZE - 12) == 0);
    CHECK(mdns_announcement(&me, out) > 100);
    for (size_t n = 0; n < QUERY_SIZE; n++) { // every prefix is malformed
        uint8_t *prefix = malloc(n ? n : 1);
        memcpy(prefix, query, n);
        CHECK(mdns_answer(&me, prefix, n, false, out) == 0);
        free(prefix);
    }
    memcpy(q, query, QUERY_SIZE);
    q[2] = 0x80; // a response is not answered: two boards would talk for ever
    CHECK(mdns_answer(&me, q, QUERY_SIZE, false, out) == 0);
    // A name that points to itself ends.
    static const uint8_t loop[] = "\0\0\0\0\0\1\0\0\0\0\0\0\xc0\x0c\0\x0c\0\1";
    CHECK(mdns_answer(&me, loop, sizeof loop - 1, false, out) == 0);
    // Whatever the bytes, reading stays inside (the sanitizer watches).
    srand(1);
    for (int i = 0; i < 200000; i++) {
        size_t n = (size_t)rand() % (QUERY_SIZE + 1);
        uint8_t *noise = malloc(n ? n : 1);
        memcpy(noise, query, n);
        for (int k = 0; k < 4 && n > 0; k++) {
            noise[(size_t)rand() % n] = (uint8_t)rand();
        }
        CHECK(mdns_answer(&me, noise, n, i & 1, out) <= MDNS_PACKET_MAX);
        free(noise);
    }
    // What does not fit is not sent at all.
    char large[64];
    memset(large, 'x', 63);
    large[63] = '\0';
    struct mdns_service big = {.instance = large, .host = large, .texts = {large, large, large, large}, .port = 80};
    size_t n = mdns_answer(&big, query, QUERY_SIZE, true, out);
    CHECK(n == 0 || n <= MDNS_PACKET_MAX);
}

static int answer(bool legacy)
{
    uint8_t q[MDNS_PACKET_MAX], out[MDNS_PACKET_MAX];
    size_t n = mdns_answer(&me, q, fread(q, 1, sizeof q, stdin), legacy, out);
    return fwrite(out, 1, n, stdout) == n ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "etag") == 0) {
        return puts(resource_etag()) < 0;
    }
    if (argc > 1 && strcmp(argv[1], "resource") == 0) {
        return fwrite(resource_content(), 1, RESOURCE_SIZE, stdout) != RESOURCE_SIZE;
    }
    if (argc > 1 && strcmp(argv[1], "pattern") == 0) {
        return fwrite(pattern(), 1, PATTERN_PIECE, stdout) != PATTERN_PIECE;
    }
    if (argc > 1 && strcmp(argv[1], "answer") == 0) {
        return answer(argc > 2);
    }
    test_numbers();
    test_integers();
    test_dates();
    test_resource();
    test_agenda();
    test_mdns();
    if (failures > 0) {
        fprintf(stderr, "%d checks failed\n", failures);
        return 1;
    }
    puts("firmware: pure parts pass");
    return 0;
}
