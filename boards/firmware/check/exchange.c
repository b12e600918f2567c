// Answers requests with the firmware's handlers, over fake_idf.c:
//
//     exchange METHOD TARGET BODY [Field:value ...] [-- METHOD ...]
//
// writes the responses, one after the other as on one connection. METHOD may be
// FRAME0 to FRAME9 or FIN0 to FIN9, a WebSocket frame of that type, not final or
// final. The exit status is 0 if the connection stays open.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "fake_idf.h"
#include "network.h"
#include "server.h"

void network_state(struct network_state *s)
{
    *s = (struct network_state){.rssi = -51, .channel = 6, .power_save = "none"};
}

static int method_number(const char *name)
{
    static const char *const names[] = {"DELETE", "GET", "HEAD", "POST", "PUT"};
    for (int i = 0; i < 5; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    return 28; // PATCH
}

static const httpd_uri_t *route(const char *target, int method)
{
    size_t path = strcspn(target, "?");
    for (int i = 0; i < fake.count; i++) {
        const httpd_uri_t *u = &fake.routes[i];
        if (fake.config.uri_match_fn(u->uri, target, path) && ((int)u->method == HTTP_ANY || (int)u->method == method)) {
            return u;
        }
    }
    return NULL;
}

// A frame comes with the request of the handshake cleared, as the server does.
static void set_up(httpd_req_t *r, char **words, int count)
{
    const char *method = words[0];
    r->method = 0;
    if (strncmp(method, "FRAME", 5) == 0 || strncmp(method, "FIN", 3) == 0) {
        fake.frame_final = method[1] == 'I';
        fake.frame_type = (httpd_ws_type_t)atoi(method + (fake.frame_final ? 3 : 5));
        fake.frame_read = false;
    } else {
        r->method = method_number(method);
    }
    snprintf(r->uri, sizeof r->uri, "%s", words[1]);
    fake.body = words[2];
    fake.fields = words + 3;
    fake.fields_count = count - 3;
    fake.said = strlen(fake.body);
    for (int i = 3; i < count; i++) {
        if (strncmp(words[i], "Content-Length:", 15) == 0) {
            fake.said = (size_t)atol(words[i] + 15);
        }
    }
    r->content_len = fake.said;
    fake.status = HTTPD_200;
    fake.type = HTTPD_TYPE_TEXT;
    fake.field = NULL;
    fake.chunked = false;
}

static bool exchange(httpd_req_t *r, char **words, int count)
{
    set_up(r, words, count);
    const httpd_uri_t *u = route(words[1], strncmp(words[0], "F", 1) == 0 ? HTTP_GET : r->method);
    if (u == NULL) {
        printf("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        return false;
    }
    esp_err_t err = u->handler(r);
    fake_run_task();
    return err == ESP_OK && !fake.closed;
}

int main(int argc, char **argv)
{
    board_start();
    if (server_start() != ESP_OK) {
        fprintf(stderr, "the server does not start\n");
        return 2;
    }
    static httpd_req_t r;
    r.handle = &fake;
    bool open = true;
    for (int i = 1; i < argc && open;) {
        int count = 0;
        while (i + count < argc && strcmp(argv[i + count], "--") != 0) {
            count++;
        }
        if (count < 3) {
            fprintf(stderr, "a request is METHOD TARGET BODY\n");
            return 2;
        }
        open = exchange(&r, argv + i, count);
        i += count + 1;
    }
    if (r.free_ctx != NULL) { // the end of the session
        r.free_ctx(r.sess_ctx);
    }
    if (fake.async != 0) {
        fprintf(stderr, "%d requests were not given back\n", fake.async);
        return 2;
    }
    return open ? 0 : 1;
}
