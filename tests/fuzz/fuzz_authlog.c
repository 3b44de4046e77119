/* fuzz_authlog: the scanner against a plain one, and the counter against itself and its sums.
 *
 * The first four bytes of an input choose the rules, the rest is the log. What is wrong ends in
 * abort(). Built and replayed as fuzz_csv.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "events/events_count.h"
#include "events/events_index.h"
#include "events/lanl.h"
#include "fuzz/fuzz.h"

static void check(bool right)
{
    if (!right) {
        abort();
    }
}

/* ---- the scanner ---- */

/* Fields of a line found one byte at a time. */
static void same_line(const struct lanl_line *line, const char *text, size_t length)
{
    if (length > 0 && text[length - 1] == '\r') {
        length--;
    }
    check(line->bytes == text && line->length == length);
    unsigned n = 0;
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i == length || text[i] == ',') {
            if (n < LANL_FIELDS) {
                check(line->start[n] == start && line->start[n + 1] == i + 1);
            }
            start = i + 1;
            n++;
        }
    }
    check(line->n_fields == n);
}

static void scan(const char *text, size_t length)
{
    char *copy = malloc(length + 1 + EVENT_PADDING);
    check(copy != NULL);
    memcpy(copy, text, length);
    memset(copy + length, '\n', 1);
    memset(copy + length + 1, ',', EVENT_PADDING); /* must not be taken for part of it */
    length++;
    struct lanl_scan scan = lanl_scan_over(copy, length);
    struct lanl_line line;
    size_t at = 0;
    while (lanl_scan_next(&scan, &line)) {
        size_t end = at;
        while (copy[end] != '\n') {
            end++;
        }
        same_line(&line, copy + at, end - at);
        int64_t time = -1;
        char reason[120];
        enum event_reject reject = lanl_line_check(&line, &time);
        check(reject != EVENT_FINE || (time >= 0 && time <= EVENT_TIME_MAX));
        const struct event event = {.line = {line.bytes, line.length}, .reject = reject};
        log_format_lanl.reason(&event, reason, sizeof reason);
        for (const char *byte = reason; *byte != '\0'; byte++) {
            check(*byte >= ' ' && *byte <= '~');
        }
        at = end + 1;
    }
    check(at == length);
    free(copy);
}

/* ---- the counter ---- */

struct rows {
    char *bytes;
    size_t length, capacity;
    uint64_t n, events;
    struct user_hour last;
};

static void append(struct rows *rows, const void *bytes, size_t length)
{
    if (rows->length + length > rows->capacity) {
        rows->capacity = 2 * (rows->length + length);
        rows->bytes = realloc(rows->bytes, rows->capacity);
        check(rows->bytes != NULL);
    }
    memcpy(rows->bytes + rows->length, bytes, length);
    rows->length += length;
}

static bool keep(void *context, const struct user_hour *row, struct status *status)
{
    (void)status;
    struct rows *rows = context;
    check(rows->n == 0 || row->time >= rows->last.time);
    check(row->failed <= row->events && row->night <= row->events);
    check(row->dst_hosts >= 1 && row->dst_hosts <= row->events);
    check(row->src_hosts >= 1 && row->src_hosts <= row->events);
    const uint64_t numbers[] = {(uint64_t)row->time, row->block,      row->events,
                                row->failed,         row->night,      row->dst_hosts,
                                row->src_hosts,      row->user.length};
    append(rows, numbers, sizeof numbers);
    append(rows, row->user.bytes, row->user.length);
    rows->n++;
    rows->events += row->events;
    rows->last = *row;
    return true;
}

static bool count(const char *path, const struct userhours_options *rules, size_t chunk,
                  struct parallel *pool, struct rows *rows, struct events_report *report,
                  struct events_index **index)
{
    struct events_input input = {.paths = &path,
                                 .n = 1,
                                 .format = &log_format_lanl,
                                 .rules = *rules,
                                 .chunk_bytes = chunk};
    struct status status = {0};
    bool fine = events_count(&input, keep, rows, report, index, pool, NULL, &status);
    check(fine == (status.code == STATUS_OK));
    check(fine || status.code == STATUS_INPUT);
    check(report->counted + report->rejected == report->lines || !fine);
    return fine;
}

/* The lines behind each row are as many as it counts. */
static void lines_behind(const struct rows *rows, const struct userhours_options *rules,
                         const struct events_index *index)
{
    const char *why;
    if (rules->block != 0 || !events_index_usable(index, &why)) {
        return;
    }
    const char *at = rows->bytes;
    for (uint64_t i = 0; i < rows->n && i < 50; i++) {
        uint64_t numbers[8];
        memcpy(numbers, at, sizeof numbers);
        struct span user = {at + sizeof numbers, numbers[7]};
        struct status status = {0};
        struct events_lines *lines =
            events_lines(index, (int64_t)numbers[0], user, 3, NULL, &status);
        check(lines != NULL && lines->total == numbers[2]);
        check(lines->n == (numbers[2] < 3 ? numbers[2] : 3));
        events_lines_free(lines);
        at += sizeof numbers + user.length;
    }
}

static void counter_equals_itself(const char *path, const struct userhours_options *rules,
                                  size_t chunk)
{
    struct rows first = {0}, second = {0};
    struct events_report a, b;
    struct events_index *index = NULL;
    static struct parallel *pool; /* made once: threads cost more than small logs */
    pool = pool != NULL ? pool : parallel_new(2, NULL);
    bool fine = count(path, rules, 1 << 16, NULL, &first, &a, &index);
    check(count(path, rules, chunk, pool, &second, &b, NULL) == fine);
    if (fine) {
        check(first.length == second.length);
        check(first.length == 0 || memcmp(first.bytes, second.bytes, first.length) == 0);
        check(a.lines == b.lines && a.counted == b.counted);
        check(memcmp(a.rejected_by, b.rejected_by, sizeof a.rejected_by) == 0);
        check(a.n_rejects == b.n_rejects && a.written == first.n);
        check(a.user_hours == a.written + a.dropped);
        check(rules->min_events > 1 || first.events == a.counted);
        for (size_t i = 0; i < a.n_rejects; i++) {
            check(a.rejects[i].line == b.rejects[i].line);
            check(strcmp(a.rejects[i].reason, b.rejects[i].reason) == 0);
        }
        lines_behind(&first, rules, index);
    }
    events_index_free(index);
    free(first.bytes);
    free(second.bytes);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const int64_t windows[] = {3600, 1, 60, 86400};
    static const int64_t slacks[] = {300, 0, 5, 100000};
    enum { RULES = 4 };
    if (size < RULES) {
        return 0;
    }
    const char *text = (const char *)data + RULES;
    size_t length = size - RULES;
    struct userhours_options rules = {.window = windows[data[0] & 3],
                                      .slack = slacks[data[0] >> 2 & 3],
                                      .block = data[1],
                                      .min_events = 1 + (data[0] >> 7),
                                      .night = userhours_night(data[0] >> 4 & 7, 6)};
    size_t chunk = 1 + data[2] + 256u * (data[3] & 15);
    scan(text, length);
    log_format_lanl.recognise(&log_format_lanl, text, length);
    int file = memfd_create("fuzz", 0);
    check(file >= 0 && (length == 0 || write(file, text, length) == (ssize_t)length));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    counter_equals_itself(path, &rules, chunk);
    close(file);
    return 0;
}
