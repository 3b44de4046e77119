#include "unit/authlog_fixture.h"

#include "unit/test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "events/user_hour_text.h"

void text_add(struct text *text, const char *bytes, size_t length)
{
    if (text->length + length + 1 > text->capacity) {
        text->capacity = 2 * (text->length + length + 1);
        text->bytes = realloc(text->bytes, text->capacity);
        assert_non_null(text->bytes);
    }
    if (length > 0) {
        memcpy(text->bytes + text->length, bytes, length);
    }
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_printf(struct text *text, const char *format, ...)
{
    char piece[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof piece);
    text_add(text, piece, (size_t)length);
}

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

static char *new_path(void)
{
    const char *directory = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/oddhours-log-XXXXXX",
             directory != NULL ? directory : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    char *copy = strdup(path);
    assert_non_null(copy);
    return copy;
}

char *make_file(const char *bytes, size_t length)
{
    char *path = new_path();
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

char *make_gzip(const char *bytes, size_t length, size_t keep)
{
    char *path = new_path();
    gzFile file = gzopen(path, "wb6");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)length), length);
    assert_int_equal(gzclose(file), Z_OK);
    if (keep > 0) {
        assert_int_equal(truncate(path, (off_t)keep), 0);
    }
    return path;
}

void drop_file(char *path)
{
    unlink(path);
    free(path);
}

char *source_path(const char *name)
{
    const char *root = getenv("ODDHOURS_SRCDIR");
    size_t size = strlen(name) + (root != NULL ? strlen(root) : 1) + 2;
    char *path = malloc(size);
    assert_non_null(path);
    snprintf(path, size, "%s/%s", root != NULL ? root : ".", name);
    return path;
}

struct text read_file(const char *path)
{
    struct text text = {0};
    gzFile file = gzopen(path, "rb"); /* plain files pass through */
    assert_non_null(file);
    static char piece[1 << 16];
    int got;
    while ((got = gzread(file, piece, sizeof piece)) > 0) {
        text_add(&text, piece, (size_t)got);
    }
    assert_int_equal(got, 0);
    gzclose(file);
    return text;
}

bool sink_lines(void *context, const struct user_hour *row, struct status *status)
{
    (void)status;
    char dt[USER_HOUR_DT];
    size_t length = user_hour_dt(row->time, dt);
    char *line = malloc(USER_HOUR_REST + 2 * row->user.length);
    assert_non_null(line);
    text_add(context, line, user_hour_line(row, dt, length, line));
    free(line);
    return true;
}

struct events_input input_of(const char *const *paths, size_t n,
                             const struct userhours_options *rules)
{
    return (struct events_input){.paths = paths,
                                 .n = n,
                                 .format = &log_format_lanl,
                                 .rules = rules != NULL ? *rules : userhours_defaults()};
}

struct text count_file(const char *path, const struct userhours_options *rules,
                       struct events_report *report)
{
    struct events_input input = input_of(&path, 1, rules);
    struct text text = {0};
    struct events_report unwanted;
    struct status status = {0};
    if (!events_count(&input, sink_lines, &text, report != NULL ? report : &unwanted, NULL,
                      NULL, NULL, &status)) {
        fail_msg("%s", status.text);
    }
    return text;
}

struct text count_text(const char *log, size_t length, const struct userhours_options *rules,
                       struct events_report *report)
{
    char *path = make_file(log, length);
    struct text rows = count_file(path, rules, report);
    drop_file(path);
    return rows;
}

struct status failure(const char *const *paths, size_t n, bool strict)
{
    struct events_input input = input_of(paths, n, NULL);
    input.strict = strict;
    struct text rows = {0};
    struct events_report report;
    struct status status = {0};
    assert_false(events_count(&input, sink_lines, &rows, &report, NULL, NULL, NULL, &status));
    text_free(&rows);
    return status;
}
