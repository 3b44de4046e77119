#include "table/csv/csv_records.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/csv/csv_text.h"
#include "table/csv/layout.h"
#include "table/input/source.h"

/* Feeds a block; the first one may start with a byte-order mark and must not be binary. */
static bool feed(struct csv_text *text, const char *bytes, size_t length, bool first,
                 const char *title, line_callback *row, void *context, struct status *status)
{
    if (length == 0) {
        return true;
    }
    if (first && memchr(bytes, '\0', length) != NULL) {
        return status_set(status, STATUS_INPUT, "%s is no text file", title);
    }
    size_t mark = first ? text_byte_order_mark(bytes, length) : 0;
    if (first && (length - mark >= 2) && bytes[mark] == '{') {
        return status_set(status, STATUS_INPUT, "%s is JSON, where a CSV is needed", title);
    }
    return csv_text_feed(text, bytes + mark, length - mark, row, context, status);
}

static bool finish(struct csv_text *text, const char *title, line_callback *row, void *context,
                   struct status *status)
{
    uint64_t open_line = UINT64_MAX;
    if (!csv_text_end(text, row, context, &open_line, status)) {
        return false;
    }
    return open_line == UINT64_MAX ||
           status_set(status, STATUS_INPUT,
                      "%s: the quote that opens in line %llu is not closed", title,
                      (unsigned long long)open_line + 1);
}

/* What stands between the fields. */
static bool look(const char *bytes, size_t length, bool whole, char *delimiter,
                 struct status *status)
{
    struct layout layout;
    size_t mark = text_byte_order_mark(bytes, length);
    if (!layout_look(&layout, bytes + mark, length - mark, whole, '\0', false, status)) {
        return false;
    }
    *delimiter = layout.delimiter;
    layout_clear(&layout);
    return true;
}

static bool read_bytes(const char *bytes, size_t length, const char *title, char delimiter,
                       line_callback *row, void *context, struct status *status)
{
    struct csv_text *text = csv_text_new(delimiter, status);
    bool good = text != NULL && feed(text, bytes, length, true, title, row, context, status) &&
                finish(text, title, row, context, status);
    csv_text_free(text);
    return good;
}

bool csv_records_bytes(const char *bytes, size_t length, const char *title, line_callback *row,
                       void *context, struct status *status)
{
    return read_bytes(bytes, length, title, ',', row, context, status);
}

bool csv_records_any_bytes(const char *bytes, size_t length, const char *title,
                           line_callback *row, void *context, struct status *status)
{
    char delimiter;
    return look(bytes, length, true, &delimiter, status) &&
           read_bytes(bytes, length, title, delimiter, row, context, status);
}

static bool read_source(struct source *source, char delimiter, line_callback *row,
                        void *context, const struct progress *progress, struct status *status)
{
    enum { BLOCK = 1 << 16 };
    struct csv_text *text = csv_text_new(delimiter, status);
    char *block = mem_new(BLOCK, 1, "a block of text", status);
    bool good = text != NULL && block != NULL, first = true;
    size_t got = 0;
    do {
        good = good && source_read(source, block, BLOCK, &got, progress, status) &&
               (got == 0 ||
                feed(text, block, got, first, source_title(source), row, context, status));
        first = false;
    } while (good && got > 0);
    good = good && finish(text, source_title(source), row, context, status);
    free(block);
    csv_text_free(text);
    return good;
}

bool csv_records(const char *path, line_callback *row, void *context,
                 const struct progress *progress, struct status *status)
{
    struct source *source = source_open(path, progress, status);
    bool good = source != NULL && read_source(source, ',', row, context, progress, status);
    source_close(source);
    return good;
}

bool csv_records_any(const char *path, line_callback *row, void *context,
                     const struct progress *progress, struct status *status)
{
    struct source *source = source_open(path, progress, status);
    const char *bytes;
    size_t length;
    char delimiter;
    bool good = source != NULL && source_letters(source, status) &&
                source_peek(source, SOURCE_PEEK, &bytes, &length, progress, status) &&
                look(bytes, length, length < SOURCE_PEEK, &delimiter, status) &&
                read_source(source, delimiter, row, context, progress, status);
    source_close(source);
    return good;
}
