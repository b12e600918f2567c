// The routes of the board contract that answer at once.
#pragma once

#include "esp_http_server.h"

esp_err_t route_index(httpd_req_t *r);
esp_err_t route_hello(httpd_req_t *r);
esp_err_t route_plaintext(httpd_req_t *r);
esp_err_t route_echo(httpd_req_t *r);
esp_err_t route_adder(httpd_req_t *r);
esp_err_t route_bytes(httpd_req_t *r);
esp_err_t route_sink(httpd_req_t *r);
esp_err_t route_empty(httpd_req_t *r);
esp_err_t route_tree(httpd_req_t *r);
