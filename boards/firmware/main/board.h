// What this board is and how much memory it has: GET /info, GET /heap, and a
// line a second on the console.
#pragma once

#include "esp_http_server.h"

// Counts this start. Call it once, first.
void board_start(void);

// Writes the JSON of GET /heap, without a line end.
int board_heap(char *text, size_t size);

esp_err_t board_get_info(httpd_req_t *r);
esp_err_t board_get_heap(httpd_req_t *r);
