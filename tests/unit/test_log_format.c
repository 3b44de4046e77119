/* log_format: a second kind of log is one entry; the counting and the lines are the same code.
 */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/events_count.h"
#include "events/events_index.h"
#include "events/input.h"
#include "events/log_format.h"
#include "unit/authlog_fixture.h"

/* "time user source destination outcome [xWEIGHT]", one blank between two. */
enum { TIME, USER, SOURCE, DESTINATION, OUTCOME, FIELDS };

static size_t cut(struct span line, struct span *fields, size_t most)
{
    size_t n = 0;
    const char *at = line.bytes, *end = line.bytes + line.length;
    while (at < end && n < most) {
        const char *blank = memchr(at, ' ', (size_t)(end - at));
        const char *stop = blank != NULL ? blank : end;
        fields[n++] = (struct span){at, (size_t)(stop - at)};
        at = blank != NULL ? stop + 1 : end;
    }
    return n;
}

static uint64_t number(struct span digits)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.length; i++) {
        value = value * 10 + (uint64_t)(digits.bytes[i] - '0');
    }
    return value;
}

static bool is(struct span span, const char *word)
{
    return span.length == strlen(word) && memcmp(span.bytes, word, span.length) == 0;
}

static uint64_t scan(const struct event_text *text, event_sink *sink, void *context)
{
    const char *at = text->bytes, *end = text->bytes + text->length;
    uint64_t n = 0;
    for (; at < end; n++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct event event = {.line = {at, (size_t)(stop - at)}, .number = n, .weight = 1};
        struct span fields[FIELDS + 1];
        size_t got = cut(event.line, fields, FIELDS + 1);
        if (got < FIELDS) {
            event.reject = event.line.length == 0 ? EVENT_BLANK : EVENT_FEW_FIELDS;
        } else {
            event.time = (int64_t)number(fields[TIME]);
            event.user = fields[USER];
            event.source = fields[SOURCE];
            event.destination = fields[DESTINATION];
            event.outcome = is(fields[OUTCOME], "ok")   ? EVENT_SUCCESS
                            : is(fields[OUTCOME], "no") ? EVENT_FAILURE
                                                        : EVENT_UNKNOWN;
            event.weight =
                got > FIELDS
                    ? number((struct span){fields[FIELDS].bytes + 1, fields[FIELDS].length - 1})
                    : 1;
        }
        if (!sink(context, &event)) {
            break;
        }
        at = stop + 1;
    }
    return n;
}

static void reason(const struct event *event, char *text, size_t size)
{
    snprintf(text, size, "%zu bytes are no event", event->line.length);
}

static bool split(const struct event_text *line, uint32_t part, struct span *fields,
                  struct arena *room)
{
    (void)room;
    assert_int_equal(part, 0);
    assert_int_equal(cut((struct span){line->bytes, line->length}, fields, FIELDS), FIELDS);
    return true;
}

static bool recognise(const struct log_format *format, const char *bytes, size_t length)
{
    (void)format;
    return length > 0 && memchr(bytes, ' ', length) != NULL;
}

static const struct log_field columns[] = {
    [TIME] = {"when", LOG_FIELD_TIME},      [USER] = {"who", LOG_FIELD_USER},
    [SOURCE] = {"from", LOG_FIELD_SOURCE},  [DESTINATION] = {"to", LOG_FIELD_DESTINATION},
    [OUTCOME] = {"how", LOG_FIELD_OUTCOME},
};

static const struct log_format words = {
    .name = "words",
    .title = "words with blanks between",
    .legend = "how, from > to",
    .fields = columns,
    .n_fields = FIELDS,
    .line_max = EVENT_LINE_MAX,
    .recognise = recognise,
    .scan = scan,
    .reason = reason,
    .split = split,
};

static const char log_text[] = "10 ann pc1 srv1 ok\n"
                               "\n"
                               "20 ann pc1 srv2 no x3\n"
                               "what is this\n"
                               "30 bob a-very-long-name-of-a-computer srv1 ?\n"
                               "9000 ann pc2 srv1 ok\n"
                               "40 ann pc1 srv1 ok\n"
                               "8990 ann pc2 srv1 no\n";

static void a_second_format_is_counted_and_listed(void **state)
{
    (void)state;
    char *path = make_file(log_text, strlen(log_text));
    const char *const paths[] = {path};
    struct events_input input = input_of(paths, 1, NULL);
    input.format = &words;
    input.rules.min_events = 1;
    struct text rows = {0};
    struct events_report report;
    struct events_index *index;
    struct status status = {0};
    assert_true(events_count(&input, sink_lines, &rows, &report, &index, NULL, NULL, &status));
    static const char wanted[] = "1970-01-01 00:00:00,ann,4,3,0.75,2,1,4,1.0\n"
                                 "1970-01-01 00:00:00,bob,1,0,0.0,1,1,1,1.0\n"
                                 "1970-01-01 02:00:00,ann,2,1,0.5,1,1,2,1.0\n";
    assert_int_equal(rows.length, strlen(wanted));
    assert_memory_equal(rows.bytes, wanted, rows.length);
    assert_int_equal(report.lines, 7);
    assert_int_equal(report.counted, 5);
    assert_int_equal(report.rejected_by[EVENT_FEW_FIELDS], 1);
    assert_int_equal(report.rejected_by[EVENT_LATE], 1);
    assert_int_equal(report.n_rejects, 2);
    assert_int_equal(report.rejects[0].line, 4);
    assert_string_equal(report.rejects[0].reason, "12 bytes are no event");
    assert_string_equal(report.rejects[1].reason,
                        "8960 s before the latest line so far (see --slack)");

    struct events_lines *lines =
        events_lines(index, 7200, (struct span){"ann", 3}, 10, NULL, &status);
    assert_non_null(lines);
    assert_ptr_equal(lines->format, &words);
    assert_int_equal(lines->n, 2);
    assert_int_equal(lines->lines[1].time, 8990);
    assert_int_equal(lines->lines[1].outcome, EVENT_FAILURE);
    assert_true(is(lines->lines[1].field[SOURCE], "pc2"));
    assert_true(is(lines->lines[0].field[OUTCOME], "ok"));
    events_lines_free(lines);
    lines = events_lines(index, 0, (struct span){"ann", 3}, 10, NULL, &status);
    assert_non_null(lines);
    assert_int_equal(lines->total, 2);
    events_lines_free(lines);
    events_index_free(index);
    text_free(&rows);
    drop_file(path);
}

/* The scan through a pointer counts as the one that counting is compiled into. */
static void both_ways_of_counting_agree(void **state)
{
    (void)state;
    struct log_format plain = log_format_lanl;
    plain.count = NULL;
    char *path = source_path("data/lanl_auth_50000.txt.gz");
    const char *const paths[] = {path};
    struct text rows[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        struct events_input input = input_of(paths, 1, NULL);
        input.format = i == 0 ? &log_format_lanl : &plain;
        struct events_report report;
        struct status status = {0};
        assert_true(
            events_count(&input, sink_lines, &rows[i], &report, NULL, NULL, NULL, &status));
    }
    assert_true(rows[0].length > 0);
    assert_int_equal(rows[0].length, rows[1].length);
    assert_memory_equal(rows[0].bytes, rows[1].bytes, rows[0].length);
    text_free(&rows[0]);
    text_free(&rows[1]);
    free(path);
}

static void every_entry_is_whole(void **state)
{
    (void)state;
    size_t n = 0;
    for (; log_formats[n] != NULL; n++) {
        const struct log_format *format = log_formats[n];
        assert_ptr_equal(log_format_find(format->name), format);
        assert_true(strlen(format->title) > 0 && strlen(format->legend) > 0);
        assert_in_range(format->n_fields, 1, LOG_FIELDS_MAX);
        for (size_t f = 0; f < format->n_fields; f++) {
            assert_non_null(format->fields[f].name);
        }
        assert_non_null(format->scan);
        assert_non_null(format->reason);
        assert_non_null(format->split);
        assert_non_null(format->recognise);
    }
    assert_int_equal(n, LOG_FORMAT_COUNT);
    assert_null(log_format_find("syslog of nobody"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_format_is_counted_and_listed),
        cmocka_unit_test(both_ways_of_counting_agree),
        cmocka_unit_test(every_entry_is_whole),
    };
    return cmocka_run_group_tests_name("log_format", tests, NULL, NULL);
}
