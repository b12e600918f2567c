#include "pattern.h"

#define ALPHABET "abcdefghijklmnopqrstuvwxyz"
#define FIVE ALPHABET ALPHABET ALPHABET ALPHABET ALPHABET

static const char piece[] = FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE;
_Static_assert(sizeof piece - 1 == PATTERN_PIECE, "the pattern has another length than it says");

const char *pattern(void)
{
    return piece;
}
