/* A sheet as CSV: RFC 4180, one line a row, ended by LF. */
#include <math.h>
#include <string.h>

#include "base/quote.h"
#include "run/sheet/sheet_internal.h"

static void put_text(struct sheet_writer *writer, const char *bytes, size_t length)
{
    size_t field = 2 * (length + 1) + 2; /* quoted; the guarded text stands behind it */
    char *room = sheet_writer_room(writer, field + length + 1);
    if (room == NULL) {
        return;
    }
    if (writer->guard && sheet_is_formula(bytes, length)) {
        room[field] = '\'';
        memcpy(room + field + 1, bytes, length);
        bytes = room + field;
        length++;
    }
    outfile_write(writer->file, room, quote_csv(room, bytes, length));
}

static void put_value(struct sheet_writer *writer, const struct sheet_value *value)
{
    size_t length;
    switch (value->kind) {
    case SHEET_NOTHING: break;
    case SHEET_TEXT: put_text(writer, value->bytes, value->length); break;
    case SHEET_COUNT: sheet_write_count(writer, value->count); break;
    case SHEET_NUMBER:
        if (!isnan(value->number)) {
            const char *text = sheet_number_text(writer, value->number, &length);
            outfile_write(writer->file, text, length);
        }
        break;
    }
}

static void begin(struct sheet_writer *writer)
{
    const struct sheet *sheet = writer->sheet;
    for (size_t i = 0; i < sheet->n_columns; i++) {
        outfile_write(writer->file, ",", i > 0);
        put_text(writer, sheet->columns[i].name, strlen(sheet->columns[i].name));
    }
    for (size_t i = 0; i < sheet->n_partial; i++) {
        outfile_printf(writer->file, ",%s_partial", sheet->partial[i].key);
    }
    outfile_write(writer->file, "\n", 1);
}

static void put_row(struct sheet_writer *writer, const struct sheet_value *values)
{
    const struct sheet *sheet = writer->sheet;
    for (size_t i = 0; i < sheet->n_columns; i++) {
        outfile_write(writer->file, ",", i > 0);
        put_value(writer, &values[i]);
    }
    for (size_t i = 0; i < sheet->n_partial; i++) {
        outfile_write(writer->file, ",", 1);
        put_text(writer, sheet->partial[i].text, strlen(sheet->partial[i].text));
    }
    outfile_write(writer->file, "\n", 1);
}

static void end(struct sheet_writer *writer)
{
    (void)writer;
}

static const char *const endings[] = {".csv", NULL};

const struct sheet_format sheet_csv = {
    .name = "csv",
    .title = "CSV",
    .endings = endings,
    .formulas = true,
    .begin = begin,
    .row = put_row,
    .end = end,
};
