// The content of GET /bytes: at offset i stands 'a' + i % 26. No IDF: tested
// on the host.
#pragma once

#include <stddef.h>

// A piece of the content that may begin at any multiple of 26.
#define PATTERN_PIECE (26 * 55)

// Returns PATTERN_PIECE bytes.
const char *pattern(void);
