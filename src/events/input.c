#include "events/input.h"

#include <stdbool.h>

#include "events/events_count.h"
#include "events/log_format.h"
#include "table/input/input_list.h"
#include "table/input/source.h"
#include "table/parquet/parquet.h"

#define WORD(name) #name,
const char *const input_kinds[] = {"auto", "table", LOG_FORMATS(WORD) NULL};
#undef WORD

/* The format of a raw log, or NULL for a table: what was named, or what it looks like. */
static bool choose(struct source *source, enum input_kind kind,
                   const struct log_format **format, const struct progress *progress,
                   struct status *status)
{
    enum { ENOUGH = 4096 };
    const char *bytes;
    size_t length;
    *format = NULL;
    if (kind != INPUT_AUTO) {
        *format = kind == INPUT_TABLE ? NULL : log_formats[kind - INPUT_LOG];
        return true;
    }
    if (!source_peek(source, ENOUGH, &bytes, &length, progress, status)) {
        return false;
    }
    *format = log_format_recognise(bytes, length);
    return true;
}

struct table *input_load(const char *path, enum input_kind kind,
                         const struct csv_options *options, struct events_index **index,
                         struct parallel *parallel, const struct progress *progress,
                         struct status *status)
{
    if (index != NULL) {
        *index = NULL;
    }
    if (kind < INPUT_LOG && parquet_recognise(path, kind == INPUT_AUTO)) {
        return parquet_load(path, options, parallel, progress, status);
    }
    struct source *source = source_open(path, progress, status);
    if (source == NULL) {
        return NULL;
    }
    const struct log_format *format;
    if (!choose(source, kind, &format, progress, status)) {
        source_close(source);
        return NULL;
    }
    if (format == NULL) {
        return csv_load_source(source, path, options, parallel, progress, status);
    }
    struct input_list list;
    if (!input_list_split(&list, path, status)) {
        source_close(source);
        return NULL;
    }
    struct events_input input = {.paths = (const char *const *)list.paths,
                                 .n = list.n,
                                 .format = format,
                                 .take_source = source,
                                 .rules = userhours_defaults()};
    if (list.n > 1) { /* the reader of logs opens one after the other itself */
        source_close(source);
        input.take_source = NULL;
    }
    struct table *table = events_load(&input, options, index, parallel, progress, status);
    input_list_clear(&list);
    return table;
}
