// The board's answers to multicast DNS queries (RFC 6762) for its service
// (RFC 6763). No IDF: tested on the host.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MDNS_PORT       5353
#define MDNS_PACKET_MAX 512

struct mdns_service {
    const char *instance;  // one label, at most 63 bytes: what people see
    const char *host;      // one label: HOST.local
    const char *texts[4];  // key=value, at most 63 bytes each; NULL if fewer
    uint8_t address[4];    // IPv4
    uint16_t port;
};

// Writes the answer to a query into `out`, MDNS_PACKET_MAX bytes, and returns
// its length: 0 if the query is none, malformed, or asks for nothing of ours.
// legacy: the query came from another port than 5353, so that its sender is no
// full mDNS client and wants an ordinary DNS response.
size_t mdns_answer(const struct mdns_service *me, const uint8_t *query, size_t length, bool legacy, uint8_t *out);

// Writes the unasked announcement of the service and returns its length.
size_t mdns_announcement(const struct mdns_service *me, uint8_t *out);
