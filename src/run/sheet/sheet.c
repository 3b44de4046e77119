#include "run/sheet/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- a table: values that are kept ---- */

struct kept_value {
    enum sheet_kind kind;
    size_t start, length; /* of a text, in bytes */
    uint64_t count;
    double number;
};

struct table_self {
    const struct sheet *sheet;
    struct kept_value *values;
    size_t n, room;
    char *bytes;
    size_t used, bytes_room;
};

struct sheet_value sheet_table_value(const struct sheet *sheet, size_t row, size_t column)
{
    const struct table_self *self = sheet->self;
    const struct kept_value *kept = &self->values[row * sheet->n_columns + column];
    return (struct sheet_value){.kind = kept->kind,
                                .bytes = self->bytes + kept->start,
                                .length = kept->length,
                                .count = kept->count,
                                .number = kept->number};
}

static bool table_row(void *context, size_t row, struct sheet_value *values,
                      struct status *status)
{
    const struct table_self *self = context;
    (void)status;
    for (size_t i = 0; i < self->sheet->n_columns; i++) {
        values[i] = sheet_table_value(self->sheet, row, i);
    }
    return true;
}

static void table_free(void *context)
{
    struct table_self *self = context;
    free(self->values);
    free(self->bytes);
    free(self);
}

static void put(struct sheet *sheet, struct kept_value value, const char *bytes)
{
    struct table_self *self = sheet->self;
    if (sheet->lost) {
        return;
    }
    if (!mem_grow(&self->values, &self->room, self->n + 1, sizeof *self->values,
                  "a list to write", NULL) ||
        !mem_grow(&self->bytes, &self->bytes_room, self->used + value.length + 1, 1,
                  "a list to write", NULL)) {
        sheet->lost = true;
        return;
    }
    value.start = self->used;
    if (value.length > 0) {
        memcpy(self->bytes + self->used, bytes, value.length);
        self->used += value.length;
    }
    self->values[self->n++] = value;
    sheet->n_rows = self->n / sheet->n_columns;
}

void sheet_put_bytes(struct sheet *sheet, const char *bytes, size_t length)
{
    put(sheet, (struct kept_value){.kind = SHEET_TEXT, .length = length}, bytes);
}

void sheet_put_text(struct sheet *sheet, const char *text)
{
    sheet_put_bytes(sheet, text, strlen(text));
}

void sheet_put_count(struct sheet *sheet, uint64_t count)
{
    put(sheet, (struct kept_value){.kind = SHEET_COUNT, .count = count}, NULL);
}

void sheet_put_number(struct sheet *sheet, double number)
{
    put(sheet, (struct kept_value){.kind = SHEET_NUMBER, .number = number}, NULL);
}

void sheet_put_nothing(struct sheet *sheet)
{
    put(sheet, (struct kept_value){.kind = SHEET_NOTHING}, NULL);
}

/* ---- any sheet ---- */

struct sheet *sheet_new_source(const char *title, const struct sheet_source *source,
                               void *take_self, size_t n_rows, struct status *status)
{
    struct sheet *sheet = mem_zero(1, sizeof *sheet, "a list to write", status);
    char *copy = mem_text(title, strlen(title), status);
    if (sheet == NULL || copy == NULL) {
        source->free(take_self);
        free(sheet);
        free(copy);
        return NULL;
    }
    sheet->title = copy;
    sheet->source = *source;
    sheet->self = take_self;
    sheet->n_rows = n_rows;
    return sheet;
}

struct sheet *sheet_new_table(const char *title, struct status *status)
{
    static const struct sheet_source source = {.row = table_row, .free = table_free};
    struct table_self *self = mem_zero(1, sizeof *self, "a list to write", status);
    struct sheet *sheet =
        self != NULL ? sheet_new_source(title, &source, self, 0, status) : NULL;
    if (sheet != NULL) {
        self->sheet = sheet;
    }
    return sheet;
}

static void free_pairs(struct sheet_pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(pairs[i].key);
        free(pairs[i].text);
    }
    free(pairs);
}

void sheet_free(struct sheet *sheet)
{
    if (sheet == NULL) {
        return;
    }
    sheet->source.free(sheet->self);
    for (size_t i = 0; i < sheet->n_columns; i++) {
        free(sheet->columns[i].name);
    }
    free(sheet->columns);
    free_pairs(sheet->notes, sheet->n_notes);
    free_pairs(sheet->partial, sheet->n_partial);
    free(sheet->title);
    free(sheet);
}

static bool has_column(const struct sheet *sheet, const char *name)
{
    for (size_t i = 0; i < sheet->n_columns; i++) {
        if (strcmp(sheet->columns[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

void sheet_add_column(struct sheet *sheet, const char *name, bool text)
{
    size_t size = strlen(name) + 16;
    char *own = mem_new(size, 1, "a column", NULL);
    if (own == NULL || !mem_grow(&sheet->columns, &sheet->columns_room, sheet->n_columns + 1,
                                 sizeof *sheet->columns, "a column", NULL)) {
        free(own);
        sheet->lost = true;
        return;
    }
    snprintf(own, size, "%s", name);
    for (unsigned n = 2; has_column(sheet, own); n++) {
        snprintf(own, size, "%s_%u", name, n);
    }
    sheet->columns[sheet->n_columns++] = (struct sheet_column){.name = own, .text = text};
}

void sheet_add_counts(struct sheet *sheet, const char *name)
{
    size_t n = sheet->n_columns;
    sheet_add_column(sheet, name, false);
    if (sheet->n_columns > n) {
        sheet->columns[n].counts = true;
    }
}

enum sheet_kind sheet_column_kind(const struct sheet *sheet, size_t column)
{
    const struct sheet_column *it = &sheet->columns[column];
    enum sheet_kind kind = it->text ? SHEET_TEXT : SHEET_COUNT;
    if (it->text || sheet->source.row != table_row) {
        return it->text || it->counts ? kind : SHEET_NUMBER;
    }
    for (size_t row = 0; row < sheet->n_rows && kind != SHEET_TEXT; row++) {
        enum sheet_kind one = sheet_table_value(sheet, row, column).kind;
        kind = one == SHEET_TEXT || one == SHEET_NUMBER ? one : kind;
    }
    return kind;
}

static void add_pair(struct sheet *sheet, struct sheet_pair **pairs, size_t *n, size_t *room,
                     const char *key, const char *text)
{
    struct sheet_pair pair = {mem_text(key, strlen(key), NULL),
                              mem_text(text, strlen(text), NULL)};
    if (pair.key == NULL || pair.text == NULL ||
        !mem_grow(pairs, room, *n + 1, sizeof **pairs, "a note", NULL)) {
        free(pair.key);
        free(pair.text);
        sheet->lost = true;
        return;
    }
    (*pairs)[(*n)++] = pair;
}

void sheet_add_note(struct sheet *sheet, const char *key, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_pair(sheet, &sheet->notes, &sheet->n_notes, &sheet->notes_room, key, text);
}

void sheet_add_partial(struct sheet *sheet, const char *name, const char *text)
{
    add_pair(sheet, &sheet->partial, &sheet->n_partial, &sheet->partial_room, name, text);
}

struct sheet *sheet_copy(const struct sheet *table, struct status *status)
{
    struct sheet *copy = sheet_new_table(table->title, status);
    if (copy == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < table->n_notes; i++) {
        sheet_add_note(copy, table->notes[i].key, "%s", table->notes[i].text);
    }
    for (size_t i = 0; i < table->n_partial; i++) {
        sheet_add_partial(copy, table->partial[i].key, table->partial[i].text);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        sheet_add_column(copy, table->columns[i].name, table->columns[i].text);
    }
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
        struct sheet_value value =
            sheet_table_value(table, i / table->n_columns, i % table->n_columns);
        put(copy,
            (struct kept_value){.kind = value.kind,
                                .length = value.length,
                                .count = value.count,
                                .number = value.number},
            value.bytes);
    }
    copy->lost |= table->lost;
    return copy;
}
