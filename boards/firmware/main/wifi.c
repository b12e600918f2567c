#include "network.h"

#include <string.h>

#include "esp_event.h"
#include "esp_log.h"
#include "esp_wifi.h"
#include "freertos/FreeRTOS.h"
#include "freertos/event_groups.h"
#include "sdkconfig.h"

#if CONFIG_LAB_POWER_SAVE_MAX_MODEM
#define POWER_SAVE WIFI_PS_MAX_MODEM
#elif CONFIG_LAB_POWER_SAVE_MIN_MODEM
#define POWER_SAVE WIFI_PS_MIN_MODEM
#else
#define POWER_SAVE WIFI_PS_NONE
#endif

_Static_assert(sizeof CONFIG_LAB_SSID - 1 <= 32, "the SSID is longer than 32 bytes");
_Static_assert(sizeof CONFIG_LAB_PASSWORD - 1 <= 64, "the password is longer than 64 bytes");

#if CONFIG_LAB_STATION

#define CONNECTED 1 // bit

static const char *TAG = "wifi";
static EventGroupHandle_t events;

// A board stays findable: it joins again whenever it lost the network.
static void on_event(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    if (base == IP_EVENT && id == IP_EVENT_STA_GOT_IP) {
        const ip_event_got_ip_t *got = data;
        ESP_LOGW(TAG, "address " IPSTR, IP2STR(&got->ip_info.ip));
        xEventGroupSetBits(events, CONNECTED);
    } else if (base == WIFI_EVENT && id == WIFI_EVENT_STA_START) {
        esp_wifi_connect();
    } else if (base == WIFI_EVENT && id == WIFI_EVENT_STA_DISCONNECTED) {
        const wifi_event_sta_disconnected_t *lost = data;
        ESP_LOGW(TAG, "not in network \"%s\" (reason %d): trying again", CONFIG_LAB_SSID, lost->reason);
        esp_wifi_connect();
    }
}

static esp_netif_t *start(void)
{
    esp_netif_t *netif = esp_netif_create_default_wifi_sta();
    events = xEventGroupCreate();
    ESP_ERROR_CHECK(esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_event, NULL));
    ESP_ERROR_CHECK(esp_event_handler_register(IP_EVENT, IP_EVENT_STA_GOT_IP, on_event, NULL));
    wifi_config_t config = {0};
    memcpy(config.sta.ssid, CONFIG_LAB_SSID, sizeof CONFIG_LAB_SSID - 1);
    memcpy(config.sta.password, CONFIG_LAB_PASSWORD, sizeof CONFIG_LAB_PASSWORD - 1);
    ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
    ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_STA, &config));
    ESP_ERROR_CHECK(esp_wifi_start());
    ESP_ERROR_CHECK(esp_wifi_set_ps(POWER_SAVE));
    xEventGroupWaitBits(events, CONNECTED, pdFALSE, pdTRUE, portMAX_DELAY);
    return netif;
}

#else

static esp_netif_t *start(void)
{
    esp_netif_t *netif = esp_netif_create_default_wifi_ap();
    wifi_config_t config = {
        .ap = {
            .ssid_len = sizeof CONFIG_LAB_SSID - 1,
            .channel = CONFIG_LAB_CHANNEL,
            .max_connection = 4,
            .authmode = sizeof CONFIG_LAB_PASSWORD > 1 ? WIFI_AUTH_WPA2_PSK : WIFI_AUTH_OPEN,
        },
    };
    memcpy(config.ap.ssid, CONFIG_LAB_SSID, sizeof CONFIG_LAB_SSID - 1);
    memcpy(config.ap.password, CONFIG_LAB_PASSWORD, sizeof CONFIG_LAB_PASSWORD - 1);
    ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_AP));
    ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_AP, &config));
    ESP_ERROR_CHECK(esp_wifi_start());
    ESP_ERROR_CHECK(esp_wifi_set_ps(POWER_SAVE));
    return netif;
}

#endif

esp_netif_t *network_start(void)
{
    wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
    ESP_ERROR_CHECK(esp_wifi_init(&init));
    ESP_ERROR_CHECK(esp_wifi_set_storage(WIFI_STORAGE_RAM)); // nothing of it wears the flash
    return start();
}

void network_state(struct network_state *s)
{
    static const char *const names[] = {"none", "min_modem", "max_modem"};
    wifi_ps_type_t mode = WIFI_PS_NONE;
    esp_wifi_get_ps(&mode);
    *s = (struct network_state){.power_save = (unsigned)mode < 3 ? names[mode] : "unknown"};
    wifi_ap_record_t ap;
    if (esp_wifi_sta_get_ap_info(&ap) == ESP_OK) { // fails unless joined as a station
        s->rssi = ap.rssi;
        s->channel = ap.primary;
        return;
    }
    uint8_t channel = 0;
    wifi_second_chan_t second;
    if (esp_wifi_get_channel(&channel, &second) == ESP_OK) {
        s->channel = channel;
    }
}
