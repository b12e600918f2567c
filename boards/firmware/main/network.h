// Wi-Fi or Ethernet, as menuconfig says; one file each.
#pragma once

#include "esp_err.h"
#include "esp_netif.h"

// What GET /info tells of the link; zero and "none" where there is none.
struct network_state {
    int rssi; // dBm
    int channel;
    const char *power_save;
};

// Starts the network and waits until the board has an address.
esp_netif_t *network_start(void);

void network_state(struct network_state *s);
