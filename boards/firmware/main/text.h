// Numbers and dates as HTTP writes them. No IDF: tested on the host.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads 1*DIGIT, at most `most`. False, and *n untouched, if it is not that.
bool text_number(const char *text, uint32_t most, uint32_t *n);

// Reads an optionally signed decimal between optional white space. False if it
// is not that or does not fit.
bool text_integer(const char *text, int64_t *n);

// Reads an HTTP date in any of its three forms (RFC 9110, 5.6.7) as seconds
// since 1970, -1 if it is malformed.
int64_t text_date(const char *text);
