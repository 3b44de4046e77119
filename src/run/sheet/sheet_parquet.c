/* A sheet as Parquet. A column holds one kind of values: texts, whole numbers, or numbers. The
 * title and the notes are key-value pairs of the footer; like in CSV, a column more says what
 * is partial. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "run/sheet/sheet_internal.h"
#include "table/parquet/parquet_append.h"

enum { NAME = 80 /* bytes of a column's name made here */ };

static enum parquet_kind parquet_of(enum sheet_kind kind)
{
    switch (kind) {
    case SHEET_TEXT: return PARQUET_KIND_TEXT;
    case SHEET_COUNT: return PARQUET_KIND_INT64;
    default: return PARQUET_KIND_DOUBLE;
    }
}

static bool put_notes(struct sheet_writer *writer)
{
    const struct sheet *sheet = writer->sheet;
    bool good = parquet_append_note(writer->parquet, "title", sheet->title, writer->status);
    for (size_t i = 0; good && i < sheet->n_notes; i++) {
        good = parquet_append_note(writer->parquet, sheet->notes[i].key, sheet->notes[i].text,
                                   writer->status);
    }
    return good;
}

static bool start(struct sheet_writer *writer, struct parquet_column *columns,
                  char (*names)[NAME])
{
    const struct sheet *sheet = writer->sheet;
    size_t n = sheet->n_columns;
    for (size_t i = 0; i < n; i++) {
        writer->kinds[i] = sheet_column_kind(sheet, i);
        columns[i] =
            (struct parquet_column){sheet->columns[i].name, parquet_of(writer->kinds[i])};
    }
    for (size_t i = 0; i < sheet->n_partial; i++) {
        snprintf(names[i], NAME, "%s_partial", sheet->partial[i].key);
        columns[n++] = (struct parquet_column){names[i], PARQUET_KIND_TEXT};
    }
    writer->parquet = parquet_append_new(writer->file, columns, n, writer->status);
    return writer->parquet != NULL && put_notes(writer);
}

static void begin(struct sheet_writer *writer)
{
    const struct sheet *sheet = writer->sheet;
    const char *what = "a list to write";
    size_t n = sheet->n_columns + sheet->n_partial;
    struct parquet_column *columns = mem_new(n, sizeof *columns, what, writer->status);
    char(*names)[NAME] = mem_new(sheet->n_partial, sizeof *names, what, writer->status);
    writer->kinds = mem_new(n, sizeof *writer->kinds, what, writer->status);
    writer->failed = columns == NULL || names == NULL || writer->kinds == NULL ||
                     !start(writer, columns, names);
    free(columns);
    free(names);
}

/* A number in a column of texts. */
static bool put_as_text(struct sheet_writer *writer, size_t column,
                        const struct sheet_value *value)
{
    char digits[FORMAT_DIGITS];
    const char *text = digits;
    size_t length;
    if (value->kind == SHEET_COUNT) {
        length = format_digits(digits, value->count);
    } else {
        text = sheet_number_text(writer, value->number, &length);
    }
    return parquet_append_text(writer->parquet, column, text, length, writer->status);
}

static bool put_value(struct sheet_writer *writer, size_t column,
                      const struct sheet_value *value)
{
    enum sheet_kind kind = writer->kinds[column];
    if (value->kind == SHEET_NOTHING || (value->kind == SHEET_NUMBER && isnan(value->number))) {
        return true;
    }
    if (kind == SHEET_TEXT) {
        return value->kind == SHEET_TEXT
                   ? parquet_append_text(writer->parquet, column, value->bytes, value->length,
                                         writer->status)
                   : put_as_text(writer, column, value);
    }
    if (kind == SHEET_COUNT && value->kind == SHEET_COUNT) {
        return parquet_append_count(writer->parquet, column, (int64_t)value->count,
                                    writer->status);
    }
    if (kind == SHEET_COUNT || value->kind == SHEET_TEXT) {
        return status_set(writer->status, STATUS_INPUT,
                          "%s: row %zu holds another kind of value",
                          writer->sheet->columns[column].name, writer->row);
    }
    double number = value->kind == SHEET_COUNT ? (double)value->count : value->number;
    return parquet_append_number(writer->parquet, column, number == 0 ? 0 : number,
                                 writer->status); /* -0 has no meaning in a list */
}

static void put_row(struct sheet_writer *writer, const struct sheet_value *values)
{
    const struct sheet *sheet = writer->sheet;
    bool good = true;
    for (size_t i = 0; good && i < sheet->n_columns; i++) {
        good = put_value(writer, i, &values[i]);
    }
    for (size_t i = 0; good && i < sheet->n_partial; i++) {
        const char *text = sheet->partial[i].text;
        good = parquet_append_text(writer->parquet, sheet->n_columns + i, text, strlen(text),
                                   writer->status);
    }
    writer->failed = !good || !parquet_append_row(writer->parquet, writer->status);
}

static void end(struct sheet_writer *writer)
{
    writer->failed = writer->failed || !parquet_append_end(writer->parquet, writer->status);
    parquet_append_free(writer->parquet);
    free(writer->kinds);
}

static const char *const endings[] = {".parquet", NULL};

const struct sheet_format sheet_parquet = {
    .name = "parquet",
    .title = "Parquet",
    .endings = endings,
    .binary = true,
    .begin = begin,
    .row = put_row,
    .end = end,
};
