// An IDF for one request at a time: what the handlers send goes to stdout, what
// they ask for comes from the request that exchange.c sets up. Sends and reads
// are short, as real ones may be, and time passes only while somebody waits.

#include "fake_idf.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "esp_app_desc.h"
#include "esp_chip_info.h"
#include "esp_heap_caps.h"
#include "esp_idf_version.h"
#include "esp_image_format.h"
#include "esp_ota_ops.h"
#include "esp_rom_sys.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/queue.h"
#include "freertos/task.h"

struct fake fake;

// The server.

esp_err_t httpd_start(httpd_handle_t *handle, const httpd_config_t *config)
{
    fake.config = *config;
    *handle = &fake;
    return ESP_OK;
}

esp_err_t httpd_register_uri_handler(httpd_handle_t handle, const httpd_uri_t *uri)
{
    (void)handle;
    if (fake.count == fake.config.max_uri_handlers || fake.count == FAKE_ROUTES) {
        return ESP_FAIL;
    }
    fake.routes[fake.count++] = *uri;
    return ESP_OK;
}

// Only what the firmware uses: a trailing asterisk.
bool httpd_uri_match_wildcard(const char *template, const char *uri, size_t n)
{
    size_t length = strlen(template);
    if (length > 0 && template[length - 1] == '*') {
        return n >= length - 1 && strncmp(template, uri, length - 1) == 0;
    }
    return n == length && strncmp(template, uri, n) == 0;
}

// The request.

int httpd_req_recv(httpd_req_t *r, char *buf, size_t n)
{
    (void)r;
    size_t left = strlen(fake.body);
    n = n < left ? n : left;
    n = n < 7 ? n : 7;
    if (n == 0) { // the body ends before its Content-Length
        return fake.said > 0 ? HTTPD_SOCK_ERR_TIMEOUT : 0;
    }
    memcpy(buf, fake.body, n);
    fake.body += n;
    fake.said -= n < fake.said ? n : fake.said;
    return (int)n;
}

static esp_err_t copy(char *to, size_t size, const char *from, size_t n)
{
    if (size == 0) {
        return ESP_ERR_INVALID_ARG;
    }
    size_t fits = n < size ? n : size - 1;
    memcpy(to, from, fits);
    to[fits] = '\0';
    return n < size ? ESP_OK : ESP_ERR_HTTPD_RESULT_TRUNC;
}

esp_err_t httpd_req_get_hdr_value_str(httpd_req_t *r, const char *name, char *val, size_t size)
{
    (void)r;
    size_t n = strlen(name);
    for (int i = 0; i < fake.fields_count; i++) {
        const char *field = fake.fields[i];
        if (strncasecmp(field, name, n) == 0 && field[n] == ':') {
            field += n + 1;
            field += strspn(field, " ");
            return copy(val, size, field, strlen(field));
        }
    }
    return ESP_ERR_NOT_FOUND;
}

esp_err_t httpd_req_get_url_query_str(httpd_req_t *r, char *buf, size_t size)
{
    const char *query = strchr(r->uri, '?');
    return query == NULL ? ESP_ERR_NOT_FOUND : copy(buf, size, query + 1, strlen(query + 1));
}

esp_err_t httpd_query_key_value(const char *query, const char *key, char *val, size_t size)
{
    size_t n = strlen(key);
    for (; query != NULL; query = strchr(query, '&')) {
        query += *query == '&';
        if (strncasecmp(query, key, n) == 0 && query[n] == '=') {
            return copy(val, size, query + n + 1, strcspn(query + n + 1, "&"));
        }
    }
    return ESP_ERR_NOT_FOUND;
}

int httpd_req_to_sockfd(httpd_req_t *r)
{
    (void)r;
    return 54;
}

// The response.

esp_err_t httpd_resp_set_status(httpd_req_t *r, const char *status)
{
    (void)r;
    fake.status = status;
    return ESP_OK;
}

esp_err_t httpd_resp_set_type(httpd_req_t *r, const char *type)
{
    (void)r;
    fake.type = type;
    return ESP_OK;
}

esp_err_t httpd_resp_set_hdr(httpd_req_t *r, const char *field, const char *value)
{
    (void)r;
    fake.field = field;
    fake.value = value;
    return ESP_OK;
}

static void send_head(void)
{
    printf("HTTP/1.1 %s\r\nContent-Type: %s\r\n", fake.status, fake.type);
    if (fake.field != NULL) {
        printf("%s: %s\r\n", fake.field, fake.value);
    }
}

esp_err_t httpd_resp_send(httpd_req_t *r, const char *buf, ssize_t n)
{
    (void)r;
    n = n == HTTPD_RESP_USE_STRLEN ? (ssize_t)strlen(buf) : n;
    send_head();
    printf("Content-Length: %zd\r\n\r\n", n);
    fwrite(buf, 1, (size_t)n, stdout);
    return ESP_OK;
}

esp_err_t httpd_resp_send_chunk(httpd_req_t *r, const char *buf, ssize_t n)
{
    (void)r;
    if (!fake.chunked) {
        send_head();
        printf("Transfer-Encoding: chunked\r\n\r\n");
        fake.chunked = true;
    }
    printf("%zx\r\n", (size_t)n);
    fwrite(buf == NULL ? "" : buf, 1, (size_t)n, stdout);
    printf("\r\n");
    return ESP_OK;
}

static esp_err_t send_error(httpd_req_t *r, const char *status)
{
    fake.status = status;
    return httpd_resp_send(r, status, HTTPD_RESP_USE_STRLEN);
}

esp_err_t httpd_resp_send_408(httpd_req_t *r)
{
    return send_error(r, "408 Request Timeout");
}

esp_err_t httpd_resp_send_500(httpd_req_t *r)
{
    return send_error(r, "500 Internal Server Error");
}

int httpd_send(httpd_req_t *r, const char *buf, size_t n)
{
    (void)r;
    n = n < 100 ? n : 100;
    return (int)fwrite(buf, 1, n, stdout);
}

// Async requests: a copy, given back once.

esp_err_t httpd_req_async_handler_begin(httpd_req_t *r, httpd_req_t **out)
{
    *out = malloc(sizeof **out);
    **out = *r;
    fake.async++;
    return ESP_OK;
}

esp_err_t httpd_req_async_handler_complete(httpd_req_t *r)
{
    free(r);
    fake.async--;
    return ESP_OK;
}

esp_err_t httpd_sess_trigger_close(httpd_handle_t handle, int fd)
{
    (void)handle, (void)fd;
    fake.closed = true;
    return ESP_OK;
}

// WebSocket frames: the type, 1 if final, and the payload of the body.

esp_err_t httpd_ws_recv_frame(httpd_req_t *r, httpd_ws_frame_t *f, size_t max)
{
    (void)r;
    if (fake.frame_read) { // the trap of an empty frame: this would be the next one's header
        return ESP_FAIL;
    }
    if (max == 0) {
        f->type = fake.frame_type;
        f->final = fake.frame_final;
        f->len = strlen(fake.body);
        fake.frame_read = f->len == 0;
        return ESP_OK;
    }
    if (f->payload == NULL || max < f->len) {
        return ESP_ERR_INVALID_SIZE;
    }
    memcpy(f->payload, fake.body, f->len);
    fake.frame_read = true;
    return ESP_OK;
}

esp_err_t httpd_ws_send_frame(httpd_req_t *r, httpd_ws_frame_t *f)
{
    (void)r;
    printf("frame %d final %d length %zu:", (int)f->type, f->fragmented ? f->final : 1, f->len);
    fwrite(f->payload == NULL ? (const uint8_t *)"" : f->payload, 1, f->len, stdout);
    return ESP_OK;
}

// One task, one queue, and a clock that waiting moves.

static void (*task)(void *);
static void *queue[8];
static unsigned queued;
static int64_t now_us;
static jmp_buf idle;

BaseType_t xTaskCreate(TaskFunction_t code, const char *name, uint32_t stack, void *arg, UBaseType_t priority, TaskHandle_t *handle)
{
    (void)name, (void)stack, (void)arg, (void)priority, (void)handle;
    task = code;
    return pdPASS;
}

QueueHandle_t xQueueCreate(UBaseType_t length, UBaseType_t size)
{
    return length <= 8 && size == sizeof(void *) ? (QueueHandle_t)queue : NULL;
}

BaseType_t xQueueSend(QueueHandle_t q, const void *item, TickType_t ticks)
{
    (void)q, (void)ticks;
    memcpy(&queue[queued++], item, sizeof(void *));
    return pdTRUE;
}

BaseType_t xQueueReceive(QueueHandle_t q, void *item, TickType_t ticks)
{
    (void)q;
    if (queued > 0) {
        memcpy(item, &queue[0], sizeof(void *));
        memmove(queue, queue + 1, --queued * sizeof(void *));
        return pdTRUE;
    }
    if (ticks == portMAX_DELAY) { // nothing is planned any more
        longjmp(idle, 1);
    }
    now_us += (int64_t)ticks * 10000;
    return pdFALSE;
}

void fake_run_task(void)
{
    if (task != NULL && setjmp(idle) == 0) {
        task(NULL);
    }
}

int64_t esp_timer_get_time(void)
{
    return now_us;
}

// What the board is.

size_t heap_caps_get_free_size(uint32_t caps)
{
    return caps == (MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT) ? 200000 : 0;
}

size_t heap_caps_get_minimum_free_size(uint32_t caps)
{
    return heap_caps_get_free_size(caps) / 2;
}

size_t heap_caps_get_largest_free_block(uint32_t caps)
{
    return heap_caps_get_free_size(caps) - 1;
}

size_t heap_caps_get_total_size(uint32_t caps)
{
    return heap_caps_get_free_size(caps) + 100000;
}

void esp_chip_info(esp_chip_info_t *info)
{
    *info = (esp_chip_info_t){.cores = 1};
}

esp_reset_reason_t esp_reset_reason(void)
{
    return ESP_RST_PANIC;
}

uint32_t esp_rom_get_cpu_ticks_per_us(void)
{
    return 160;
}

const char *esp_get_idf_version(void)
{
    return "v6.0";
}

const esp_app_desc_t *esp_app_get_description(void)
{
    static const esp_app_desc_t app = {.project_name = "httpdlab"};
    return &app;
}

int esp_app_get_elf_sha256(char *dst, size_t size)
{
    return snprintf(dst, size, "0123456789abcdef");
}

const esp_partition_t *esp_ota_get_running_partition(void)
{
    static const esp_partition_t factory = {.address = 0x10000, .size = 1024 * 1024};
    return &factory;
}

esp_err_t esp_image_get_metadata(const esp_partition_pos_t *part, esp_image_metadata_t *metadata)
{
    metadata->start_addr = part->offset;
    metadata->image_len = 831488;
    return ESP_OK;
}
