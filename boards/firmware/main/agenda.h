// What is to be done when. No IDF: tested on the host.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define AGENDA_SIZE 16

struct agenda {
    int count;
    struct {
        void *what;
        int64_t due;
    } entries[AGENDA_SIZE]; // in the order in which they came
};

// False if the agenda is full.
bool agenda_add(struct agenda *a, void *what, int64_t due);

// Takes out what is due longest at `now`, the first of equals; NULL if nothing is.
void *agenda_take(struct agenda *a, int64_t now);

// How long until something is due: 0 if it is, -1 if nothing is planned.
int64_t agenda_wait(const struct agenda *a, int64_t now);
