#include "table/csv/csv_feed.h"

#include <stdlib.h>

#include "base/mem.h"
#include "table/dict.h"
#include "table/json/json_rows.h"

struct csv_feed {
    struct source *source;
    const struct progress *progress; /* of the call that reads */
    struct dict *columns;            /* of records in JSON */
    struct json_rows *json;          /* NULL: it is CSV */
};

static bool read_source(void *context, void *buffer, size_t size, size_t *got,
                        struct status *status)
{
    struct csv_feed *feed = context;
    return source_read(feed->source, buffer, size, got, feed->progress, status);
}

static bool begin(struct csv_feed *feed, struct status *status)
{
    enum { ENOUGH = 4096 };
    const char *bytes;
    size_t length;
    if (!source_peek(feed->source, ENOUGH, &bytes, &length, feed->progress, status)) {
        return false;
    }
    if (!json_rows_recognise(bytes, length)) {
        return true;
    }
    feed->columns = dict_new(status);
    if (feed->columns == NULL) {
        return false;
    }
    struct json_input input = {read_source, feed, source_title(feed->source)};
    feed->json = json_rows_new(input, feed->columns, status);
    return feed->json != NULL;
}

struct csv_feed *csv_feed_new(struct source *source, const struct progress *progress,
                              struct status *status)
{
    struct csv_feed *feed = mem_zero(1, sizeof *feed, "a reader", status);
    if (feed == NULL) {
        return NULL;
    }
    feed->source = source;
    feed->progress = progress;
    if (!begin(feed, status)) {
        csv_feed_free(feed);
        return NULL;
    }
    return feed;
}

void csv_feed_free(struct csv_feed *feed)
{
    if (feed != NULL) {
        json_rows_free(feed->json);
        dict_free(feed->columns);
        free(feed);
    }
}

bool csv_feed_read(struct csv_feed *feed, void *buffer, size_t size, size_t *got,
                   const struct progress *progress, struct status *status)
{
    feed->progress = progress;
    return feed->json != NULL ? json_rows_read(feed->json, buffer, size, got, status)
                              : read_source(feed, buffer, size, got, status);
}

const char *csv_feed_title(const struct csv_feed *feed)
{
    return source_title(feed->source);
}

bool csv_feed_has_header(const struct csv_feed *feed)
{
    return feed->json != NULL;
}

void csv_feed_place(const struct csv_feed *feed, uint64_t *line, char *reason, size_t size)
{
    if (feed->json != NULL) {
        json_rows_place(feed->json, line, reason, size);
    }
}

const char *csv_feed_kind(const struct csv_feed *feed)
{
    return feed->json != NULL ? json_rows_kind(feed->json) : NULL;
}
