#include "events/input.h"

#include <stdbool.h>

#include "events/authlog.h"
#include "table/input/source.h"

const char *const input_kinds[] = {"auto", "table", "lanl", NULL};

static bool recognise(struct source *source, enum input_kind *kind,
                      const struct progress *progress, struct status *status)
{
    enum { ENOUGH = 4096 };
    const char *bytes;
    size_t length;
    if (!source_peek(source, ENOUGH, &bytes, &length, progress, status)) {
        return false;
    }
    *kind = authlog_recognise(bytes, length) ? INPUT_LANL : INPUT_TABLE;
    return true;
}

struct table *input_load(const char *path, enum input_kind kind,
                         const struct csv_options *options, struct authlog_index **index,
                         struct parallel *parallel, const struct progress *progress,
                         struct status *status)
{
    if (index != NULL) {
        *index = NULL;
    }
    struct source *source = source_open(path, progress, status);
    if (source == NULL) {
        return NULL;
    }
    if (kind == INPUT_AUTO && !recognise(source, &kind, progress, status)) {
        source_close(source);
        return NULL;
    }
    if (kind == INPUT_TABLE) {
        return csv_load_source(source, path, options, parallel, progress, status);
    }
    struct authlog_input input = {
        .paths = &path, .n = 1, .take_source = source, .rules = userhours_defaults()};
    return authlog_load(&input, options, index, parallel, progress, status);
}
