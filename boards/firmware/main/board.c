#include "board.h"

#include <inttypes.h>
#include <stdio.h>

#include "esp_app_desc.h"
#include "esp_attr.h"
#include "esp_chip_info.h"
#include "esp_heap_caps.h"
#include "esp_idf_version.h"
#include "esp_image_format.h"
#include "esp_ota_ops.h"
#include "esp_rom_sys.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "sdkconfig.h"

#include "network.h"

// Memory that every reset but a power cut leaves alone; magic says that it was
// written by us.
#define MAGIC 0x48545044u
static RTC_NOINIT_ATTR uint32_t magic, boot_count;

void board_start(void)
{
    boot_count = magic == MAGIC ? boot_count + 1 : 1;
    magic = MAGIC;
}

static int64_t uptime_ms(void)
{
    return esp_timer_get_time() / 1000;
}

// In the order of esp_reset_reason_t; later versions of the IDF have more of them.
static const char *reset_reason(void)
{
    static const char *const names[] = {
        "unknown", "power-on", "external", "software", "panic", "interrupt-watchdog", "task-watchdog",
        "watchdog", "deep-sleep", "brownout", "sdio", "usb", "jtag", "efuse", "power-glitch", "cpu-lockup",
    };
    unsigned reason = (unsigned)esp_reset_reason();
    return reason < sizeof names / sizeof names[0] ? names[reason] : "unknown";
}

// The memory that the network and the server take from.
#define CAPS (MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT)

// The radio signal goes along: it is read as often, and explains as much.
int board_heap(char *text, size_t size)
{
    struct network_state network;
    network_state(&network);
    return snprintf(text, size,
        "{\"uptime_ms\":%" PRId64 ",\"boot_count\":%" PRIu32
        ",\"free\":%zu,\"min_free\":%zu,\"largest_block\":%zu,\"total\":%zu,\"rssi\":%d}",
        uptime_ms(), boot_count, heap_caps_get_free_size(CAPS), heap_caps_get_minimum_free_size(CAPS),
        heap_caps_get_largest_free_block(CAPS), heap_caps_get_total_size(CAPS), network.rssi);
}

// How much flash the running image takes, in bytes; 0 if it cannot be read.
static uint32_t app_size(void)
{
    const esp_partition_t *running = esp_ota_get_running_partition();
    if (running == NULL) {
        return 0;
    }
    esp_partition_pos_t at = {.offset = running->address, .size = running->size};
    esp_image_metadata_t image;
    return esp_image_get_metadata(&at, &image) == ESP_OK ? image.image_len : 0;
}

static int board_info(char *text, size_t size)
{
    esp_chip_info_t chip;
    esp_chip_info(&chip);
    struct network_state network;
    network_state(&network);
    char sha[17] = "";
    esp_app_get_elf_sha256(sha, sizeof sha);
    return snprintf(text, size,
        "{\"board\":\"%s\",\"chip\":\"%s\",\"sdk\":\"ESP-IDF %s\",\"app\":\"%s\",\"app_sha\":\"%s\""
        ",\"app_size\":%" PRIu32 ",\"cores\":%u,\"mhz\":%" PRIu32 ",\"reset_reason\":\"%s\",\"boot_count\":%" PRIu32
        ",\"uptime_ms\":%" PRId64 ",\"rssi\":%d,\"channel\":%d,\"power_save\":\"%s\""
        ",\"max_open_sockets\":%d,\"max_uri_len\":%d,\"max_req_hdr_len\":%d}",
        CONFIG_LAB_BOARD, CONFIG_IDF_TARGET, esp_get_idf_version(), esp_app_get_description()->project_name, sha,
        app_size(), (unsigned)chip.cores, (uint32_t)esp_rom_get_cpu_ticks_per_us(), reset_reason(), boot_count,
        uptime_ms(), network.rssi, network.channel, network.power_save,
        CONFIG_LAB_SOCKETS, CONFIG_HTTPD_MAX_URI_LEN, CONFIG_HTTPD_MAX_REQ_HDR_LEN);
}

static esp_err_t send_json(httpd_req_t *r, int (*write)(char *text, size_t size))
{
    char text[640];
    int n = write(text, sizeof text);
    if (n < 0 || n >= (int)sizeof text) {
        return httpd_resp_send_500(r);
    }
    httpd_resp_set_type(r, HTTPD_TYPE_JSON);
    httpd_resp_set_hdr(r, "Cache-Control", "no-store");
    return httpd_resp_send(r, text, n);
}

esp_err_t board_get_info(httpd_req_t *r)
{
    return send_json(r, board_info);
}

esp_err_t board_get_heap(httpd_req_t *r)
{
    return send_json(r, board_heap);
}
