#include "agenda.h"

#include <stddef.h>
#include <string.h>

bool agenda_add(struct agenda *a, void *what, int64_t due)
{
    if (a->count == AGENDA_SIZE) {
        return false;
    }
    a->entries[a->count].what = what;
    a->entries[a->count].due = due;
    a->count++;
    return true;
}

// Index of the earliest entry, the first of equals; -1 if there is none.
static int earliest(const struct agenda *a)
{
    int first = a->count > 0 ? 0 : -1;
    for (int i = 1; i < a->count; i++) {
        if (a->entries[i].due < a->entries[first].due) {
            first = i;
        }
    }
    return first;
}

void *agenda_take(struct agenda *a, int64_t now)
{
    int i = earliest(a);
    if (i < 0 || a->entries[i].due > now) {
        return NULL;
    }
    void *what = a->entries[i].what;
    a->count--;
    memmove(&a->entries[i], &a->entries[i + 1], (size_t)(a->count - i) * sizeof a->entries[0]);
    return what;
}

int64_t agenda_wait(const struct agenda *a, int64_t now)
{
    int i = earliest(a);
    if (i < 0) {
        return -1;
    }
    return a->entries[i].due > now ? a->entries[i].due - now : 0;
}
