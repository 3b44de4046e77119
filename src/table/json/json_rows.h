/* json_rows: records in JSON (an object in each line, or an array of them) as the rows of a CSV
 * file, for its reader.
 *
 * The fields of the first records are the columns; what is nested has the names of both:
 * "user.name". A field that a record does not have is empty, a later one that the first records
 * did not have is left out. An object that holds the array, {"value": [...]}, is looked into.
 * Lines are kept: a row is in the line of its record, one further for the header. Where that
 * cannot be (several records in a line) json_rows_place() knows. */
#ifndef ODDHOURS_TABLE_JSON_ROWS_H
#define ODDHOURS_TABLE_JSON_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"

/* Where the bytes come from: as source_read(). */
struct json_input {
    bool (*read)(void *context, void *buffer, size_t size, size_t *got, struct status *status);
    void *context;
    const char *title; /* for messages; borrowed */
};

struct json_rows;

/* Whether a text that begins so is records in JSON. */
bool json_rows_recognise(const char *bytes, size_t length);

/* `columns` is borrowed: an empty one is filled from the first records, and a header is the
 * first row; another one has the columns of an earlier input, and there is no header. Errors:
 * those of the input; STATUS_INPUT when there is no record, or none that has these columns. */
struct json_rows *json_rows_new(struct json_input input, struct dict *columns,
                                struct status *status);
void json_rows_free(struct json_rows *rows);

/* Up to `size` bytes of CSV, at least one unless it is the end, where `*got` is 0. A record
 * that is no JSON becomes a row that has too many fields. */
bool json_rows_read(struct json_rows *rows, void *buffer, size_t size, size_t *got,
                    struct status *status);

/* After the end: gives back the memory that json_rows_place() does not need. */
void json_rows_rest(struct json_rows *rows);

/* From a line of the CSV (the first is 1) to that of the records; `reason` (size) says why a
 * row was rejected, and becomes what is wrong with the record where it was no JSON. */
void json_rows_place(const struct json_rows *rows, uint64_t *line, char *reason, size_t size);

/* A field that was not read, because the first records do not have it; "": there was none.
 * Borrowed. */
const char *json_rows_unread(const struct json_rows *rows);

/* "an object in each line", "an array of objects", ... */
const char *json_rows_kind(const struct json_rows *rows);

#endif
