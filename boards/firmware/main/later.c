#include "later.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "agenda.h"
#include "response.h"

#define WAIT_MAX   60000u    // ms
#define EVENTS_MAX (1u << 20)

_Static_assert(CONFIG_LAB_SOCKETS <= AGENDA_SIZE, "each connection may wait");

struct job {
    httpd_req_t *r; // ours until we complete it
    uint32_t ms;    // to wait; between events
    uint32_t count, sent;
    int64_t due;    // µs
    esp_err_t (*step)(struct job *);
    bool done;
};

static QueueHandle_t jobs;

// Gives the request back; a connection that failed is closed.
static void finish(struct job *j, esp_err_t err)
{
    httpd_handle_t server = j->r->handle;
    int fd = httpd_req_to_sockfd(j->r);
    httpd_req_async_handler_complete(j->r);
    if (err != ESP_OK) {
        httpd_sess_trigger_close(server, fd);
    }
    free(j);
}

// At least one: waiting for less than a tick would spin.
static TickType_t ticks(int64_t us)
{
    TickType_t n = us < 0 ? portMAX_DELAY : pdMS_TO_TICKS((us + 999) / 1000);
    return n > 0 ? n : 1;
}

// One task for all: a client that does not read its events holds it up for the
// server's send timeout at most, once.
static void later_task(void *unused)
{
    (void)unused;
    static struct agenda agenda;
    for (;;) {
        struct job *j;
        int64_t next = agenda_wait(&agenda, esp_timer_get_time());
        if (xQueueReceive(jobs, &j, next == 0 ? 0 : ticks(next)) == pdTRUE) {
            agenda_add(&agenda, j, j->due);
        }
        j = agenda_take(&agenda, esp_timer_get_time());
        if (j == NULL) {
            continue;
        }
        esp_err_t err = j->step(j);
        if (err != ESP_OK || j->done) {
            finish(j, err);
        } else {
            j->due += (int64_t)j->ms * 1000;
            agenda_add(&agenda, j, j->due);
        }
    }
}

esp_err_t later_start(void)
{
    jobs = xQueueCreate(CONFIG_LAB_SOCKETS, sizeof(struct job *));
    if (jobs == NULL || xTaskCreate(later_task, "later", 4096, NULL, 5, NULL) != pdPASS) {
        return ESP_ERR_NO_MEM;
    }
    return ESP_OK;
}

static esp_err_t begin(httpd_req_t *r, const struct job *template, uint32_t delay_ms)
{
    struct job *j = malloc(sizeof *j);
    if (j == NULL) {
        return httpd_resp_send_500(r);
    }
    *j = *template;
    j->due = esp_timer_get_time() + (int64_t)delay_ms * 1000;
    esp_err_t err = httpd_req_async_handler_begin(r, &j->r);
    if (err != ESP_OK) {
        free(j);
        return httpd_resp_send_500(r);
    }
    xQueueSend(jobs, &j, portMAX_DELAY); // there is a place for every connection
    return ESP_OK;
}

static esp_err_t step_slow(struct job *j)
{
    char text[24];
    j->done = true;
    snprintf(text, sizeof text, "%" PRIu32 " ms\n", j->ms);
    httpd_resp_set_type(j->r, TEXT);
    return httpd_resp_sendstr(j->r, text);
}

esp_err_t later_slow(httpd_req_t *r)
{
    struct job j = {.step = step_slow};
    esp_err_t err = ESP_OK;
    if (!request_number(r, "ms", 0, WAIT_MAX, &j.ms, &err)) {
        return err;
    }
    return begin(r, &j, j.ms);
}

static esp_err_t step_events(struct job *j)
{
    if (j->sent == 0) { // the head goes out with the first chunk
        httpd_resp_set_type(j->r, "text/event-stream");
        httpd_resp_set_hdr(j->r, "Cache-Control", "no-cache");
    }
    if (j->sent < j->count) {
        char event[96];
        int n = snprintf(event, sizeof event, "id: %" PRIu32 "\ndata: {\"n\":%" PRIu32 ",\"uptime_ms\":%" PRId64 "}\n\n",
            j->sent, j->sent, esp_timer_get_time() / 1000);
        esp_err_t err = httpd_resp_send_chunk(j->r, event, n);
        if (err != ESP_OK) {
            return err;
        }
        j->sent++;
    }
    if (j->sent < j->count) {
        return ESP_OK;
    }
    j->done = true;
    return httpd_resp_send_chunk(j->r, NULL, 0);
}

esp_err_t later_events(httpd_req_t *r)
{
    struct job j = {.step = step_events};
    esp_err_t err = ESP_OK;
    if (!request_number(r, "n", 10, EVENTS_MAX, &j.count, &err) ||
        !request_number(r, "ms", 100, WAIT_MAX, &j.ms, &err)) {
        return err;
    }
    return begin(r, &j, 0);
}
