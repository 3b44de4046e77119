/* A sheet as JSON: one object, a line for each row, so that it can be read line by line, too.
 * Written as it comes, not built as a tree first: a list may have millions of rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "run/sheet/sheet_internal.h"

static void put_string(struct sheet_writer *writer, const char *text)
{
    quote_json(writer->file, text, strlen(text));
}

static void put_word(struct sheet_writer *writer, const char *word)
{
    outfile_write(writer->file, word, strlen(word));
}

static void put_value(struct sheet_writer *writer, const struct sheet_value *value)
{
    size_t length;
    switch (value->kind) {
    case SHEET_NOTHING: put_word(writer, "null"); break;
    case SHEET_TEXT: quote_json(writer->file, value->bytes, value->length); break;
    case SHEET_COUNT: sheet_write_count(writer, value->count); break;
    case SHEET_NUMBER:
        if (!isfinite(value->number)) {
            put_word(writer, "null");
        } else {
            const char *text = sheet_number_text(writer, value->number, &length);
            outfile_write(writer->file, text, length);
        }
        break;
    }
}

static void put_pairs(struct sheet_writer *writer, const char *key,
                      const struct sheet_pair *pairs, size_t n)
{
    put_word(writer, ",\n  ");
    put_string(writer, key);
    put_word(writer, ": {");
    for (size_t i = 0; i < n; i++) {
        put_word(writer, i > 0 ? ", " : "");
        put_string(writer, pairs[i].key);
        put_word(writer, ": ");
        put_string(writer, pairs[i].text);
    }
    put_word(writer, "}");
}

/* Names of columns are the same in every row: they are made into JSON once. */
static void make_keys(struct sheet_writer *writer)
{
    const struct sheet *sheet = writer->sheet;
    struct outfile *file = writer->file;
    writer->keys = outfile_memory(NULL);
    writer->key_end = mem_new(sheet->n_columns, sizeof *writer->key_end, "names", NULL);
    if (writer->keys == NULL || writer->key_end == NULL) {
        writer->lost = true;
        return;
    }
    writer->file = writer->keys;
    for (size_t i = 0; i < sheet->n_columns; i++) {
        put_word(writer, i > 0 ? ", " : "");
        put_string(writer, sheet->columns[i].name);
        put_word(writer, ": ");
        writer->key_end[i] = outfile_written(writer->file);
    }
    writer->file = file;
}

static void begin(struct sheet_writer *writer)
{
    make_keys(writer);
    const struct sheet *sheet = writer->sheet;
    put_word(writer, "{\n  \"title\": ");
    put_string(writer, sheet->title);
    put_pairs(writer, "notes", sheet->notes, sheet->n_notes);
    put_pairs(writer, "partial", sheet->partial, sheet->n_partial);
    put_word(writer, ",\n  \"columns\": [");
    for (size_t i = 0; i < sheet->n_columns; i++) {
        put_word(writer, i > 0 ? ", " : "");
        put_string(writer, sheet->columns[i].name);
    }
    outfile_printf(writer->file, "],\n  \"count\": %zu,\n  \"rows\": [", sheet->n_rows);
}

static void put_row(struct sheet_writer *writer, const struct sheet_value *values)
{
    const struct sheet *sheet = writer->sheet;
    size_t length, start = 0;
    const char *keys = outfile_bytes(writer->keys, &length);
    if (keys == NULL) {
        writer->lost = true;
        return;
    }
    put_word(writer, writer->row > 0 ? ",\n    {" : "\n    {");
    for (size_t i = 0; i < sheet->n_columns; i++) {
        outfile_write(writer->file, keys + start, writer->key_end[i] - start);
        put_value(writer, &values[i]);
        start = writer->key_end[i];
    }
    put_word(writer, "}");
}

static void end(struct sheet_writer *writer)
{
    put_word(writer, writer->sheet->n_rows > 0 ? "\n  ]\n}\n" : "]\n}\n");
    outfile_abandon(writer->keys);
    free(writer->key_end);
}

static const char *const endings[] = {".json", NULL};

const struct sheet_format sheet_json = {
    .name = "json",
    .title = "JSON",
    .endings = endings,
    .begin = begin,
    .row = put_row,
    .end = end,
};
