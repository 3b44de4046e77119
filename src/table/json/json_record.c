#include "table/json/json_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/printable.h"

static const char what[] = "a record";

struct field {
    const char *text; /* in the bytes that were read, or in `plain` at `at` */
    size_t at, length;
    uint32_t record; /* the record it was set in */
    bool escaped;
    bool simple; /* a number or a word: needs no quotes */
};

struct json_record {
    struct dict *columns;
    struct field *fields; /* (capacity) of the columns */
    size_t capacity, n_set;
    uint32_t record; /* number of the present one, from 1 */
    uint32_t next;   /* the column that is expected: that behind the last */
    char *path;      /* names of the objects that are open, with a dot behind each */
    size_t path_room, path_length;
    size_t ends[JSON_DEPTH + 1]; /* length of the path outside each of them */
    char *plain;                 /* texts without their backslashes */
    size_t plain_room, n_plain;
    bool failed;     /* memory has run out */
    char unread[48]; /* the first field that is no column; "": none */
};

struct json_record *json_record_new(struct dict *columns, struct status *status)
{
    struct json_record *record = mem_zero(1, sizeof *record, what, status);
    if (record != NULL) {
        record->columns = columns;
    }
    return record;
}

void json_record_free(struct json_record *record)
{
    if (record != NULL) {
        free(record->fields);
        free(record->path);
        free(record->plain);
        free(record);
    }
}

const char *json_record_unread(const struct json_record *record)
{
    return record->unread;
}

size_t json_record_fields(const struct json_record *record)
{
    return record->n_set;
}

/* Appends a text to the path. */
static bool extend_path(struct json_record *record, const struct json_scan *scan,
                        struct status *status)
{
    if (!mem_grow(&record->path, &record->path_room, record->path_length + scan->length + 1, 1,
                  what, status)) {
        return false;
    }
    char *end = record->path + record->path_length;
    if (scan->escaped) {
        record->path_length += json_plain(scan->text, scan->length, end);
    } else {
        memcpy(end, scan->text, scan->length);
        record->path_length += scan->length;
    }
    return true;
}

/* The column of the key that was read last; DICT_NONE when there is none. */
static bool find_column(struct json_record *record, const struct json_scan *scan, bool learn,
                        uint32_t *column, struct status *status)
{
    if (record->path_length == 0 && !scan->escaped &&
        record->next < dict_count(record->columns)) {
        struct span name = dict_get(record->columns, record->next);
        if (name.length == scan->length && memcmp(name.bytes, scan->text, name.length) == 0) {
            *column = record->next++;
            return true;
        }
    }
    size_t outside = record->path_length;
    if (!extend_path(record, scan, status)) {
        return false;
    }
    *column = learn ? dict_add(record->columns, record->path, record->path_length, status)
                    : dict_find(record->columns, record->path, record->path_length);
    if (*column == DICT_NONE && !learn && record->unread[0] == '\0') {
        printable(record->unread, sizeof record->unread,
                  (struct span){record->path, record->path_length});
    }
    record->path_length = outside;
    record->next = *column == DICT_NONE ? record->next : *column + 1;
    return !learn || *column != DICT_NONE;
}

static bool set_field(struct json_record *record, uint32_t column, const char *text,
                      size_t length, bool escaped, bool simple, struct status *status)
{
    size_t before = record->capacity;
    if (column >= before) {
        size_t need = dict_count(record->columns);
        if (!mem_grow(&record->fields, &record->capacity, need, sizeof *record->fields, what,
                      status)) {
            return false;
        }
        memset(record->fields + before, 0,
               (record->capacity - before) * sizeof *record->fields);
    }
    struct field *field = &record->fields[column];
    size_t at = record->n_plain;
    if (escaped) {
        if (!mem_grow(&record->plain, &record->plain_room, at + length, 1, what, status)) {
            return false;
        }
        length = json_plain(text, length, record->plain + at);
        record->n_plain += length;
    }
    record->n_set += field->record != record->record;
    *field = (struct field){text, at, length, record->record, escaped, simple};
    return true;
}

static bool enter(struct json_record *record, const struct json_scan *scan,
                  const struct json_scan *key, struct status *status)
{
    record->ends[scan->depth] = record->path_length;
    if (!extend_path(record, key, status) ||
        !mem_grow(&record->path, &record->path_room, record->path_length + 1, 1, what,
                  status)) {
        return false;
    }
    record->path[record->path_length++] = '.';
    return true;
}

/* The value of a key: a field; what is an object adds to the path. */
static enum json_piece take_value(struct json_record *record, struct json_scan *scan,
                                  bool learn, struct status *status)
{
    const struct json_scan key = *scan; /* its text is that of the key */
    enum json_piece piece = json_scan_next(scan);
    uint32_t column;
    if (piece == JSON_MORE || piece == JSON_BROKEN) {
        return piece;
    }
    if (piece == JSON_OBJECT) {
        record->failed = !enter(record, scan, &key, status);
        return piece;
    }
    const char *text = scan->text;
    size_t length = scan->length;
    bool escaped = scan->escaped, simple = piece != JSON_STRING;
    if (piece == JSON_ARRAY) {
        text = scan->at - 1;
        if (!json_scan_skip(scan, &piece)) {
            return piece;
        }
        length = (size_t)(scan->at - text);
        escaped = simple = false;
    }
    record->failed = !find_column(record, &key, learn, &column, status);
    if (!record->failed && column != DICT_NONE) {
        length = piece == JSON_NULL ? 0 : length;
        record->failed = !set_field(record, column, text, length, escaped, simple, status);
    }
    return piece;
}

enum json_piece json_record_read(struct json_record *record, struct json_scan *scan, bool learn,
                                 struct status *status)
{
    record->n_set = record->n_plain = record->path_length = 0;
    record->next = 0;
    record->failed = false;
    if (++record->record == 0) { /* all numbers were used: none may be taken for a new one */
        memset(record->fields, 0, record->capacity * sizeof *record->fields);
        record->record = 1;
    }
    enum json_piece piece = json_scan_next(scan);
    while (piece != JSON_MORE && piece != JSON_BROKEN && !record->failed) {
        if (piece == JSON_OBJECT_END && scan->depth == 0) {
            return piece;
        }
        if (piece == JSON_OBJECT_END) {
            record->path_length = record->ends[scan->depth + 1];
        } else if (piece == JSON_KEY) {
            piece = take_value(record, scan, learn, status);
            if (piece == JSON_MORE || piece == JSON_BROKEN || record->failed) {
                break;
            }
        }
        piece = json_scan_next(scan);
    }
    return record->failed ? JSON_BROKEN : piece;
}

/* ---- rows ---- */

static bool make_room(struct json_text *text, size_t more, struct status *status)
{
    return mem_grow(&text->bytes, &text->capacity, text->length + more, 1, what, status);
}

static bool needs_quotes(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == ',' || bytes[i] == '"' || bytes[i] == '\n' || bytes[i] == '\r') {
            return true;
        }
    }
    return false;
}

static void put_quoted(struct json_text *text, const char *bytes, size_t length)
{
    char *out = text->bytes + text->length;
    *out++ = '"';
    for (size_t i = 0; i < length; i++) {
        text->lines +=
            bytes[i] == '\r' || (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'));
        if (bytes[i] == '"') {
            *out++ = '"';
        }
        *out++ = bytes[i];
    }
    *out++ = '"';
    text->length = (size_t)(out - text->bytes);
}

/* Puts a field for which there is room for its bytes twice, two quotes and what follows. */
static void put(struct json_text *text, const char *bytes, size_t length, bool simple)
{
    if (!simple && needs_quotes(bytes, length)) {
        put_quoted(text, bytes, length);
    } else if (length > 0) {
        memcpy(text->bytes + text->length, bytes, length);
        text->length += length;
    }
}

static void end_row(struct json_text *text)
{
    text->bytes[text->length++] = '\n';
    text->lines++;
}

bool json_record_header(const struct json_record *record, struct json_text *text,
                        struct status *status)
{
    for (uint32_t i = 0; i < dict_count(record->columns); i++) {
        struct span name = dict_get(record->columns, i);
        if (!make_room(text, 2 * name.length + 4, status)) {
            return false;
        }
        if (i > 0) {
            text->bytes[text->length++] = ',';
        }
        put(text, name.bytes, name.length, false);
    }
    end_row(text);
    return true;
}

bool json_record_row(const struct json_record *record, struct json_text *text,
                     struct status *status)
{
    const size_t from = text->length, n = dict_count(record->columns);
    for (size_t i = 0; i < n; i++) {
        const struct field *field = i < record->capacity ? &record->fields[i] : NULL;
        bool set = field != NULL && field->record == record->record;
        if (!make_room(text, (set ? 2 * field->length : 0) + 8, status)) {
            return false;
        }
        if (i > 0) {
            text->bytes[text->length++] = ',';
        }
        if (set) {
            put(text, field->escaped ? record->plain + field->at : field->text, field->length,
                field->simple);
        }
    }
    if (text->length - from == n - 1) { /* all are missing: that is a row, and no blank line */
        memcpy(text->bytes + text->length, "NaN", 3);
        text->length += 3;
    }
    end_row(text);
    return true;
}

bool json_record_bad_row(const struct json_record *record, struct json_text *text,
                         struct status *status)
{
    const size_t n = dict_count(record->columns) + 3;
    if (!make_room(text, 2 * n + 1, status)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(text->bytes + text->length, "?,", 2);
        text->length += 2;
    }
    text->length--;
    end_row(text);
    return true;
}
