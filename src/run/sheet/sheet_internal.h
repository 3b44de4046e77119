/* What the formats of a sheet share. */
#ifndef ODDHOURS_RUN_SHEET_INTERNAL_H
#define ODDHOURS_RUN_SHEET_INTERNAL_H

#include "run/sheet/sheet.h"

enum { SHEET_NUMBER_TEXT = 40, SHEET_NUMBERS = 4096 };

/* Scores and features repeat: a number is turned into text once, as a rule. */
struct sheet_number {
    double value;
    size_t length; /* 0: empty */
    char text[SHEET_NUMBER_TEXT];
};

struct parquet_append;

struct sheet_writer {
    const struct sheet *sheet;
    struct outfile *file;
    bool guard, lost;             /* lost: memory ran out for a text */
    size_t row;                   /* that is being written, from 0 */
    struct sheet_number *numbers; /* (SHEET_NUMBERS) */
    char *text;                   /* room for a text in work */
    size_t text_room;
    struct outfile *keys; /* JSON: what stands before the value of each column, in a row; */
    size_t *key_end;      /* (n_columns) where it ends */
    struct parquet_append *parquet; /* Parquet: the file; what its columns are (n_columns) */
    enum sheet_kind *kinds;
    bool failed; /* `status` says why */
    struct status *status;
};

/* The shortest text that reads back as the same number; whole numbers without a point. */
const char *sheet_number_text(struct sheet_writer *writer, double value, size_t *length);

/* Writes a count. */
void sheet_write_count(struct sheet_writer *writer, uint64_t count);

/* Room for `size` bytes; NULL, remembered in `lost`, when memory ran out. */
char *sheet_writer_room(struct sheet_writer *writer, size_t size);

extern const struct sheet_format sheet_csv, sheet_json, sheet_markdown, sheet_parquet;

#endif
