/* A sheet as Markdown: a heading, what has to be said, and a table, for people. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/quote.h"
#include "base/text.h"
#include "run/sheet/sheet_internal.h"

/* Text from outside: safe, and without meaning to Markdown. */
static void put_text(struct sheet_writer *writer, const char *bytes, size_t length)
{
    char *room = sheet_writer_room(writer, 3 * length + 1);
    if (room == NULL) {
        return;
    }
    text_safe(room, 3 * length + 1, bytes, length, false);
    quote_markdown(writer->file, room);
}

static void put_string(struct sheet_writer *writer, const char *text)
{
    put_text(writer, text, strlen(text));
}

static void put_value(struct sheet_writer *writer, const struct sheet_value *value)
{
    switch (value->kind) {
    case SHEET_NOTHING: break;
    case SHEET_TEXT: put_text(writer, value->bytes, value->length); break;
    case SHEET_COUNT:
        outfile_printf(writer->file, "%s", format_grouped(value->count).text);
        break;
    case SHEET_NUMBER:
        if (value->number == floor(value->number) && fabs(value->number) < 1e15) {
            outfile_printf(writer->file, "%s", format_value(value->number).text);
        } else if (!isnan(value->number)) {
            outfile_printf(writer->file, "%.6g", value->number);
        }
        break;
    }
}

static void begin(struct sheet_writer *writer)
{
    const struct sheet *sheet = writer->sheet;
    outfile_printf(writer->file, "# ");
    put_string(writer, sheet->title);
    outfile_printf(writer->file, "\n\n");
    for (size_t i = 0; i < sheet->n_notes; i++) {
        outfile_printf(writer->file, "- %s: ", sheet->notes[i].key);
        put_string(writer, sheet->notes[i].text);
        outfile_printf(writer->file, "\n");
    }
    for (size_t i = 0; i < sheet->n_partial; i++) {
        outfile_printf(writer->file, "- %s is partial: ", sheet->partial[i].key);
        put_string(writer, sheet->partial[i].text);
        outfile_printf(writer->file, "\n");
    }
    outfile_printf(writer->file, sheet->n_notes + sheet->n_partial > 0 ? "\n|" : "|");
    for (size_t i = 0; i < sheet->n_columns; i++) {
        outfile_printf(writer->file, " ");
        put_string(writer, sheet->columns[i].name);
        outfile_printf(writer->file, " |");
    }
    outfile_printf(writer->file, "\n|");
    for (size_t i = 0; i < sheet->n_columns; i++) {
        outfile_printf(writer->file, sheet->columns[i].text ? "---|" : "---:|");
    }
    outfile_printf(writer->file, "\n");
}

static void put_row(struct sheet_writer *writer, const struct sheet_value *values)
{
    outfile_write(writer->file, "|", 1);
    for (size_t i = 0; i < writer->sheet->n_columns; i++) {
        outfile_write(writer->file, " ", 1);
        put_value(writer, &values[i]);
        outfile_write(writer->file, " |", 2);
    }
    outfile_write(writer->file, "\n", 1);
}

static void end(struct sheet_writer *writer)
{
    (void)writer;
}

static const char *const endings[] = {".md", ".markdown", NULL};

const struct sheet_format sheet_markdown = {
    .name = "markdown",
    .title = "Markdown",
    .endings = endings,
    .begin = begin,
    .row = put_row,
    .end = end,
};
