#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/mem.h"
#include "base/double_text.h"
#include "base/format.h"
#include "run/sheet/sheet_internal.h"

enum { TICK_ROWS = 1024 };

const struct sheet_format *const sheet_formats[] = {&sheet_csv, &sheet_json, &sheet_markdown,
                                                    &sheet_parquet, NULL};

const struct sheet_format *sheet_format_find(const char *name)
{
    for (size_t i = 0; sheet_formats[i] != NULL; i++) {
        if (strcmp(sheet_formats[i]->name, name) == 0) {
            return sheet_formats[i];
        }
    }
    return NULL;
}

const struct sheet_format *sheet_format_of_path(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; sheet_formats[i] != NULL; i++) {
        for (size_t k = 0; sheet_formats[i]->endings[k] != NULL; k++) {
            const char *ending = sheet_formats[i]->endings[k];
            size_t n = strlen(ending);
            if (length > n && ascii_same(path + length - n, ending, n)) {
                return sheet_formats[i];
            }
        }
    }
    return NULL;
}

/* ---- formulas ---- */

bool sheet_is_formula(const char *bytes, size_t length)
{
    return length > 0 && memchr("=+-@\t\r\n", bytes[0], 7) != NULL;
}

static bool has_texts(const struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->n_columns; i++) {
        if (sheet->columns[i].text) {
            return true;
        }
    }
    return false;
}

static struct sheet_value *values_new(const struct sheet *sheet, struct status *status)
{
    return mem_new(sheet->n_columns, sizeof(struct sheet_value), "a row to write", status);
}

static bool next_row(const struct sheet *sheet, size_t row, struct sheet_value *values,
                     struct status *status)
{
    memset(values, 0, sheet->n_columns * sizeof *values);
    return sheet->source.row(sheet->self, row, values, status);
}

bool sheet_count_formulas(const struct sheet *sheet, const struct progress *progress, size_t *n,
                          struct status *status)
{
    *n = 0;
    if (sheet->lost) { /* a source would fill in columns that are not there */
        return status_nomem(status, 0, "a list to write");
    }
    struct sheet_value *values = values_new(sheet, status);
    bool good = values != NULL;
    for (size_t i = 0; i < sheet->n_columns; i++) {
        *n += sheet_is_formula(sheet->columns[i].name, strlen(sheet->columns[i].name));
    }
    for (size_t row = 0; good && has_texts(sheet) && row < sheet->n_rows; row++) {
        if (row % TICK_ROWS == 0 && !progress_tick(progress, row, sheet->n_rows)) {
            good = status_cancelled(status);
            break;
        }
        good = next_row(sheet, row, values, status);
        for (size_t i = 0; good && i < sheet->n_columns; i++) {
            *n += values[i].kind == SHEET_TEXT &&
                  sheet_is_formula(values[i].bytes, values[i].length);
        }
    }
    free(values);
    return good;
}

/* ---- for the formats ---- */

void sheet_write_count(struct sheet_writer *writer, uint64_t count)
{
    char text[FORMAT_DIGITS];
    outfile_write(writer->file, text, format_digits(text, count));
}

const char *sheet_number_text(struct sheet_writer *writer, double value, size_t *length)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    struct sheet_number *one =
        &writer->numbers[(bits * 0x9E3779B97F4A7C15u) >> 52]; /* 12 bits: SHEET_NUMBERS */
    if (one->length == 0 || memcmp(&one->value, &value, sizeof value) != 0) {
        one->value = value;
        if (value == 0) {
            one->length = 1;
            memcpy(one->text, "0", 2); /* -0 has no meaning in a list */
        } else if (fabs(value) < 1e15 && floor(value) == value) {
            one->length = (size_t)snprintf(one->text, sizeof one->text, "%.0f", value);
        } else {
            one->length = double_text_write(value, one->text);
        }
    }
    *length = one->length;
    return one->text;
}

char *sheet_writer_room(struct sheet_writer *writer, size_t size)
{
    if (!mem_grow(&writer->text, &writer->text_room, size, 1, "a text to write", NULL)) {
        writer->lost = true;
        return NULL;
    }
    return writer->text;
}

/* ---- writing ---- */

static bool write_rows(struct sheet_writer *writer, const struct sheet_format *format,
                       struct sheet_value *values, const struct progress *progress,
                       struct status *status)
{
    const struct sheet *sheet = writer->sheet;
    for (size_t row = 0; row < sheet->n_rows; row++) {
        if (row % TICK_ROWS == 0 && !progress_tick(progress, row, sheet->n_rows)) {
            return status_cancelled(status);
        }
        if (!next_row(sheet, row, values, status)) {
            return false;
        }
        writer->row = row;
        format->row(writer, values);
        if (writer->failed) {
            return false;
        }
        if (writer->lost) {
            return status_nomem(status, writer->text_room, "a text to write");
        }
        if (!outfile_write(writer->file, "", 0)) {
            return true; /* outfile_commit() says why */
        }
    }
    progress_tick(progress, sheet->n_rows, sheet->n_rows);
    return true;
}

static bool write_all(struct sheet_writer *writer, const struct sheet_format *format,
                      const struct progress *progress, struct status *status)
{
    if (writer->sheet->lost) {
        return status_nomem(status, 0, "a list to write");
    }
    struct sheet_value *values = values_new(writer->sheet, status);
    writer->numbers =
        mem_zero(SHEET_NUMBERS, sizeof *writer->numbers, "numbers to write", status);
    bool good = values != NULL && writer->numbers != NULL;
    if (good) {
        format->begin(writer);
        good = writer->lost
                   ? status_nomem(status, 0, "a list to write")
                   : !writer->failed && write_rows(writer, format, values, progress, status);
        writer->failed = writer->failed || !good;
        format->end(writer);
        good = !writer->failed;
    }
    free(values);
    free(writer->numbers);
    free(writer->text);
    return good;
}

bool sheet_write(const struct sheet *sheet, const struct sheet_format *format, bool guard,
                 const char *path, const struct progress *progress, size_t *bytes,
                 struct status *status)
{
    struct sheet_writer writer = {
        .sheet = sheet, .guard = guard && format->formulas, .status = status};
    writer.file = outfile_open(path, status);
    if (writer.file == NULL) {
        return false;
    }
    if (format->binary && outfile_is_terminal(writer.file)) {
        outfile_abandon(writer.file);
        return status_set(status, STATUS_USAGE, "%s is not for a terminal: name a file",
                          format->title);
    }
    if (!write_all(&writer, format, progress, status)) {
        outfile_abandon(writer.file);
        return false;
    }
    if (bytes != NULL) {
        *bytes = outfile_written(writer.file);
    }
    return outfile_commit(writer.file, status);
}
