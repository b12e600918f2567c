// The routes that answer later, without stopping the others: their requests
// leave the server's task (httpd_req_async_handler_begin) and wait in a task of
// ours.
#pragma once

#include "esp_http_server.h"

esp_err_t later_start(void);

esp_err_t later_slow(httpd_req_t *r);
esp_err_t later_events(httpd_req_t *r);
