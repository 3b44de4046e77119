/* The files of a run as Parquet. A row has the ids of its time, user and profile, so a file of
 * 42.9 million rows is mostly a copy of ids: what stands for them is written once a row group,
 * scores of profiles included. */
#include <math.h>
#include <string.h>

#include "run/rowfile/row_file.h"
#include "run/rowfile/row_ranks.h"
#include "table/parquet/parquet_write.h"

/* A column of whole numbers, or of scores. */
struct number_column {
    const struct score_columns *scores;
    const struct row_ranks *ranks;
    size_t ranks_from; /* row that the ranks of this round begin with */
};

struct writing {
    const struct run *run;
    const struct row_layout *layout;
    size_t n_columns;
    struct row_column names[ROW_COLUMNS_MAX];
    struct parquet_column columns[ROW_COLUMNS_MAX];
    struct parquet_source sources[ROW_COLUMNS_MAX];
    struct number_column numbers[ROW_COLUMNS_MAX];
    struct row_ranks ranks[ROW_LAYOUT_SCORES];
};

static double own_number(const void *context, size_t id)
{
    (void)context;
    return (double)id;
}

static double score_number(const void *context, size_t id)
{
    const struct number_column *column = context;
    return row_score_number(column->scores, id);
}

static double label_number(const void *context, size_t id)
{
    const struct number_column *column = context;
    return row_label_number(column->scores, id);
}

static double rank_number(const void *context, size_t row)
{
    const struct number_column *column = context;
    uint32_t rank = column->ranks->of_row[row - column->ranks_from];
    return rank > 0 ? (double)rank : NAN;
}

static void texts_of(struct parquet_source *source, const uint32_t *ids,
                     const struct dict *texts)
{
    *source = (struct parquet_source){.ids = ids, .n_ids = dict_count(texts), .texts = texts};
}

/* Scores and labels are those of profiles, or of rows. */
static void numbers_of(struct writing *writing, size_t i,
                       double (*number)(const void *context, size_t id))
{
    const struct table *table = writing->run->table;
    const struct score_columns *scores = &writing->layout->scores[writing->names[i].score];
    bool rows = scores->result->row_score != NULL;
    writing->numbers[i].scores = scores;
    writing->sources[i] = (struct parquet_source){.ids = rows ? NULL : table->row_profile,
                                                  .n_ids = table->profiles.n,
                                                  .number = number,
                                                  .context = &writing->numbers[i]};
}

static void set_column(struct writing *writing, size_t i)
{
    const struct table *table = writing->run->table;
    struct parquet_column *column = &writing->columns[i];
    struct parquet_source *source = &writing->sources[i];
    const struct row_column *name = &writing->names[i];
    const struct score_columns *scores = &writing->layout->scores[name->score];
    column->name = name->name;
    switch (name->kind) {
    case ROW_COLUMN_ID:
        column->kind = PARQUET_KIND_INT64;
        source->number = own_number;
        break;
    case ROW_COLUMN_TIME:
        column->kind = PARQUET_KIND_TEXT;
        texts_of(source, table->row_time, table->times);
        break;
    case ROW_COLUMN_USER:
        column->kind = PARQUET_KIND_TEXT;
        texts_of(source, table->row_user, table->users);
        break;
    case ROW_COLUMN_SCORE:
        column->kind = scores->single ? PARQUET_KIND_FLOAT : PARQUET_KIND_DOUBLE;
        numbers_of(writing, i, score_number);
        break;
    case ROW_COLUMN_LABEL:
        column->kind =
            scores->result->detector->label_byte ? PARQUET_KIND_INT8 : PARQUET_KIND_INT64;
        numbers_of(writing, i, label_number);
        break;
    case ROW_COLUMN_RANK:
        column->kind = PARQUET_KIND_INT64;
        writing->numbers[i].ranks = &writing->ranks[name->score];
        source->number = rank_number;
        source->context = &writing->numbers[i];
        break;
    }
}

static void fill_ranks(void *context, size_t from, size_t n)
{
    struct writing *writing = context;
    for (size_t i = 0; i < writing->layout->n_scores; i++) {
        if (writing->layout->scores[i].rank) {
            row_ranks_fill(&writing->ranks[i], writing->run->table->row_profile, from, n);
        }
    }
    for (size_t i = 0; i < writing->n_columns; i++) {
        writing->numbers[i].ranks_from = from;
    }
}

static bool put_rows(const void *shared, const struct run *run, const struct row_layout *layout,
                     const uint32_t *rows, size_t n, struct outfile *file,
                     const struct progress *progress, struct status *status)
{
    (void)shared;
    struct writing writing = {.run = run, .layout = layout};
    writing.n_columns = row_columns(layout, run, writing.names);
    for (size_t i = 0; i < writing.n_columns; i++) {
        set_column(&writing, i);
    }
    const struct parquet_rows written = {.n = n,
                                         .rows = rows,
                                         .n_columns = writing.n_columns,
                                         .columns = writing.columns,
                                         .sources = writing.sources,
                                         .before = fill_ranks,
                                         .context = &writing};
    size_t round = parquet_round(&written, run->parallel);
    bool good = true;
    for (size_t i = 0; good && i < layout->n_scores; i++) {
        good = !layout->scores[i].rank ||
               row_ranks_new(&writing.ranks[i], layout->scores[i].result->ranking,
                             round < n ? round : n, status);
    }
    good = good && parquet_write_rows(&written, file, run->parallel, progress, status);
    for (size_t i = 0; i < layout->n_scores; i++) {
        row_ranks_clear(&writing.ranks[i]);
    }
    return good;
}

const struct row_format row_parquet = {
    .name = "parquet",
    .ending = ".parquet",
    .write = put_rows,
};
