// esp_http_server with the routes of the board contract.
#pragma once

#include "esp_err.h"

esp_err_t server_start(void);
