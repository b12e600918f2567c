#pragma once
// The Makefile says which version is stood in for.
#define ESP_IDF_VERSION_VAL(major, minor, patch) (((major) << 16) | ((minor) << 8) | (patch))
#define ESP_IDF_VERSION                          ESP_IDF_VERSION_VAL(IDF_MAJOR, IDF_MINOR, 0)

const char *esp_get_idf_version(void);
