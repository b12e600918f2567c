#include "server.h"

#include "esp_http_server.h"
#include "lwip/sockets.h"
#include "sdkconfig.h"

#include "board.h"
#include "file.h"
#include "later.h"
#include "routes.h"
#include "websocket.h"

static const httpd_uri_t routes[] = {
    {.uri = "/", .method = HTTP_GET, .handler = route_index},
    {.uri = "/hello", .method = HTTP_GET, .handler = route_hello},
    {.uri = "/plaintext", .method = HTTP_GET, .handler = route_plaintext},
    {.uri = "/file", .method = HTTP_GET, .handler = file_get},
    {.uri = "/file", .method = HTTP_HEAD, .handler = file_get},
    {.uri = "/echo", .method = HTTP_ANY, .handler = route_echo},
    {.uri = "/adder", .method = HTTP_POST, .handler = route_adder},
    {.uri = "/bytes", .method = HTTP_GET, .handler = route_bytes},
    {.uri = "/sink", .method = HTTP_POST, .handler = route_sink},
    {.uri = "/slow", .method = HTTP_GET, .handler = later_slow},
    {.uri = "/empty", .method = HTTP_GET, .handler = route_empty},
    {.uri = "/tree/*", .method = HTTP_GET, .handler = route_tree},
    {.uri = "/events", .method = HTTP_GET, .handler = later_events},
    {.uri = "/info", .method = HTTP_GET, .handler = board_get_info},
    {.uri = "/heap", .method = HTTP_GET, .handler = board_get_heap},
    {.uri = "/ws", .method = HTTP_GET, .handler = websocket_echo, .is_websocket = true, .supported_subprotocol = "echo"},
};

#define ROUTES (sizeof routes / sizeof routes[0])

#if CONFIG_LAB_TCP_NODELAY
static esp_err_t on_open(httpd_handle_t server, int fd)
{
    (void)server;
    int on = 1;
    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 ? ESP_OK : ESP_FAIL;
}
#endif

static httpd_config_t configuration(void)
{
    httpd_config_t config = HTTPD_DEFAULT_CONFIG();
    config.stack_size = CONFIG_LAB_STACK_SIZE;
    config.max_open_sockets = CONFIG_LAB_SOCKETS;
    config.max_uri_handlers = ROUTES;
    config.uri_match_fn = httpd_uri_match_wildcard;
#if CONFIG_LAB_LRU_PURGE
    config.lru_purge_enable = true;
#endif
#if CONFIG_LAB_TCP_NODELAY
    config.open_fn = on_open;
#endif
    return config;
}

esp_err_t server_start(void)
{
    httpd_config_t config = configuration();
    httpd_handle_t server = NULL;
    esp_err_t err = later_start();
    if (err == ESP_OK) {
        err = httpd_start(&server, &config);
    }
    for (size_t i = 0; err == ESP_OK && i < ROUTES; i++) {
        err = httpd_register_uri_handler(server, &routes[i]);
    }
    return err;
}
