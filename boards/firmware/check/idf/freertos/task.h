#pragma once
#include "freertos/FreeRTOS.h"

typedef void *TaskHandle_t;
typedef void (*TaskFunction_t)(void *);

BaseType_t xTaskCreate(TaskFunction_t code, const char *name, uint32_t stack, void *arg, UBaseType_t priority, TaskHandle_t *task);
void vTaskDelete(TaskHandle_t task);
void vTaskDelay(TickType_t ticks);
TickType_t xTaskGetTickCount(void);
BaseType_t xTaskDelayUntil(TickType_t *previous, TickType_t increment);

// A statement, as the original is.
#define vTaskDelayUntil(previous, increment) \
    do { \
        (void)xTaskDelayUntil(previous, increment); \
    } while (0)
