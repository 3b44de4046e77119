#include "events/input.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "events/described.h"
#include "events/events_count.h"
#include "events/format/description.h"
#include "events/formats.h"
#include "table/csv/reading.h"
#include "table/input/input_list.h"
#include "table/input/source.h"
#include "table/parquet/parquet.h"

const char *const input_kinds[] = {"auto", "table", "NAME", "FILE.json", NULL};

/* The format of a raw log, or NULL for a table: what was named, or what it looks like. The
 * caller releases it. */
static bool choose(struct source *source, const struct input_choice *choice,
                   const struct log_format **format, const struct progress *progress,
                   struct status *status)
{
    const char *bytes;
    size_t length;
    *format = NULL;
    if (choice->kind == INPUT_LOG) {
        *format = formats_find(choice->format, status);
        return *format != NULL;
    }
    if (choice->kind == INPUT_TABLE) {
        return true;
    }
    return source_peek(source, SOURCE_PEEK, &bytes, &length, progress, status) &&
           formats_recognise(bytes, length, format, status);
}

bool input_is_log(const char *bytes, size_t length)
{
    const struct log_format *format;
    bool one = formats_recognise(bytes, length, &format, NULL);
    bool is = !one || format != NULL;
    log_format_release(format);
    return is;
}

uint64_t input_description_hash(const char *path, const struct input_choice *choice)
{
    const struct log_format *format = NULL;
    uint64_t hash = 0;
    if (choice->kind == INPUT_TABLE || strcmp(path, "-") == 0) {
        return 0;
    }
    struct source *source = source_open(path, NULL, NULL);
    if (source != NULL && choose(source, choice, &format, NULL, NULL) && format != NULL &&
        format->description != NULL) {
        const struct span text = format->description->text;
        hash = XXH3_64bits(text.bytes, text.length);
    }
    source_close(source);
    log_format_release(format);
    return hash;
}

struct table *input_load(const char *path, const struct input_choice *choice,
                         const struct csv_options *options, struct events_index **index,
                         struct parallel *parallel, const struct progress *progress,
                         struct status *status)
{
    if (index != NULL) {
        *index = NULL;
    }
    if (choice->kind != INPUT_LOG && parquet_recognise(path, choice->kind == INPUT_AUTO)) {
        return parquet_load(path, options, parallel, progress, status);
    }
    struct source *source = source_open(path, progress, status);
    if (source == NULL) {
        return NULL;
    }
    const struct log_format *format;
    if (!choose(source, choice, &format, progress, status)) {
        source_close(source);
        return NULL;
    }
    if (format == NULL) {
        return csv_load_source(source, path, options, parallel, progress, status);
    }
    struct input_list list;
    if (!input_list_split(&list, path, status)) {
        source_close(source);
        log_format_release(format);
        return NULL;
    }
    struct events_input input = {.paths = (const char *const *)list.paths,
                                 .n = list.n,
                                 .format = format,
                                 .take_source = source,
                                 .rules = userhours_defaults(),
                                 .year = choice->year};
    input.rules.min_events = format->min_events;
    input.rules.novelty = format->novelty;
    if (options->reading != NULL) {
        const char *novelty = options->reading->text[READING_NOVELTY];
        input.zone = options->reading->text[READING_ZONE];
        input.rules.novelty = novelty != NULL ? strcmp(novelty, "on") == 0 : format->novelty;
    }
    if (list.n > 1) { /* the reader of logs opens one after the other itself */
        source_close(source);
        input.take_source = NULL;
    }
    struct table *table = events_load(&input, options, index, parallel, progress, status);
    input_list_clear(&list);
    log_format_release(format);
    return table;
}
