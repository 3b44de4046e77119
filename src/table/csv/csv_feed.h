/* csv_feed: the text of a table, as CSV, from whatever its input holds: records in JSON become
 * rows on the way, and several files one, with the header of the first. A part of csv. */
#ifndef ODDHOURS_TABLE_CSV_FEED_H
#define ODDHOURS_TABLE_CSV_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/csv/reading.h"
#include "table/input/source.h"

struct csv_feed;

/* Looks at what `source` begins with; all is borrowed. Errors: those of source_read(), and JSON
 * without records. Those of csv_feed_read(), beside: a file whose columns are not those of the
 * first. */
struct csv_feed *csv_feed_new(struct source *source, const struct reading *reading,
                              const struct progress *progress, struct status *status);
void csv_feed_free(struct csv_feed *feed);

/* Up to `size` bytes of CSV, at least one unless it is the end, where `*got` is 0. */
bool csv_feed_read(struct csv_feed *feed, void *buffer, size_t size, size_t *got,
                   const struct progress *progress, struct status *status);

/* What to call the input in a message. Borrowed. */
const char *csv_feed_title(const struct csv_feed *feed);

/* Whether the first row is the header, with commas, whatever it looks like. */
bool csv_feed_has_header(const struct csv_feed *feed);

/* From a line of the CSV, counted from 1, to that of the input; `reason` (size), why it was
 * rejected, becomes what is known better. */
void csv_feed_place(const struct csv_feed *feed, uint64_t *line, char *reason, size_t size);

/* A field of records that was not read, because the first ones do not have it; NULL: none.
 * Borrowed. */
const char *csv_feed_unread(const struct csv_feed *feed);

/* How the input is written, where that is not plain CSV; NULL: it is. Borrowed. */
const char *csv_feed_kind(const struct csv_feed *feed);

#endif
