#include "resource.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#define LINE  "The quick brown fox jumps over the lazy dog. 0123456789 abcdef\r\n"
#define EIGHT LINE LINE LINE LINE LINE LINE LINE LINE

static const char content[] = EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT;
_Static_assert(sizeof content - 1 == RESOURCE_SIZE, "the resource has another length than it says");

const char *resource_content(void)
{
    return content;
}

// FNV-1a: the same content has the same tag on every board.
const char *resource_etag(void)
{
    static char etag[19];
    if (etag[0] == '\0') {
        uint64_t hash = 14695981039346656037u;
        for (size_t i = 0; i < RESOURCE_SIZE; i++) {
            hash = (hash ^ (unsigned char)content[i]) * 1099511628211u;
        }
        // In two halves: the small printf of some builds knows no 64 bits.
        char digits[17];
        snprintf(digits, sizeof digits, "%08" PRIx32 "%08" PRIx32, (uint32_t)(hash >> 32), (uint32_t)hash);
        snprintf(etag, sizeof etag, "\"%s\"", digits + strspn(digits, "0"));
    }
    return etag;
}

// Weak comparison takes W/ tags too (RFC 9110, 8.8.3.2). Our tag holds no
// comma, so that a list can be cut at each.
static bool matches(const char *list, bool weak)
{
    const char *tag = resource_etag();
    while (*list != '\0') {
        list += strspn(list, ", \t");
        const char *found = list + (weak && strncmp(list, "W/", 2) == 0 ? 2 : 0);
        list += strcspn(list, ",");
        size_t n = (size_t)(list - found);
        while (n > 0 && (found[n - 1] == ' ' || found[n - 1] == '\t')) {
            n--;
        }
        if ((n == 1 && *found == '*') || (n == strlen(tag) && memcmp(found, tag, n) == 0)) {
            return true;
        }
    }
    return false;
}

// The order of RFC 9110, 13.2.2. A malformed date is ignored.
static int precondition(const struct resource_request *r)
{
    int64_t modified = text_date(RESOURCE_MODIFIED);
    if (r->if_match != NULL) {
        if (!matches(r->if_match, false)) {
            return 412;
        }
    } else if (r->if_unmodified_since != NULL) {
        int64_t t = text_date(r->if_unmodified_since);
        if (t >= 0 && modified > t) {
            return 412;
        }
    }
    if (r->if_none_match != NULL) {
        return matches(r->if_none_match, true) ? 304 : 200;
    }
    if (r->if_modified_since != NULL && text_date(r->if_modified_since) >= modified) {
        return 304;
    }
    return 200;
}

// RFC 9110, 13.1.5: a strong tag or the exact date, else the range is void.
static bool range_holds(const struct resource_request *r)
{
    return r->if_range == NULL || strcmp(r->if_range, resource_etag()) == 0 ||
           text_date(r->if_range) == text_date(RESOURCE_MODIFIED);
}

// Reads digits up to `end`; what is too large is far behind any end.
static bool position(const char *digits, const char *end, uint32_t preset, uint32_t *n)
{
    *n = preset;
    if (digits == end) {
        return true;
    }
    uint64_t value = 0;
    for (; digits < end; digits++) {
        if (!isdigit((unsigned char)*digits)) {
            return false;
        }
        value = value * 10 + (uint64_t)(*digits - '0');
        value = value > INT32_MAX ? INT32_MAX : value;
    }
    *n = (uint32_t)value;
    return true;
}

// One range; several, other units and what is malformed are ignored, as a
// server may (RFC 9110, 14.2).
static int select_range(const char *text, size_t *start, size_t *end)
{
    uint32_t first, last;
    if (strncmp(text, "bytes=", 6) != 0) {
        return 200;
    }
    text += 6;
    const char *dash = strchr(text, '-'), *stop = text + strlen(text);
    if (dash == NULL || stop - text == 1 || !position(text, dash, 0, &first) ||
        !position(dash + 1, stop, RESOURCE_SIZE - 1, &last)) {
        return 200;
    }
    if (text == dash) { // the last so many bytes
        first = last < RESOURCE_SIZE ? RESOURCE_SIZE - last : 0;
        last = RESOURCE_SIZE - 1;
    } else if (first > last && dash + 1 != stop) {
        return 200;
    }
    if (first >= RESOURCE_SIZE) {
        *start = *end = 0;
        return 416;
    }
    *start = first;
    *end = last < RESOURCE_SIZE ? last + 1 : RESOURCE_SIZE;
    return 206;
}

int resource_select(const struct resource_request *r, size_t *start, size_t *end)
{
    int status = precondition(r);
    *start = *end = 0;
    if (status != 200) {
        return status;
    }
    *end = RESOURCE_SIZE;
    if (!r->get || r->range == NULL || !range_holds(r)) {
        return 200;
    }
    return select_range(r->range, start, end);
}
