#pragma once
// Stands in for what menuconfig writes; the Makefile chooses the network.
#define CONFIG_LAB_BOARD                "esp32c3"
#define CONFIG_LAB_SSID                 "httpdlab"
#define CONFIG_LAB_PASSWORD             "12345678"
#define CONFIG_LAB_CHANNEL              6
#define CONFIG_LAB_PHY_ADDRESS          (-1)
#define CONFIG_LAB_PHY_RESET_GPIO       5
#define CONFIG_LAB_SOCKETS              7
#define CONFIG_LAB_STACK_SIZE           6144
#define CONFIG_IDF_TARGET               "esp32c3"
#define CONFIG_HTTPD_MAX_URI_LEN        512
#define CONFIG_HTTPD_MAX_REQ_HDR_LEN    1024
#define CONFIG_HTTPD_WS_SUPPORT         1
