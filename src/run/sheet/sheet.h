/* sheet: a list on its way to a file: named columns, rows of values, and what has to be said
 * about them. What the list is and what the file looks like know nothing of each other.
 *
 * A sheet is either a *table*, whose values are put in one by one and kept, or it has a source
 * that is asked row by row (rows_sheet.h), so that 42 million user-hours need no memory. A
 * format is one `const struct sheet_format` and one line in sheet_formats[].
 *
 *     CSV       RFC 4180 with LF; texts with the bytes they have in the input.
 *     JSON      {"title", "notes", "partial", "columns", "count", "rows": [{...}, ...]}; bytes
 *               that are not UTF-8 become U+FFFD, not-a-number and infinite become null.
 *     Parquet   a column of texts, of whole numbers (int64) or of numbers (double) each; the
 * notes are key-value pairs of the footer; bytes that are not UTF-8 become U+FFFD. Markdown  a
 * heading, the notes, a table; controls and the like made visible, `|` and all that means
 * something to Markdown escaped; whole numbers grouped, others with six digits.
 *
 * Partial results (a detector that was cancelled) are said in each: JSON has the key "partial",
 * Markdown a line, and CSV and Parquet, whose remarks nobody sees, a column more:
 * iforest_partial.
 */
#ifndef ODDHOURS_RUN_SHEET_H
#define ODDHOURS_RUN_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outfile.h"
#include "base/progress.h"
#include "base/status.h"

enum sheet_kind { SHEET_NOTHING, SHEET_TEXT, SHEET_COUNT, SHEET_NUMBER };

/* One field. Texts are borrowed until the next row is asked for. */
struct sheet_value {
    enum sheet_kind kind;
    const char *bytes; /* SHEET_TEXT: (length), any bytes */
    size_t length;
    uint64_t count;
    double number; /* NaN is written as nothing */
};

struct sheet_column {
    char *name;
    bool text;   /* its values are texts: only those can look like formulas */
    bool counts; /* they are counts, as far as there are any: of a source */
};

/* Where rows come from. They are asked for in order, by one thread at a time. */
struct sheet_source {
    /* Fills in all columns of a row; values[i] are SHEET_NOTHING before. */
    bool (*row)(void *self, size_t row, struct sheet_value *values, struct status *status);
    void (*free)(void *self);
};

struct sheet_pair {
    char *key, *text;
};

struct sheet {
    char *title;
    size_t n_columns, n_rows;
    struct sheet_column *columns;
    size_t n_notes, n_partial;
    struct sheet_pair *notes;   /* such as the filter: JSON and Markdown */
    struct sheet_pair *partial; /* detector and what it is: all formats */
    /* The rest is sheet.c's. */
    size_t columns_room, notes_room, partial_room;
    struct sheet_source source;
    void *self;
    bool lost; /* memory ran out while it was put together: it cannot be written */
};

/* An empty table, or a sheet of `n_rows` rows from a source (`take_self` is freed by it, also
 * on failure). NULL when memory ran out. */
struct sheet *sheet_new_table(const char *title, struct status *status);
struct sheet *sheet_new_source(const char *title, const struct sheet_source *source,
                               void *take_self, size_t n_rows, struct status *status);
void sheet_free(struct sheet *sheet); /* NULL is fine */

/* A table once more: a sheet is gone once it is written. NULL when memory ran out. */
struct sheet *sheet_copy(const struct sheet *table, struct status *status);

/* These remember when memory runs out; writing fails then. A name that is taken gets "_2" and
 * so on, as readers want each name once. A column comes before the first value. */
void sheet_add_column(struct sheet *sheet, const char *name, bool text);
void sheet_add_counts(struct sheet *sheet, const char *name); /* of a source: counts only */
void sheet_add_note(struct sheet *sheet, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sheet_add_partial(struct sheet *sheet, const char *name, const char *text);

/* Puts the next value into a table: row after row, column after column. */
void sheet_put_text(struct sheet *sheet, const char *text);
void sheet_put_bytes(struct sheet *sheet, const char *bytes, size_t length);
void sheet_put_count(struct sheet *sheet, uint64_t count);
void sheet_put_number(struct sheet *sheet, double number);
void sheet_put_nothing(struct sheet *sheet);

/* What a column holds: texts (and perhaps others), counts, or numbers (and perhaps counts). */
enum sheet_kind sheet_column_kind(const struct sheet *sheet, size_t column);

/* A value of a table, for those who join it to their own; texts live as long as the table. */
struct sheet_value sheet_table_value(const struct sheet *sheet, size_t row, size_t column);

/* ---- writing ---- */

struct sheet_writer;

struct sheet_format {
    const char *name, *title;   /* "csv", "CSV" */
    const char *const *endings; /* of file names, NULL-ended; the first is the usual one */
    bool formulas;              /* a spreadsheet would take it in: the guard has a meaning */
    bool binary;                /* not for a terminal */
    void (*begin)(struct sheet_writer *writer);
    void (*row)(struct sheet_writer *writer, const struct sheet_value *values);
    void (*end)(struct sheet_writer *writer);
};

extern const struct sheet_format
    *const sheet_formats[]; /* NULL-ended; the first is the default */

/* By name, or by the ending of a file's name in any case; NULL when it is none. */
const struct sheet_format *sheet_format_find(const char *name);
const struct sheet_format *sheet_format_of_path(const char *path);

/* Texts that a spreadsheet would take for a formula: they begin with = + - @, tab, CR or LF. */
bool sheet_is_formula(const char *bytes, size_t length);

/* How many fields of a file are such, names of columns included. */
bool sheet_count_formulas(const struct sheet *sheet, const struct progress *progress, size_t *n,
                          struct status *status);

/* Writes the sheet to `path` ("-": standard output), beside its place and renamed. With `guard`
 * formulas get a leading ' (only in a format that knows them). Progress in rows; `*bytes`
 * (may be NULL) is the size written. */
bool sheet_write(const struct sheet *sheet, const struct sheet_format *format, bool guard,
                 const char *path, const struct progress *progress, size_t *bytes,
                 struct status *status);

#endif
