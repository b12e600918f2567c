#pragma once
#include <stdint.h>

#include "esp_err.h"

typedef struct esp_eth_mac_s esp_eth_mac_t;
typedef struct esp_eth_phy_s esp_eth_phy_t;
typedef void *esp_eth_handle_t;
typedef struct esp_eth_netif_glue_t *esp_eth_netif_glue_handle_t;

typedef struct {
    uint32_t sw_reset_timeout_ms, rx_task_stack_size, rx_task_prio, flags;
} eth_mac_config_t;

typedef struct {
    int32_t phy_addr;
    uint32_t reset_timeout_ms, autonego_timeout_ms;
    int reset_gpio_num;
} eth_phy_config_t;

typedef struct {
    struct {
        int mdc_num, mdio_num;
    } smi_gpio;
} eth_esp32_emac_config_t;

typedef struct {
    esp_eth_mac_t *mac;
    esp_eth_phy_t *phy;
    uint32_t check_link_period_ms;
} esp_eth_config_t;

#define ETH_MAC_DEFAULT_CONFIG()        {.sw_reset_timeout_ms = 100, .rx_task_stack_size = 2048, .rx_task_prio = 15}
#define ETH_PHY_DEFAULT_CONFIG()        {.phy_addr = -1, .reset_timeout_ms = 100, .autonego_timeout_ms = 4000, .reset_gpio_num = 5}
#define ETH_ESP32_EMAC_DEFAULT_CONFIG() {.smi_gpio = {.mdc_num = 23, .mdio_num = 18}}
#define ETH_DEFAULT_CONFIG(emac, ephy)  {.mac = emac, .phy = ephy, .check_link_period_ms = 2000}

esp_eth_mac_t *esp_eth_mac_new_esp32(const eth_esp32_emac_config_t *esp32_config, const eth_mac_config_t *config);
esp_eth_mac_t *esp_eth_mac_new_openeth(const eth_mac_config_t *config);
#if (IDF_MAJOR << 8 | IDF_MINOR) >= 0x504
esp_eth_phy_t *esp_eth_phy_new_generic(const eth_phy_config_t *config);
#else
esp_eth_phy_t *esp_eth_phy_new_dp83848(const eth_phy_config_t *config);
esp_eth_phy_t *esp_eth_phy_new_ip101(const eth_phy_config_t *config);
#endif
esp_err_t esp_eth_driver_install(const esp_eth_config_t *config, esp_eth_handle_t *out_hdl);
esp_eth_netif_glue_handle_t esp_eth_new_netif_glue(esp_eth_handle_t eth_hdl);
esp_err_t esp_eth_start(esp_eth_handle_t hdl);
