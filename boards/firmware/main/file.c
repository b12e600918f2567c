#include "file.h"

#include <stdio.h>
#include <string.h>

#include "resource.h"
#include "response.h"

#define FIELD_MAX 96

// Returns the value of a field in `text`, FIELD_MAX bytes, NULL if the request
// has no such field. One that is longer is cut: it then names no tag of ours.
static const char *field(httpd_req_t *r, const char *name, char *text)
{
    esp_err_t err = httpd_req_get_hdr_value_str(r, name, text, FIELD_MAX);
    return err == ESP_OK || err == ESP_ERR_HTTPD_RESULT_TRUNC ? text : NULL;
}

static const char *reason(int status)
{
    switch (status) {
    case 206: return "206 Partial Content";
    case 304: return "304 Not Modified";
    case 412: return "412 Precondition Failed";
    case 416: return "416 Range Not Satisfiable";
    default:  return HTTPD_200;
    }
}

// What explains an error (RFC 9110, 15.5), NULL if there is none.
static const char *explanation(int status)
{
    switch (status) {
    case 412: return "the condition does not hold";
    case 416: return "the range is outside the file";
    default:  return NULL;
    }
}

static int select_content(httpd_req_t *r, size_t *start, size_t *end)
{
    char text[6][FIELD_MAX];
    struct resource_request q = {
        .get = r->method == HTTP_GET,
        .if_match = field(r, "If-Match", text[0]),
        .if_none_match = field(r, "If-None-Match", text[1]),
        .if_modified_since = field(r, "If-Modified-Since", text[2]),
        .if_unmodified_since = field(r, "If-Unmodified-Since", text[3]),
        .if_range = field(r, "If-Range", text[4]),
        .range = field(r, "Range", text[5]),
    };
    return resource_select(&q, start, end);
}

esp_err_t file_get(httpd_req_t *r)
{
    size_t start, end;
    int status = select_content(r, &start, &end);
    char range[64] = "", fields[256];
    if (status == 206) {
        snprintf(range, sizeof range, "Content-Range: bytes %zu-%zu/%d\r\n", start, end - 1, RESOURCE_SIZE);
    } else if (status == 416) {
        snprintf(range, sizeof range, "Content-Range: bytes */%d\r\n", RESOURCE_SIZE);
    }
    snprintf(fields, sizeof fields,
        "ETag: %s\r\nLast-Modified: " RESOURCE_MODIFIED "\r\nCache-Control: max-age=60\r\nAccept-Ranges: bytes\r\n%s",
        resource_etag(), range);
    const char *content = explanation(status);
    size_t octets = content ? strlen(content) : end - start;
    if (!content) {
        content = resource_content() + start;
    }
    // RFC 9110, 8.6: a 304 must not say that its content is empty; a HEAD says
    // what the GET would.
    int64_t length = status == 304 ? -1 : (int64_t)octets;
    esp_err_t err = response_head(r, reason(status), TEXT, length, fields);
    if (err != ESP_OK || r->method == HTTP_HEAD) {
        return err;
    }
    return response_write(r, content, octets);
}
