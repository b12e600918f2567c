#pragma once
#include <stdint.h>

#include "esp_err.h"
#include "esp_event.h"

typedef struct esp_netif_obj esp_netif_t;

typedef struct {
    uint32_t addr;
} esp_ip4_addr_t;

typedef struct {
    esp_ip4_addr_t ip, netmask, gw;
} esp_netif_ip_info_t;

typedef struct {
    esp_netif_t *esp_netif;
    esp_netif_ip_info_t ip_info;
    _Bool ip_changed;
} ip_event_got_ip_t;

typedef struct {
    const void *base, *driver, *stack;
} esp_netif_config_t;

enum { IP_EVENT_STA_GOT_IP, IP_EVENT_ETH_GOT_IP = 4 };
extern esp_event_base_t const IP_EVENT;

#define IPSTR "%d.%d.%d.%d"
#define IP2STR(ip) \
    (int)((ip)->addr & 0xff), (int)((ip)->addr >> 8 & 0xff), (int)((ip)->addr >> 16 & 0xff), (int)((ip)->addr >> 24)
#define ESP_NETIF_DEFAULT_ETH() {.base = NULL, .driver = NULL, .stack = NULL}

esp_err_t esp_netif_init(void);
esp_netif_t *esp_netif_new(const esp_netif_config_t *config);
esp_err_t esp_netif_attach(esp_netif_t *netif, void *driver_handle);
esp_err_t esp_netif_get_ip_info(esp_netif_t *netif, esp_netif_ip_info_t *ip_info);
esp_netif_t *esp_netif_create_default_wifi_sta(void);
esp_netif_t *esp_netif_create_default_wifi_ap(void);
