#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool text_number(const char *text, uint32_t most, uint32_t *n)
{
    uint64_t value = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (!isdigit((unsigned char)*text)) {
            return false;
        }
        value = value * 10 + (uint64_t)(*text - '0');
        if (value > most) {
            return false;
        }
    }
    *n = (uint32_t)value;
    return true;
}

bool text_integer(const char *text, int64_t *n)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || errno == ERANGE) {
        return false;
    }
    while (isspace((unsigned char)*end)) {
        end++;
    }
    if (*end != '\0') {
        return false;
    }
    *n = value;
    return true;
}

static int month_number(const char *name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++) {
        if (memcmp(names + 3 * i, name, 3) == 0) {
            return i + 1;
        }
    }
    return 0;
}

// Days since 1970 in the Gregorian calendar; years begin in March, so that the
// leap day is a year's last.
static int64_t days(int year, int month, int day)
{
    year -= month <= 2;
    int64_t century = year / 400;
    int64_t of_century = year - century * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return century * 146097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year - 719468;
}

int64_t text_date(const char *text)
{
    static const char *const forms[] = {
        "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
        "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n",
        "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n",
    };
    int year = 0, day = 0, hour = 0, minute = 0, second = 0, end = 0;
    char name[4] = "";
    sscanf(text, forms[0], &day, name, &year, &hour, &minute, &second, &end);
    if (end == 0) {
        sscanf(text, forms[1], &day, name, &year, &hour, &minute, &second, &end);
        // RFC 9110, 5.6.7: a year that would lie 50 years ahead lies in the past.
        year += year < 70 ? 2000 : 1900;
    }
    if (end == 0) {
        sscanf(text, forms[2], name, &day, &hour, &minute, &second, &year, &end);
    }
    int month = month_number(name);
    if (end == 0 || text[end] != '\0' || month == 0 || year < 1970 || day < 1 || day > 31 ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
        return -1;
    }
    return days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}
