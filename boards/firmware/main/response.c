#include "response.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

esp_err_t response_write(httpd_req_t *r, const char *bytes, size_t n)
{
    while (n > 0) {
        int sent = httpd_send(r, bytes, n); // may be fewer
        if (sent <= 0) {
            return ESP_FAIL;
        }
        bytes += sent;
        n -= (size_t)sent;
    }
    return ESP_OK;
}

esp_err_t response_head(httpd_req_t *r, const char *status, const char *type, int64_t length, const char *fields)
{
    char head[512], content[160] = "", size[48] = "";
    if (type != NULL) {
        snprintf(content, sizeof content, "Content-Type: %.128s\r\n", type);
    }
    if (length >= 0) {
        snprintf(size, sizeof size, "Content-Length: %" PRId64 "\r\n", length);
    }
    int n = snprintf(head, sizeof head, "HTTP/1.1 %.40s\r\n%s%s%s\r\n", status, content, size, fields);
    if (n < 0 || n >= (int)sizeof head) {
        return ESP_FAIL;
    }
    return response_write(r, head, (size_t)n);
}

esp_err_t response_bad(httpd_req_t *r, const char *text)
{
    httpd_resp_set_status(r, HTTPD_400);
    httpd_resp_set_type(r, TEXT);
    return httpd_resp_sendstr(r, text);
}

int request_read(httpd_req_t *r, char *bytes, size_t n)
{
    int got = httpd_req_recv(r, bytes, n);
    if (got == HTTPD_SOCK_ERR_TIMEOUT) {
        httpd_resp_send_408(r);
    }
    return got < 0 ? -1 : got;
}

bool request_number(httpd_req_t *r, const char *name, uint32_t preset, uint32_t most, uint32_t *n, esp_err_t *sent)
{
    char query[128], value[16], text[80];
    *n = preset;
    esp_err_t err = httpd_req_get_url_query_str(r, query, sizeof query);
    if (err == ESP_ERR_NOT_FOUND) {
        return true;
    }
    if (err == ESP_OK) {
        err = httpd_query_key_value(query, name, value, sizeof value);
        if (err == ESP_ERR_NOT_FOUND || (err == ESP_OK && text_number(value, most, n))) {
            return true;
        }
    }
    snprintf(text, sizeof text, "%s must be a number from 0 to %" PRIu32 "\n", name, most);
    *sent = response_bad(r, text);
    return false;
}
