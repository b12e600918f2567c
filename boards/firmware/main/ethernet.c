#include "network.h"

#include "esp_eth.h"
#include "esp_event.h"
#include "esp_idf_version.h"
#include "esp_log.h"
#include "freertos/FreeRTOS.h"
#include "freertos/event_groups.h"
#include "sdkconfig.h"

// Headers of their own in some versions, parts of esp_eth.h in others.
#if __has_include("esp_eth_mac_esp.h")
#include "esp_eth_mac_esp.h"
#endif
#if __has_include("esp_eth_mac_openeth.h")
#include "esp_eth_mac_openeth.h"
#endif

#define CONNECTED 1 // bit

static const char *TAG = "ethernet";
static EventGroupHandle_t events;

static void on_address(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg, (void)base, (void)id;
    const ip_event_got_ip_t *got = data;
    ESP_LOGW(TAG, "address " IPSTR, IP2STR(&got->ip_info.ip));
    xEventGroupSetBits(events, CONNECTED);
}

static esp_eth_mac_t *new_mac(void)
{
    eth_mac_config_t config = ETH_MAC_DEFAULT_CONFIG();
#if CONFIG_LAB_OPENETH
    return esp_eth_mac_new_openeth(&config);
#else
    eth_esp32_emac_config_t emac = ETH_ESP32_EMAC_DEFAULT_CONFIG();
    return esp_eth_mac_new_esp32(&emac, &config);
#endif
}

// The generic driver of IDF v5.4 and later drives any PHY that keeps to IEEE
// 802.3; before, the one of the Espressif kits, and the one that QEMU has.
static esp_eth_phy_t *new_phy(void)
{
    eth_phy_config_t config = ETH_PHY_DEFAULT_CONFIG();
#if CONFIG_LAB_OPENETH
    config.autonego_timeout_ms = 100; // QEMU's link is there at once or never
#else
    config.phy_addr = CONFIG_LAB_PHY_ADDRESS;
    config.reset_gpio_num = CONFIG_LAB_PHY_RESET_GPIO;
#endif
#if ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(5, 4, 0)
    return esp_eth_phy_new_generic(&config);
#elif CONFIG_LAB_OPENETH
    return esp_eth_phy_new_dp83848(&config);
#else
    return esp_eth_phy_new_ip101(&config);
#endif
}

esp_netif_t *network_start(void)
{
    esp_netif_config_t config = ESP_NETIF_DEFAULT_ETH();
    esp_netif_t *netif = esp_netif_new(&config);
    events = xEventGroupCreate();
    esp_eth_mac_t *mac = new_mac();
    esp_eth_phy_t *phy = new_phy();
    esp_eth_config_t driver = ETH_DEFAULT_CONFIG(mac, phy);
    esp_eth_handle_t handle = NULL;
    ESP_ERROR_CHECK(esp_eth_driver_install(&driver, &handle));
    ESP_ERROR_CHECK(esp_netif_attach(netif, esp_eth_new_netif_glue(handle)));
    ESP_ERROR_CHECK(esp_event_handler_register(IP_EVENT, IP_EVENT_ETH_GOT_IP, on_address, NULL));
    ESP_ERROR_CHECK(esp_eth_start(handle));
    xEventGroupWaitBits(events, CONNECTED, pdFALSE, pdTRUE, portMAX_DELAY);
    return netif;
}

void network_state(struct network_state *s)
{
    *s = (struct network_state){.power_save = "none"};
}
