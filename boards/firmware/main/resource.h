// The resource of /file, and what of it a request's conditions and range ask
// for. No IDF: tested on the host.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define RESOURCE_SIZE     4096
#define RESOURCE_MODIFIED "Thu, 01 Jan 2026 00:00:00 GMT"

const char *resource_content(void); // RESOURCE_SIZE bytes
const char *resource_etag(void);    // with its quotes

// The fields of a request that decide; NULL if absent.
struct resource_request {
    bool get; // ranges are for GET only
    const char *if_match, *if_none_match, *if_modified_since, *if_unmodified_since, *if_range, *range;
};

// Answers 200, 206, 304, 412 or 416. The content to send is [*start, *end),
// empty for the last three.
int resource_select(const struct resource_request *r, size_t *start, size_t *end);
