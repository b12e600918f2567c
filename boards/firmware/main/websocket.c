#include "websocket.h"

#include <stdlib.h>

#define PAYLOAD_MAX (16 * 1024)

// RFC 6455, 7.4.1: 1009, a message too big to process. The handler's error then
// closes the connection.
static esp_err_t refuse(httpd_req_t *r)
{
    uint8_t code[] = {1009 >> 8, 1009 & 0xff};
    httpd_ws_frame_t close = {.type = HTTPD_WS_TYPE_CLOSE, .payload = code, .len = sizeof code};
    httpd_ws_send_frame(r, &close);
    return ESP_FAIL;
}

// The server answers pings and closes itself; here come data frames only.
esp_err_t websocket_echo(httpd_req_t *r)
{
    // Up to IDF v6.0.1 the handler is called for the handshake, too.
    if (r->method == HTTP_GET) {
        return ESP_OK;
    }
    httpd_ws_frame_t frame = {0};
    esp_err_t err = httpd_ws_recv_frame(r, &frame, 0); // its header
    if (err != ESP_OK) {
        return err;
    }
    if (frame.len > PAYLOAD_MAX) {
        return refuse(r);
    }
    uint8_t *payload = NULL;
    // A second call after an empty frame would take the next one's header.
    if (frame.len > 0) {
        payload = malloc(frame.len);
        if (payload == NULL) {
            return refuse(r);
        }
        frame.payload = payload;
        err = httpd_ws_recv_frame(r, &frame, frame.len);
    }
    if (err == ESP_OK) {
        // RFC 6455, 5.4: fragments go back as they came.
        frame.fragmented = !frame.final || frame.type == HTTPD_WS_TYPE_CONTINUE;
        err = httpd_ws_send_frame(r, &frame);
    }
    free(payload);
    return err;
}
