/* row_file: rows of a table with their scores as a file, in one of several formats.
 *
 * What stands in the file and what the file looks like know nothing of each other: a layout
 * says which columns there are, and a format is one `const struct row_format` and one line in
 * row_formats[].
 *
 *     Parquet   as pandas writes such a table: row_id and labels are whole numbers (int64; int8
 *               where the study has that), scores double or float, dt and src_user texts. What
 * is missing, a score or a text, is null; an empty text, too. CSV       RFC 4180 with LF;
 * doubles as %.17g, floats as %.9g; what is missing is empty.
 */
#ifndef ODDHOURS_RUN_ROW_FILE_H
#define ODDHOURS_RUN_ROW_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outfile.h"
#include "base/progress.h"
#include "base/status.h"
#include "run/run.h"

/* The score of every row, or of its profile, as one or more columns: score, label and rank. */
struct score_columns {
    const struct result *result;
    bool exported; /* with the notebook's sign, offset and name, not as anomaly score */
    bool single;   /* its column is of floats, not of doubles; CSV has nine digits of it */
    bool label;    /* followed by -1 (flagged) or 1 */
    bool rank;     /* followed by the row's rank, nothing when not scored */
};

enum { ROW_LAYOUT_SCORES = RUN_RESULTS_MAX };

/* The columns of a file, in this order: row_id, scores (scores_first), dt, src_user, scores.
 * Those that the table lacks are left out. */
struct row_layout {
    bool row_id;
    bool scores_first;
    size_t n_scores;
    struct score_columns scores[ROW_LAYOUT_SCORES];
};

enum row_column_kind {
    ROW_COLUMN_ID,
    ROW_COLUMN_TIME,
    ROW_COLUMN_USER,
    ROW_COLUMN_SCORE,
    ROW_COLUMN_LABEL,
    ROW_COLUMN_RANK
};

struct row_column {
    enum row_column_kind kind;
    size_t score; /* which of the layout's */
    char name[80];
};

enum { ROW_COLUMNS_MAX = 3 + 3 * ROW_LAYOUT_SCORES };

/* The columns that a table's file has, in order; returns how many. */
size_t row_columns(const struct row_layout *layout, const struct run *run,
                   struct row_column columns[ROW_COLUMNS_MAX]);

/* The number that stands for a score (of a profile, or a row that has its own) in its column,
 * and in the one behind it; NaN: not scored. */
double row_score_number(const struct score_columns *columns, size_t id);
double row_label_number(const struct score_columns *columns, size_t id);

/* ---- formats ---- */

struct row_format {
    const char *name, *ending; /* "csv", ".csv" */
    /* What all files of a run share, freed by close(); NULL: nothing. */
    void *(*open)(const struct run *run, struct status *status);
    void (*close)(void *shared);
    /* Writes the rows named by `rows` (n), or rows 0 .. n - 1 when that is NULL. Ranks need
     * rows to be NULL and n all rows. False with a status when memory ran out or it was
     * cancelled; an error of the disk is left to outfile_commit(). The bytes do not depend on
     * the number of threads. */
    bool (*write)(const void *shared, const struct run *run, const struct row_layout *layout,
                  const uint32_t *rows, size_t n, struct outfile *file,
                  const struct progress *progress, struct status *status);
};

extern const struct row_format row_csv, row_parquet;

enum { ROW_FORMATS = 2 };
extern const struct row_format *const row_formats[ROW_FORMATS]; /* the first is the default */

/* What was asked for: bit i is row_formats[i]. "parquet", "csv", or "both" for all. */
#define ROW_FORMATS_DEFAULT 1u
bool row_formats_parse(const char *text, unsigned *formats, struct status *status);

#endif
