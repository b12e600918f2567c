// GET and HEAD /file: a resource with validators and ranges.
#pragma once

#include "esp_http_server.h"

esp_err_t file_get(httpd_req_t *r); // HEAD too
