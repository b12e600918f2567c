// GET /ws: a WebSocket that sends every message back.
#pragma once

#include "esp_http_server.h"

esp_err_t websocket_echo(httpd_req_t *r);
