#include "events/authline.h"

#include <stdio.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

#include "base/text.h"
#endif

/* ---- where the separators are ---- */

/* Bit i is set when byte i of 64 is a comma or a newline. */
#ifdef __SSE2__
static inline uint64_t sixteen(const char *bytes)
{
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(',')),
                               _mm_cmpeq_epi8(block, _mm_set1_epi8('\n')));
    return (uint64_t)(uint32_t)_mm_movemask_epi8(hit);
}

static inline uint64_t separators(const char *bytes)
{
    return sixteen(bytes) | sixteen(bytes + 16) << 16 | sixteen(bytes + 32) << 32 |
           sixteen(bytes + 48) << 48;
}
#else
static inline uint64_t separators(const char *bytes)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < 64; i++) {
        mask |= (uint64_t)(bytes[i] == ',' || bytes[i] == '\n') << i;
    }
    return mask;
}
#endif

static inline uint64_t mask_at(const char *block, const char *end)
{
    uint64_t mask = separators(block);
    ptrdiff_t left = end - block;
    return left >= 64 ? mask : mask & ((UINT64_C(1) << left) - 1);
}

struct auth_scan auth_scan_over(const char *bytes, size_t length)
{
    struct auth_scan scan = {bytes, bytes + length, bytes, 0};
    if (length > 0) {
        scan.mask = mask_at(bytes, scan.end);
    }
    return scan;
}

bool auth_scan_next(struct auth_scan *scan, struct auth_line *line)
{
    if (scan->at == scan->end) {
        return false;
    }
    const char *start = scan->at;
    uint64_t mask = scan->mask;
    const char *block = scan->block;
    unsigned n = 0;
    line->bytes = start;
    line->start[0] = 0;
    for (;;) {
        while (mask == 0) { /* ends: a newline is the last byte */
            block += 64;
            mask = mask_at(block, scan->end);
        }
        const char *separator = block + __builtin_ctzll(mask);
        mask &= mask - 1;
        n++;
        if (*separator == '\n') {
            scan->at = separator + 1;
            scan->block = block;
            scan->mask = mask;
            size_t length = (size_t)(separator - start);
            if (length > 0 && separator[-1] == '\r') {
                length--;
            }
            line->length = length;
            line->n_fields = n;
            if (n <= AUTH_FIELDS) {
                line->start[n] = (uint32_t)length + 1;
            }
            return true;
        }
        if (n <= AUTH_FIELDS) {
            line->start[n] = (uint32_t)(separator - start) + 1;
        }
    }
}

/* ---- what a line says ---- */

static enum auth_reject read_time(const char *bytes, size_t length, int64_t *time)
{
    if (length == 0) {
        return AUTH_BAD_TIME;
    }
    int64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(unsigned char)bytes[i] - '0';
        if (digit > 9) {
            return AUTH_BAD_TIME;
        }
        value = value > AUTH_TIME_MAX ? value : value * 10 + digit;
    }
    *time = value;
    return value > AUTH_TIME_MAX ? AUTH_FAR_TIME : AUTH_FINE;
}

static bool blank(const struct auth_line *line)
{
    for (size_t i = 0; i < line->length; i++) {
        if (line->bytes[i] != ' ' && line->bytes[i] != '\t') {
            return false;
        }
    }
    return true;
}

enum auth_reject auth_line_check(const struct auth_line *line, int64_t *time)
{
    if (__builtin_expect(line->n_fields != AUTH_FIELDS || line->length > AUTH_LINE_MAX, 0)) {
        if (line->length > AUTH_LINE_MAX) {
            return AUTH_LONG;
        }
        if (blank(line)) {
            return AUTH_BLANK;
        }
        return line->n_fields < AUTH_FIELDS ? AUTH_FEW_FIELDS : AUTH_MANY_FIELDS;
    }
    enum auth_reject reject = read_time(line->bytes, line->start[1] - 1, time);
    if (reject != AUTH_FINE) {
        return reject;
    }
    if (auth_line_field(line, AUTH_SRC_USER).length == 0) {
        return AUTH_NO_USER;
    }
    if (auth_line_field(line, AUTH_SRC_HOST).length == 0 ||
        auth_line_field(line, AUTH_DST_HOST).length == 0) {
        return AUTH_NO_HOST;
    }
    return AUTH_FINE;
}

static bool is_word(struct span field, const char *word)
{
    size_t length = strlen(word);
    if (field.length != length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if ((field.bytes[i] | 0x20) != word[i]) {
            return false;
        }
    }
    return true;
}

bool auth_line_failed(const struct auth_line *line)
{
    struct span result = auth_line_field(line, AUTH_RESULT);
    return result.length == 4 && is_word(result, "fail");
}

/* The beginning of a field, with everything unprintable as '?'. */
static const char *quoted(struct span field, char text[28])
{
    size_t length = field.length < 20 ? field.length : 20;
    for (size_t i = 0; i < length; i++) {
        char byte = field.bytes[i];
        text[i] = byte >= ' ' && byte <= '~' ? byte : '?';
    }
    memcpy(text + length, field.length > 20 ? "..." : "", field.length > 20 ? 4 : 1);
    return text;
}

static bool is_negative(struct span time)
{
    bool digits = time.length > 1 && time.bytes[0] == '-';
    for (size_t i = 1; digits && i < time.length; i++) {
        digits = time.bytes[i] >= '0' && time.bytes[i] <= '9';
    }
    return digits;
}

void auth_line_reason(char *reason, size_t size, enum auth_reject reject,
                      const struct auth_line *line, int64_t late)
{
    char text[28];
    switch (reject) {
    case AUTH_FEW_FIELDS:
    case AUTH_MANY_FIELDS:
        snprintf(reason, size, "%u field%s instead of %d", line->n_fields,
                 line->n_fields == 1 ? "" : "s", AUTH_FIELDS);
        break;
    case AUTH_BAD_TIME:
        snprintf(
            reason, size, "the time '%s' is %s", quoted(auth_line_field(line, AUTH_TIME), text),
            is_negative(auth_line_field(line, AUTH_TIME)) ? "negative"
                                                          : "not a whole number of seconds");
        break;
    case AUTH_FAR_TIME:
        snprintf(reason, size, "the time '%s' is beyond the year 9999",
                 quoted(auth_line_field(line, AUTH_TIME), text));
        break;
    case AUTH_NO_USER: snprintf(reason, size, "field 2 (source user) is empty"); break;
    case AUTH_NO_HOST:
        snprintf(reason, size, "field %s computer) is empty",
                 auth_line_field(line, AUTH_SRC_HOST).length == 0 ? "4 (source"
                                                                  : "5 (destination");
        break;
    case AUTH_LONG: snprintf(reason, size, "longer than %d bytes", AUTH_LINE_MAX); break;
    case AUTH_CUT:
        snprintf(reason, size, "the last line is cut off after %u field%s", line->n_fields,
                 line->n_fields == 1 ? "" : "s");
        break;
    case AUTH_LATE:
        snprintf(reason, size, "%lld s before the latest line so far (see --slack)",
                 (long long)late);
        break;
    case AUTH_FINE:
    case AUTH_BLANK:
    case AUTH_REJECTS: snprintf(reason, size, "nothing is wrong"); break;
    }
}

/* ---- recognition ---- */

static bool line_fits(const char *bytes, size_t length)
{
    struct auth_line line = {.bytes = bytes, .length = length, .n_fields = 1};
    line.start[0] = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == ',') {
            if (line.n_fields <= AUTH_FIELDS) {
                line.start[line.n_fields] = (uint32_t)i + 1;
            }
            line.n_fields++;
        }
    }
    if (line.n_fields <= AUTH_FIELDS) {
        line.start[line.n_fields] = (uint32_t)length + 1;
    }
    int64_t time;
    if (auth_line_check(&line, &time) != AUTH_FINE) {
        return false;
    }
    struct span result = auth_line_field(&line, AUTH_RESULT);
    return is_word(result, "fail") || is_word(result, "success");
}

bool authlog_recognise(const char *bytes, size_t length)
{
    enum { LOOK_AT = 20 };
    int seen = 0, fitting = 0;
    const char *end = bytes + length;
    bytes += text_byte_order_mark(bytes, length);
    while (bytes < end && seen < LOOK_AT) {
        const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
        if (stop == NULL && seen > 0) {
            break; /* probably the middle of a line */
        }
        size_t line = (size_t)((stop == NULL ? end : stop) - bytes);
        const char *next = stop == NULL ? end : stop + 1;
        if (line > 0 && bytes[line - 1] == '\r') {
            line--;
        }
        if (line > 0) {
            seen++;
            fitting += line_fits(bytes, line);
        }
        bytes = next;
    }
    return fitting > 0 && 2 * fitting > seen;
}
