/* json_record: one record in JSON, as the fields of a row. A part of json_rows. */
#ifndef ODDHOURS_TABLE_JSON_RECORD_H
#define ODDHOURS_TABLE_JSON_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json_scan.h"
#include "base/status.h"
#include "table/dict.h"

struct json_record;

/* `columns` is borrowed. */
struct json_record *json_record_new(struct dict *columns, struct status *status);
void json_record_free(struct json_record *record);

/* Reads the object that `scan` is at the beginning of: the fields that are columns and, with
 * `learn`, makes the others columns. Returns JSON_OBJECT_END, or JSON_MORE or JSON_BROKEN as
 * json_scan_next(). What was read is good until the bytes move. Without memory JSON_BROKEN and
 * a status. */
enum json_piece json_record_read(struct json_record *record, struct json_scan *scan, bool learn,
                                 struct status *status);

/* How many of the columns the last record had. */
size_t json_record_fields(const struct json_record *record);

/* The first field that was no column, safe to show; "" when all were. Borrowed. */
const char *json_record_unread(const struct json_record *record);

/* Text that grows. */
struct json_text {
    char *bytes;
    size_t length, capacity;
    uint64_t lines; /* line ends in all that was written so far */
};

/* Append a row: the names of the columns; the fields of the record; one with too many fields.
 */
bool json_record_header(const struct json_record *record, struct json_text *text,
                        struct status *status);
bool json_record_row(const struct json_record *record, struct json_text *text,
                     struct status *status);
bool json_record_bad_row(const struct json_record *record, struct json_text *text,
                         struct status *status);

#endif
