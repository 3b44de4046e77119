/* LANL's auth.txt as a format. The scan is the hot loop of counting: separators are found 64
 * bytes at a time, and what takes the lines is compiled into it. */
#include "events/lanl.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/text.h"
#include "events/events_chunk_take.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* ---- where the separators are ---- */

/* Bit i is set when byte i of 64 is a comma or a newline. */
#ifdef __SSE2__
static inline uint64_t sixteen(const char *bytes)
{
    __m128i bytes64 = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(bytes64, _mm_set1_epi8(',')),
                               _mm_cmpeq_epi8(bytes64, _mm_set1_epi8('\n')));
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

static inline uint64_t mask_at(const char *bytes64, const char *end)
{
    uint64_t mask = separators(bytes64);
    ptrdiff_t left = end - bytes64;
    return left >= 64 ? mask : mask & ((UINT64_C(1) << left) - 1);
}

struct lanl_scan lanl_scan_over(const char *bytes, size_t length)
{
    struct lanl_scan scan = {bytes, bytes + length, bytes, 0};
    if (length > 0) {
        scan.mask = mask_at(bytes, scan.end);
    }
    return scan;
}

ALWAYS_INLINE bool next_line(struct lanl_scan *scan, struct lanl_line *line)
{
    if (scan->at == scan->end) {
        return false;
    }
    const char *start = scan->at;
    uint64_t mask = scan->mask;
    const char *masked = scan->looked_at;
    unsigned n = 0;
    line->bytes = start;
    line->start[0] = 0;
    for (;;) {
        while (mask == 0) { /* ends: a newline is the last byte */
            masked += 64;
            mask = mask_at(masked, scan->end);
        }
        const char *separator = masked + __builtin_ctzll(mask);
        mask &= mask - 1;
        n++;
        if (*separator == '\n') {
            scan->at = separator + 1;
            scan->looked_at = masked;
            scan->mask = mask;
            size_t length = (size_t)(separator - start);
            if (length > 0 && separator[-1] == '\r') {
                length--;
            }
            line->length = length;
            line->n_fields = n;
            if (n <= LANL_FIELDS) {
                line->start[n] = (uint32_t)length + 1;
            }
            return true;
        }
        if (n <= LANL_FIELDS) {
            line->start[n] = (uint32_t)(separator - start) + 1;
        }
    }
}

bool lanl_scan_next(struct lanl_scan *scan, struct lanl_line *line)
{
    return next_line(scan, line);
}

/* ---- what a line says ---- */

static enum event_reject read_time(struct span field, int64_t *time)
{
    if (field.length == 0) {
        return EVENT_BAD_TIME;
    }
    int64_t value = 0;
    for (size_t i = 0; i < field.length; i++) {
        unsigned digit = (unsigned)(unsigned char)field.bytes[i] - '0';
        if (digit > 9) {
            return EVENT_BAD_TIME;
        }
        value = value > EVENT_TIME_MAX ? value : value * 10 + digit;
    }
    *time = value;
    return value > EVENT_TIME_MAX ? EVENT_FAR_TIME : EVENT_FINE;
}

/* Eight bytes as a number, the first one lowest. */
static inline uint64_t eight_bytes(const char *bytes)
{
    uint64_t text;
    memcpy(&text, bytes, sizeof text);
    return le64toh(text);
}

/* The time of a plain line. Up to eight digits, each in a byte of one number, are added up at
 * once: to pairs, fours and eights. Behind the first field stand eight commas at least, so that
 * many bytes can be read. */
ALWAYS_INLINE enum event_reject read_plain_time(struct span field, int64_t *time)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    if (__builtin_expect(field.length - 1 > 7, 0)) {
        return read_time(field, time);
    }
    uint64_t digits = (eight_bytes(field.bytes) ^ each * '0') << (64 - 8 * field.length);
    if (((digits | (digits + each * (0x7f - 9))) & each * 0x80) != 0) {
        return EVENT_BAD_TIME;
    }
    digits = (digits * 10 + (digits >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    digits = (digits * 100 + (digits >> 16)) & UINT64_C(0x0000ffff0000ffff);
    *time = (int64_t)((digits * 10000 + (digits >> 32)) & UINT32_MAX);
    return EVENT_FINE;
}

static bool blank(const struct lanl_line *line)
{
    for (size_t i = 0; i < line->length; i++) {
        if (line->bytes[i] != ' ' && line->bytes[i] != '\t') {
            return false;
        }
    }
    return true;
}

ALWAYS_INLINE enum event_reject check(const struct lanl_line *line, int64_t *time)
{
    if (__builtin_expect(line->n_fields != LANL_FIELDS || line->length > EVENT_LINE_MAX, 0)) {
        if (line->length > EVENT_LINE_MAX) {
            return EVENT_LONG;
        }
        if (blank(line)) {
            return EVENT_BLANK;
        }
        return line->n_fields < LANL_FIELDS ? EVENT_FEW_FIELDS : EVENT_MANY_FIELDS;
    }
    enum event_reject reject = read_plain_time(lanl_line_field(line, LANL_TIME), time);
    if (reject != EVENT_FINE) {
        return reject;
    }
    if (lanl_line_field(line, LANL_SRC_USER).length == 0) {
        return EVENT_NO_USER;
    }
    if (lanl_line_field(line, LANL_SRC_HOST).length == 0 ||
        lanl_line_field(line, LANL_DST_HOST).length == 0) {
        return EVENT_NO_HOST;
    }
    return EVENT_FINE;
}

enum event_reject lanl_line_check(const struct lanl_line *line, int64_t *time)
{
    return check(line, time);
}

/* "Fail" and "Success" in any case, and what else means the same. The result ends a plain line,
 * so eight bytes from its beginning can be read. */
ALWAYS_INLINE enum event_outcome outcome_of(struct span result)
{
    static const char success[8] = "success", fail[8] = "fail";
    const uint64_t lower = UINT64_C(0x2020202020202020);
    if (__builtin_expect(result.length == 7, 1)) {
        const uint64_t seven = UINT64_MAX >> 8;
        if (((eight_bytes(result.bytes) | lower) & seven) == eight_bytes(success)) {
            return EVENT_SUCCESS;
        }
    } else if (result.length == 4 &&
               ((eight_bytes(result.bytes) | lower) & UINT32_MAX) == eight_bytes(fail)) {
        return EVENT_FAILURE;
    }
    return lanl_outcome(result);
}

/* Whether blanks or quotes may stand around a field: a byte before '#' at one of its ends. */
ALWAYS_INLINE bool is_dressed(struct span field)
{
    return ((unsigned char)field.bytes[0] < '#') |
           ((unsigned char)field.bytes[field.length - 1] < '#');
}

static __attribute__((noinline)) void read_odd(struct event *event)
{
    struct lanl_odd odd;
    event->reject = lanl_read_odd(event->line, &odd);
    if (event->reject != EVENT_FINE) {
        return;
    }
    event->reject = read_time(odd.field[LANL_TIME], &event->time);
    if (event->reject == EVENT_FINE && odd.field[LANL_SRC_USER].length == 0) {
        event->reject = EVENT_NO_USER;
    } else if (event->reject == EVENT_FINE &&
               (odd.field[LANL_SRC_HOST].length == 0 || odd.field[LANL_DST_HOST].length == 0)) {
        event->reject = EVENT_NO_HOST;
    }
    event->user = odd.field[LANL_SRC_USER];
    event->source = odd.field[LANL_SRC_HOST];
    event->destination = odd.field[LANL_DST_HOST];
    event->result = odd.field[LANL_RESULT];
    event->outcome = lanl_outcome(event->result);
    event->oddity = odd.oddity;
}

/* ---- the scan ---- */

ALWAYS_INLINE uint64_t scan_into(const struct event_text *text, event_sink *sink, void *context)
{
    struct lanl_scan scan = lanl_scan_over(text->bytes, text->length);
    struct lanl_line line;
    uint64_t number = 0;
    for (; next_line(&scan, &line); number++) {
        struct event event;
        event.line = (struct span){line.bytes, line.length};
        event.number = number;
        event.weight = 1;
        event.oddity = 0;
        event.reject = check(&line, &event.time);
        bool odd = event.reject != EVENT_FINE;
        if (__builtin_expect(!odd, 1)) {
            event.user = lanl_line_field(&line, LANL_SRC_USER);
            event.source = lanl_line_field(&line, LANL_SRC_HOST);
            event.destination = lanl_line_field(&line, LANL_DST_HOST);
            event.result = lanl_line_field(&line, LANL_RESULT);
            event.outcome = outcome_of(event.result);
            odd = is_dressed(event.user) | is_dressed(event.source) |
                  is_dressed(event.destination);
        }
        if (__builtin_expect(odd, 0)) {
            struct event other = {.line = event.line,
                                  .number = number,
                                  .reject = event.reject,
                                  .weight = 1}; /* a copy: the plain ones stay in registers */
            if (event.reject != EVENT_BLANK && event.reject != EVENT_LONG) {
                read_odd(&other);
            }
            if (other.reject == EVENT_FEW_FIELDS && text->cut && scan.at == scan.end) {
                other.reject = EVENT_CUT;
            }
            event = other;
        }
        if (!sink(context, &event)) {
            break;
        }
    }
    return number;
}

static uint64_t scan_lines(const struct event_text *text, event_sink *sink, void *context)
{
    return scan_into(text, sink, context);
}

static uint64_t count_lines(const struct event_text *text, struct events_chunk *chunk)
{
    return scan_into(text, events_chunk_take, chunk);
}

static bool split_fields(const struct event_text *line, uint32_t part, struct span *fields,
                         struct arena *room)
{
    struct lanl_odd odd;
    (void)part;
    (void)room;
    lanl_read_odd((struct span){line->bytes, line->length}, &odd);
    memcpy(fields, odd.field, sizeof odd.field);
    return true;
}

/* ---- what is wrong with a line ---- */

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

static void say_reason(const struct event *event, char *reason, size_t size)
{
    char text[28];
    if (event->reject == EVENT_LONG) {
        snprintf(reason, size, "longer than %d bytes", EVENT_LINE_MAX);
        return;
    }
    struct lanl_odd odd;
    lanl_read_odd(event->line, &odd);
    const struct span time = odd.field[LANL_TIME];
    switch (event->reject) {
    case EVENT_FEW_FIELDS:
    case EVENT_MANY_FIELDS:
        snprintf(reason, size, "%zu field%s instead of %d", odd.n, odd.n == 1 ? "" : "s",
                 LANL_FIELDS);
        break;
    case EVENT_BAD_TIME:
        snprintf(reason, size, "the time '%s' is %s", quoted(time, text),
                 is_negative(time) ? "negative" : "not a whole number of seconds");
        break;
    case EVENT_FAR_TIME:
        snprintf(reason, size, "the time '%s' is beyond the year 9999", quoted(time, text));
        break;
    case EVENT_NO_USER: snprintf(reason, size, "field 2 (source user) is empty"); break;
    case EVENT_NO_HOST:
        snprintf(reason, size, "field %s computer) is empty",
                 odd.field[LANL_SRC_HOST].length == 0 ? "4 (source" : "5 (destination");
        break;
    case EVENT_CUT:
        snprintf(reason, size, "the last line is cut off after %zu field%s", odd.n,
                 odd.n == 1 ? "" : "s");
        break;
    case EVENT_FINE:
    case EVENT_BLANK:
    case EVENT_HEADER:
    case EVENT_LONG:
    case EVENT_UNREADABLE:
    case EVENT_LEFT_OUT:
    case EVENT_LATE:
    case EVENT_REJECTS: snprintf(reason, size, "nothing is wrong"); break;
    }
}

/* ---- recognition ---- */

/* Whether a line is one of such a log. What is no time and what has no user is not. */
static enum event_reject look_at(struct span text)
{
    struct event event = {.line = text};
    read_odd(&event);
    return event.reject == EVENT_FINE && event.outcome == EVENT_UNKNOWN ? EVENT_BAD_TIME
                                                                        : event.reject;
}

/* Most of the first lines have nine fields, a whole number first and a result last. */
static bool recognise(const struct log_format *format, const char *bytes, size_t length)
{
    enum { LOOK_AT = 20 };
    (void)format;
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
        enum event_reject reject = look_at((struct span){bytes, line});
        if (line > 0 && reject != EVENT_HEADER) {
            seen++;
            fitting += reject == EVENT_FINE;
        }
        bytes = next;
    }
    return fitting > 0 && 2 * fitting > seen;
}

/* ---- the format ---- */

static const struct log_field fields[LANL_FIELDS] = {
    [LANL_TIME] = {"time", LOG_FIELD_TIME},
    [LANL_SRC_USER] = {"src_user", LOG_FIELD_USER},
    [LANL_DST_USER] = {"dst_user", LOG_FIELD_TARGET},
    [LANL_SRC_HOST] = {"src_comp", LOG_FIELD_SOURCE},
    [LANL_DST_HOST] = {"dst_comp", LOG_FIELD_DESTINATION},
    [LANL_TYPE] = {"auth_type", LOG_FIELD_OTHER},
    [LANL_LOGON_TYPE] = {"logon_type", LOG_FIELD_OTHER},
    [LANL_ORIENTATION] = {"orientation", LOG_FIELD_OTHER},
    [LANL_RESULT] = {"result", LOG_FIELD_OUTCOME},
};

const struct log_format log_format_lanl = {
    .name = "lanl",
    .title = "LANL auth.txt",
    .legend = "result, source > destination, kind  -> destination user if another",
    .fields = fields,
    .n_fields = LANL_FIELDS,
    .min_events = 2, /* as in the study */
    .line_max = EVENT_LINE_MAX,
    .recognise = recognise,
    .scan = scan_lines,
    .count = count_lines,
    .reason = say_reason,
    .split = split_fields,
};
