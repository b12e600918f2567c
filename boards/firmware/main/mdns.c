#include "mdns.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "esp_app_desc.h"
#include "esp_log.h"
#include "esp_mac.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "lwip/sockets.h"
#include "sdkconfig.h"

#include "mdns_packet.h"

#define GROUP "224.0.0.251" // RFC 6762, 3

static const char *TAG = "mdns";
static esp_netif_t *interface;

// Names that hold the end of the MAC address, so that boards differ.
static void describe(struct mdns_service *me)
{
    static char instance[64], host[32], board[64], app[64];
    uint8_t mac[6] = {0};
    esp_efuse_mac_get_default(mac);
    snprintf(instance, sizeof instance, "httpdlab %.32s %02x%02x%02x", CONFIG_LAB_BOARD, mac[3], mac[4], mac[5]);
    snprintf(host, sizeof host, "httpdlab-%02x%02x%02x", mac[3], mac[4], mac[5]);
    snprintf(board, sizeof board, "board=%.50s", CONFIG_LAB_BOARD);
    snprintf(app, sizeof app, "app=%.50s", esp_app_get_description()->project_name);
    *me = (struct mdns_service){
        .instance = instance,
        .host = host,
        .texts = {board, "chip=" CONFIG_IDF_TARGET, app},
        .port = 80,
    };
}

static int open_socket(void)
{
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0) {
        return -1;
    }
    int on = 1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    uint8_t hops = 255; // RFC 6762, 11
    setsockopt(s, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(MDNS_PORT)};
    struct ip_mreq group = {.imr_multiaddr.s_addr = inet_addr(GROUP)};
    if (bind(s, (struct sockaddr *)&here, sizeof here) < 0 ||
        setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) < 0) {
        close(s);
        return -1;
    }
    return s;
}

// The address may change while the board runs.
static void see_address(struct mdns_service *me)
{
    esp_netif_ip_info_t ip;
    if (esp_netif_get_ip_info(interface, &ip) == ESP_OK) {
        memcpy(me->address, &ip.ip.addr, sizeof me->address);
    }
}

static void serve(int s, struct mdns_service *me, const struct sockaddr_in *group)
{
    static uint8_t query[MDNS_PACKET_MAX], answer[MDNS_PACKET_MAX];
    struct sockaddr_in from = {0};
    socklen_t from_size = sizeof from;
    int n = recvfrom(s, query, sizeof query, 0, (struct sockaddr *)&from, &from_size);
    if (n <= 0) {
        vTaskDelay(pdMS_TO_TICKS(100)); // the network is down: do not spin
        return;
    }
    see_address(me);
    bool legacy = from.sin_port != htons(MDNS_PORT);
    size_t size = mdns_answer(me, query, (size_t)n, legacy, answer);
    if (size > 0) {
        const struct sockaddr_in *to = legacy ? &from : group;
        sendto(s, answer, size, 0, (const struct sockaddr *)to, sizeof *to);
    }
}

static void mdns_task(void *unused)
{
    (void)unused;
    struct mdns_service me;
    describe(&me);
    int s = open_socket();
    if (s < 0) {
        ESP_LOGE(TAG, "no socket for multicast DNS: raise LWIP_MAX_SOCKETS");
        vTaskDelete(NULL);
        return;
    }
    struct sockaddr_in group = {
        .sin_family = AF_INET, .sin_port = htons(MDNS_PORT), .sin_addr.s_addr = inet_addr(GROUP)};
    uint8_t announcement[MDNS_PACKET_MAX];
    see_address(&me);
    size_t size = mdns_announcement(&me, announcement);
    sendto(s, announcement, size, 0, (struct sockaddr *)&group, sizeof group);
    for (;;) {
        serve(s, &me, &group);
    }
}

esp_err_t mdns_start(esp_netif_t *netif)
{
    interface = netif;
    return xTaskCreate(mdns_task, "mdns", 4096, NULL, 4, NULL) == pdPASS ? ESP_OK : ESP_ERR_NO_MEM;
}
