#define _GNU_SOURCE
#include "table/parquet/meaning.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/double_text.h"
#include "base/format.h"
#include "table/csv/column_names.h"
#include "table/parquet/bytes.h"

enum { DAY = 86400, MOST_SCALE = 38, EXACT_POWER = 22, DECIMAL_BYTES = 16, INT96_BYTES = 12 };

static int64_t units_a_second(enum parquet_unit unit)
{
    switch (unit) {
    case PARQUET_MILLIS: return 1000;
    case PARQUET_MICROS: return 1000000;
    case PARQUET_NANOS: return 1000000000;
    default: return 0;
    }
}

static enum meaning_kind kind_of_int(const struct parquet_leaf *leaf)
{
    const bool wide = leaf->type == PARQUET_INT64;
    switch (leaf->logical) {
    case PARQUET_LOGICAL_DECIMAL: return MEANING_DECIMAL;
    case PARQUET_LOGICAL_DATE: return wide ? MEANING_INT : MEANING_DATE;
    case PARQUET_LOGICAL_TIME:
        return units_a_second(leaf->unit) > 0 ? MEANING_TIME : MEANING_INT;
    case PARQUET_LOGICAL_TIMESTAMP:
        return wide && units_a_second(leaf->unit) > 0 ? MEANING_TIMESTAMP : MEANING_INT;
    case PARQUET_LOGICAL_INTEGER:
        if (!leaf->is_signed && leaf->bits == 64 && wide) {
            return MEANING_UINT64;
        }
        return !leaf->is_signed && leaf->bits == 32 && !wide ? MEANING_UINT32 : MEANING_INT;
    default: return MEANING_INT;
    }
}

static enum meaning_kind kind_of(const struct parquet_leaf *leaf)
{
    switch (leaf->type) {
    case PARQUET_INT32:
    case PARQUET_INT64: return kind_of_int(leaf);
    case PARQUET_INT96: return MEANING_INT96;
    case PARQUET_FLOAT:
    case PARQUET_DOUBLE: return MEANING_DOUBLE;
    case PARQUET_BYTE_ARRAY:
        return leaf->logical == PARQUET_LOGICAL_DECIMAL ? MEANING_DECIMAL_BYTES
               : leaf->logical == PARQUET_LOGICAL_BSON  ? MEANING_BYTES
                                                        : MEANING_TEXT;
    case PARQUET_FIXED:
        if (leaf->logical == PARQUET_LOGICAL_DECIMAL) {
            return leaf->length <= DECIMAL_BYTES ? MEANING_DECIMAL_BYTES : MEANING_BYTES;
        }
        if (leaf->logical == PARQUET_LOGICAL_FLOAT16) {
            return leaf->length == 2 ? MEANING_HALF : MEANING_BYTES;
        }
        if (leaf->logical == PARQUET_LOGICAL_UUID) {
            return leaf->length == 16 ? MEANING_UUID : MEANING_BYTES;
        }
        return leaf->converted == PARQUET_INTERVAL ? MEANING_BYTES : MEANING_TEXT;
    default: return MEANING_INT;
    }
}

struct meaning meaning_of(const struct parquet_leaf *leaf, locale_t c_locale)
{
    struct meaning meaning = {.kind = kind_of(leaf),
                              .unit = units_a_second(leaf->unit),
                              .utc = leaf->utc,
                              .scale = leaf->scale,
                              .power = 1,
                              .c_locale = c_locale,
                              .style = {'.', '\0'}};
    bool decimal = meaning.kind == MEANING_DECIMAL || meaning.kind == MEANING_DECIMAL_BYTES;
    if (decimal && (leaf->scale < 0 || leaf->scale > MOST_SCALE)) {
        meaning.kind = MEANING_BYTES;
    }
    for (int i = 0; decimal && i < leaf->scale && i < MOST_SCALE; i++) {
        meaning.power *= 10; /* exact up to 10 to the 22nd */
    }
    if (decimal && leaf->precision > 0 && leaf->precision <= MOST_SCALE) {
        meaning.beyond = pow(10, leaf->precision);
    }
    return meaning;
}

const char *meaning_no_number(const struct meaning *meaning)
{
    switch (meaning->kind) {
    case MEANING_DATE: return "dates";
    case MEANING_TIME:
    case MEANING_TIMESTAMP:
    case MEANING_INT96: return "times";
    case MEANING_UUID: return "UUIDs";
    default: return meaning_no_text(meaning);
    }
}

const char *meaning_no_text(const struct meaning *meaning)
{
    return meaning->kind == MEANING_BYTES
               ? "values of a type that this program does not read (intervals, BSON, or "
                 "decimals of more than 38 digits)"
               : NULL;
}

bool meaning_is_int(const struct meaning *meaning)
{
    switch (meaning->kind) {
    case MEANING_INT:
    case MEANING_UINT32:
    case MEANING_UINT64:
    case MEANING_DECIMAL:
    case MEANING_DATE:
    case MEANING_TIME:
    case MEANING_TIMESTAMP: return true;
    default: return false;
    }
}

/* ---- numbers ---- */

/* A decimal, rounded once: by one division where numerator and power are exact. */
static double decimal(const struct meaning *meaning, __int128 unscaled)
{
    enum { DIGITS = 40 };
    const __int128 exact = (__int128)1 << 53;
    if (unscaled >= -exact && unscaled <= exact && meaning->scale <= EXACT_POWER) {
        return (double)unscaled / meaning->power;
    }
    char text[DIGITS + 16], *end = text + DIGITS, *at = end;
    unsigned __int128 left =
        unscaled < 0 ? -(unsigned __int128)unscaled : (unsigned __int128)unscaled;
    for (; left > 0; left /= 10) {
        *--at = (char)('0' + (int)(left % 10));
    }
    if (unscaled < 0) {
        *--at = '-';
    }
    snprintf(end, 16, "e-%d", meaning->scale);
    return strtod_l(at, NULL, meaning->c_locale);
}

double meaning_int(const struct meaning *meaning, int64_t value)
{
    switch (meaning->kind) {
    case MEANING_UINT32: return (uint32_t)value;
    case MEANING_UINT64: return (double)(uint64_t)value;
    case MEANING_DECIMAL: return decimal(meaning, value);
    default: return (double)value;
    }
}

static double half(struct span bytes)
{
    const unsigned bits =
        (unsigned char)bytes.bytes[0] | (unsigned)(unsigned char)bytes.bytes[1] << 8;
    const int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
    double value;
    if (exponent == 0x1f) {
        value = fraction == 0 ? INFINITY : NAN;
    } else {
        value = exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 1024, exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -value : value;
}

static bool big_endian(struct span bytes, __int128 *value)
{
    unsigned __int128 sum =
        bytes.length > 0 && (bytes.bytes[0] & 0x80) != 0 ? ~(unsigned __int128)0 : 0;
    for (size_t i = 0; i < bytes.length; i++) {
        sum = sum << 8 | (unsigned char)bytes.bytes[i];
    }
    *value = (__int128)sum;
    return bytes.length <= DECIMAL_BYTES;
}

static enum number_kind text_number(const struct meaning *meaning, struct span text,
                                    double *value)
{
    bool plain = meaning->style.decimal == '.' && meaning->style.thousands == '\0';
    enum number_kind kind =
        plain ? number_parse(text, meaning->c_locale, value)
              : number_parse_styled(text, meaning->style, meaning->c_locale, value);
    if (kind == NUMBER_BAD && meaning->missing != NULL) {
        struct span word = column_names_trimmed(text);
        if (word.length == strlen(meaning->missing) &&
            memcmp(word.bytes, meaning->missing, word.length) == 0) {
            return NUMBER_MISSING;
        }
    }
    return kind;
}

enum number_kind meaning_number(const struct meaning *meaning, struct span bytes, double *value)
{
    __int128 unscaled;
    switch (meaning->kind) {
    case MEANING_HALF: *value = half(bytes); return NUMBER_GOOD;
    case MEANING_DECIMAL_BYTES:
        if (!big_endian(bytes, &unscaled) ||
            (meaning->beyond > 0 && fabs((double)unscaled) >= meaning->beyond)) {
            return NUMBER_BAD;
        }
        *value = decimal(meaning, unscaled);
        return NUMBER_GOOD;
    case MEANING_TEXT: return text_number(meaning, bytes, value);
    default: return NUMBER_BAD;
    }
}

/* ---- texts ---- */

static size_t date_text(int64_t days, char *room)
{
    struct civil_date date = format_civil(days);
    return (size_t)snprintf(room, MEANING_ROOM, "%04" PRId64 "-%02d-%02d", date.year,
                            date.month, date.day);
}

/* "HH:MM:SS", and a fraction in units of which `unit` are a second, where there is one: three,
 * six or nine digits. */
static size_t clock_text(int64_t seconds, int64_t part, int64_t unit, char *room)
{
    size_t length =
        (size_t)snprintf(room, MEANING_ROOM / 2, "%02" PRId64 ":%02" PRId64 ":%02" PRId64,
                         seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (part > 0) {
        const int digits = unit == 1000 ? 3 : unit == 1000000 ? 6 : 9;
        length +=
            (size_t)snprintf(room + length, MEANING_ROOM / 4, ".%0*" PRId64, digits, part);
    }
    return length;
}

static int64_t floor_divided(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static struct span instant_text(int64_t days, int64_t seconds, int64_t part, int64_t unit,
                                char *room)
{
    size_t length = date_text(days, room);
    room[length++] = ' ';
    length += clock_text(seconds, part, unit, room + length);
    return (struct span){room, length};
}

static struct span timestamp_text(int64_t value, int64_t unit, char *room)
{
    int64_t seconds = floor_divided(value, unit), part = value - seconds * unit;
    int64_t days = floor_divided(seconds, DAY);
    return instant_text(days, seconds - days * DAY, part, unit, room);
}

/* Nanoseconds may be more than a day has, or below 0. */
static struct span int96_text(struct span bytes, char *room)
{
    const int64_t nano = INT64_C(1000000000), julian_1970 = 2440588;
    const uint8_t *at = (const uint8_t *)bytes.bytes;
    int64_t nanos = (int64_t)bytes_u64(at), seconds = floor_divided(nanos, nano);
    int64_t days = (int64_t)(int32_t)bytes_u32(at + 8) - julian_1970;
    int64_t more = floor_divided(seconds, DAY);
    return instant_text(days + more, seconds - more * DAY, nanos - seconds * nano, nano, room);
}

struct span meaning_int_text(const struct meaning *meaning, int64_t value, char *room)
{
    size_t length;
    switch (meaning->kind) {
    case MEANING_DATE: length = date_text(value, room); break;
    case MEANING_TIMESTAMP: return timestamp_text(value, meaning->unit, room);
    case MEANING_TIME: {
        int64_t seconds = floor_divided(value, meaning->unit);
        length =
            seconds < 0 || seconds > DAY
                ? (size_t)snprintf(room, MEANING_ROOM, "%" PRId64, value)
                : clock_text(seconds, value - seconds * meaning->unit, meaning->unit, room);
        break;
    }
    case MEANING_DECIMAL: length = double_text_write(decimal(meaning, value), room); break;
    case MEANING_UINT32:
        length = (size_t)snprintf(room, MEANING_ROOM, "%" PRIu32, (uint32_t)value);
        break;
    case MEANING_UINT64:
        length = (size_t)snprintf(room, MEANING_ROOM, "%" PRIu64, (uint64_t)value);
        break;
    default: length = (size_t)snprintf(room, MEANING_ROOM, "%" PRId64, value);
    }
    return (struct span){room, length};
}

struct span meaning_double_text(double value, char *room)
{
    if (isnan(value)) {
        return (struct span){"", 0};
    }
    return (struct span){room, double_text_write(value, room)};
}

static struct span uuid_text(struct span bytes, char *room)
{
    static const char digits[] = "0123456789abcdef";
    size_t length = 0;
    for (size_t i = 0; i < bytes.length; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            room[length++] = '-';
        }
        room[length++] = digits[(unsigned char)bytes.bytes[i] >> 4];
        room[length++] = digits[(unsigned char)bytes.bytes[i] & 0xf];
    }
    return (struct span){room, length};
}

struct span meaning_text(const struct meaning *meaning, struct span bytes, char *room)
{
    double value;
    switch (meaning->kind) {
    case MEANING_INT96: return int96_text(bytes, room);
    case MEANING_UUID: return uuid_text(bytes, room);
    case MEANING_HALF:
    case MEANING_DECIMAL_BYTES:
        return meaning_number(meaning, bytes, &value) == NUMBER_GOOD
                   ? meaning_double_text(value, room)
                   : (struct span){"", 0};
    default: return bytes;
    }
}
