// The board contract of httpdlab on esp_http_server.

#include <stdio.h>

#include "esp_event.h"
#include "esp_netif.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nvs_flash.h"

#include "board.h"
#include "mdns.h"
#include "network.h"
#include "server.h"

// Wi-Fi keeps its calibration there; what another layout left is erased.
static void start_storage(void)
{
    esp_err_t err = nvs_flash_init();
    if (err == ESP_ERR_NVS_NO_FREE_PAGES || err == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        ESP_ERROR_CHECK(nvs_flash_erase());
        err = nvs_flash_init();
    }
    ESP_ERROR_CHECK(err);
}

void app_main(void)
{
    board_start();
    start_storage();
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    esp_netif_t *netif = network_start();
    ESP_ERROR_CHECK(server_start());
    ESP_ERROR_CHECK(mdns_start(netif));
    TickType_t next = xTaskGetTickCount();
    for (;;) {
        char heap[192];
        board_heap(heap, sizeof heap);
        puts(heap);
        vTaskDelayUntil(&next, pdMS_TO_TICKS(1000));
    }
}
