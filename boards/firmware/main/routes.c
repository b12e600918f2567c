#include "routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "response.h"
#include "text.h"

#define BYTES_MAX  (1u << 30)
#define PIECE_SIZE 1024

static const char index_text[] =
    "httpdlab: the board contract\n"
    "\n"
    "GET  /hello                   Hello World!\n"
    "GET  /plaintext               Hello, World!\n"
    "GET  /file                    a cacheable resource with ETag, Last-Modified and ranges\n"
    "any  /echo                    the body back\n"
    "POST /adder                   adds the number in the body to the connection's sum\n"
    "GET  /bytes?n=N[&chunked=1]   N bytes: a to z again and again\n"
    "POST /sink                    counts the body\n"
    "GET  /slow?ms=N               answers after N ms\n"
    "GET  /empty                   204\n"
    "GET  /tree/*                  the matched tail\n"
    "GET  /events?n=N&ms=M         N server-sent events, M ms apart\n"
    "GET  /ws                      a WebSocket that sends messages back; subprotocol echo\n"
    "GET  /info                    what this board is\n"
    "GET  /heap                    its memory now\n";

esp_err_t route_index(httpd_req_t *r)
{
    httpd_resp_set_type(r, TEXT);
    return httpd_resp_send(r, index_text, sizeof index_text - 1);
}

esp_err_t route_hello(httpd_req_t *r)
{
    return httpd_resp_sendstr(r, "Hello World!");
}

esp_err_t route_plaintext(httpd_req_t *r)
{
    httpd_resp_set_type(r, TEXT);
    return httpd_resp_sendstr(r, "Hello, World!");
}

// The body goes back while it comes in: a board has no room for it whole.
esp_err_t route_echo(httpd_req_t *r)
{
    char type[128], piece[PIECE_SIZE];
    if (httpd_req_get_hdr_value_str(r, "Content-Type", type, sizeof type) != ESP_OK) {
        strcpy(type, HTTPD_TYPE_OCTET);
    }
    esp_err_t err = response_head(r, HTTPD_200, type, (int64_t)r->content_len, "");
    if (err != ESP_OK || r->method == HTTP_HEAD) {
        return err;
    }
    for (size_t left = r->content_len; left > 0;) {
        int n = httpd_req_recv(r, piece, left < sizeof piece ? left : sizeof piece);
        if (n <= 0 || response_write(r, piece, (size_t)n) != ESP_OK) {
            return ESP_FAIL;
        }
        left -= (size_t)n;
    }
    return ESP_OK;
}

// Reads a whole body of less than `size` bytes, and ends it with a zero.
// ESP_ERR_INVALID_SIZE if it is longer, ESP_FAIL if it does not come.
static esp_err_t read_short_body(httpd_req_t *r, char *text, size_t size)
{
    if (r->content_len >= size) {
        return ESP_ERR_INVALID_SIZE;
    }
    size_t n = 0;
    while (n < r->content_len) {
        int got = request_read(r, text + n, r->content_len - n);
        if (got <= 0) {
            return ESP_FAIL;
        }
        n += (size_t)got;
    }
    text[n] = '\0';
    return ESP_OK;
}

// The sum is the session's context: the server frees it with the connection.
esp_err_t route_adder(httpd_req_t *r)
{
    char text[32];
    int64_t n = 0;
    esp_err_t err = read_short_body(r, text, sizeof text);
    if (err == ESP_FAIL) {
        return err;
    }
    if (err != ESP_OK || !text_integer(text, &n)) {
        return response_bad(r, "the body must be a decimal number\n");
    }
    if (r->sess_ctx == NULL) {
        r->sess_ctx = calloc(1, sizeof(uint64_t));
        r->free_ctx = free;
    }
    uint64_t *sum = r->sess_ctx;
    if (sum == NULL) {
        return httpd_resp_send_500(r);
    }
    *sum += (uint64_t)n; // wraps, as that of a signed number may not
    snprintf(text, sizeof text, "%" PRId64, (int64_t)*sum);
    httpd_resp_set_type(r, TEXT);
    return httpd_resp_sendstr(r, text);
}

static esp_err_t send_chunk(httpd_req_t *r, const char *bytes, size_t n)
{
    return httpd_resp_send_chunk(r, bytes, (ssize_t)n);
}

static esp_err_t send_pattern(httpd_req_t *r, uint32_t n, esp_err_t (*send)(httpd_req_t *, const char *, size_t))
{
    while (n > 0) {
        uint32_t size = n < PATTERN_PIECE ? n : PATTERN_PIECE;
        if (send(r, pattern(), size) != ESP_OK) {
            return ESP_FAIL;
        }
        n -= size;
    }
    return ESP_OK;
}

esp_err_t route_bytes(httpd_req_t *r)
{
    uint32_t n, chunked;
    esp_err_t err = ESP_OK;
    if (!request_number(r, "n", 0, BYTES_MAX, &n, &err) || !request_number(r, "chunked", 0, 1, &chunked, &err)) {
        return err;
    }
    if (chunked) {
        httpd_resp_set_type(r, HTTPD_TYPE_OCTET);
        err = send_pattern(r, n, send_chunk);
        return err == ESP_OK ? httpd_resp_send_chunk(r, NULL, 0) : err;
    }
    err = response_head(r, HTTPD_200, HTTPD_TYPE_OCTET, n, "");
    return err == ESP_OK ? send_pattern(r, n, response_write) : err;
}

esp_err_t route_sink(httpd_req_t *r)
{
    char piece[PIECE_SIZE], text[40];
    size_t total = 0;
    while (total < r->content_len) {
        int n = request_read(r, piece, sizeof piece);
        if (n <= 0) {
            return ESP_FAIL;
        }
        total += (size_t)n;
    }
    snprintf(text, sizeof text, "{\"bytes\":%zu}", total);
    httpd_resp_set_type(r, HTTPD_TYPE_JSON);
    return httpd_resp_sendstr(r, text);
}

// RFC 9110, 8.6: a 204 has no Content-Length, which httpd_resp_send would send.
esp_err_t route_empty(httpd_req_t *r)
{
    return response_head(r, HTTPD_204, NULL, -1, "");
}

esp_err_t route_tree(httpd_req_t *r)
{
    const char *tail = r->uri + strlen("/tree/");
    httpd_resp_set_type(r, TEXT);
    return httpd_resp_send(r, tail, (ssize_t)strcspn(tail, "?"));
}
