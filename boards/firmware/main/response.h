// What httpd_resp_send has no words for: a response whose content is sent in
// pieces of a known total, or not at all.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_http_server.h"

#define TEXT "text/plain"

// Sends all n bytes as they are. Any error ends the connection.
esp_err_t response_write(httpd_req_t *r, const char *bytes, size_t n);

// Sends a head: status ("200 OK"), Content-Type (none if NULL), Content-Length
// (none if negative), and fields, whole lines ("" for none).
esp_err_t response_head(httpd_req_t *r, const char *status, const char *type, int64_t length, const char *fields);

// Sends a 400 that says what is wrong.
esp_err_t response_bad(httpd_req_t *r, const char *text);

// Reads at most n bytes of the body: their number, 0 at its end, or -1 after it
// answered 408 or the client was gone; then the handler must return ESP_FAIL.
int request_read(httpd_req_t *r, char *bytes, size_t n);

// Reads the query parameter `name` into *n, `preset` if it is absent. False if
// it is no number up to `most`; then the 400 is sent and *sent is its result.
bool request_number(httpd_req_t *r, const char *name, uint32_t preset, uint32_t most, uint32_t *n, esp_err_t *sent);
