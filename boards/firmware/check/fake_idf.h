// The request that the firmware's handlers see, and what became of it.
#pragma once

#include "esp_http_server.h"

#define FAKE_ROUTES 32

struct fake {
    httpd_config_t config;
    httpd_uri_t routes[FAKE_ROUTES];
    int count;

    const char *body; // what is still to be read of it
    size_t said;      // what of Content-Length is
    char *const *fields;
    int fields_count;

    const char *status, *type, *field, *value;
    bool chunked, closed;
    int async; // requests that were not given back

    httpd_ws_type_t frame_type;
    bool frame_final, frame_read;
};

extern struct fake fake;

// Runs the firmware's task until it has nothing to do.
void fake_run_task(void);
