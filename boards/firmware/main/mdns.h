// Makes the board findable as _http._tcp, with TXT board, chip and app.
#pragma once

#include "esp_err.h"
#include "esp_netif.h"

// Starts the task that answers multicast DNS queries on `netif`.
esp_err_t mdns_start(esp_netif_t *netif);
