#include "run/rowfile/row_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"

const struct row_format *const row_formats[ROW_FORMATS] = {&row_parquet, &row_csv};

bool row_formats_parse(const char *text, unsigned *formats, struct status *status)
{
    static const char all[] = "both";
    struct suggestion suggestion = {0};
    if (strcmp(text, all) == 0) {
        *formats = (1u << ROW_FORMATS) - 1;
        return true;
    }
    for (size_t i = 0; i < ROW_FORMATS; i++) {
        if (strcmp(text, row_formats[i]->name) == 0) {
            *formats = 1u << i;
            return true;
        }
        suggest_consider(&suggestion, text, row_formats[i]->name);
    }
    suggest_consider(&suggestion, text, all);
    return status_set(status, STATUS_USAGE, "--format is parquet, csv or both, not '%.60s'%s",
                      text, suggest_hint(suggestion.word, "'", "'").text);
}

/* ---- columns ---- */

struct adding {
    struct row_column *columns;
    size_t n;
};

static void add(struct adding *to, enum row_column_kind kind, size_t score, const char *name,
                const char *suffix)
{
    struct row_column *column = &to->columns[to->n++];
    column->kind = kind;
    column->score = score;
    snprintf(column->name, sizeof column->name, "%s%s", name, suffix);
}

static void add_scores(struct adding *to, const struct row_layout *layout)
{
    for (size_t i = 0; i < layout->n_scores; i++) {
        const struct score_columns *columns = &layout->scores[i];
        const struct detector *detector = columns->result->detector;
        const char *name = columns->result->name;
        add(to, ROW_COLUMN_SCORE, i, columns->exported ? detector->score_column : name, "");
        if (columns->label) {
            add(to, ROW_COLUMN_LABEL, i, detector->label_column, "");
        }
        if (columns->rank) {
            add(to, ROW_COLUMN_RANK, i, name, "_rank");
        }
    }
}

size_t row_columns(const struct row_layout *layout, const struct run *run,
                   struct row_column columns[ROW_COLUMNS_MAX])
{
    struct adding to = {.columns = columns};
    if (layout->row_id) {
        add(&to, ROW_COLUMN_ID, 0, "row_id", "");
    }
    if (layout->scores_first) {
        add_scores(&to, layout);
    }
    if (run->table->row_time != NULL) {
        add(&to, ROW_COLUMN_TIME, 0, "dt", "");
    }
    if (run->table->row_user != NULL) {
        add(&to, ROW_COLUMN_USER, 0, "src_user", "");
    }
    if (!layout->scores_first) {
        add_scores(&to, layout);
    }
    return to.n;
}

double row_score_number(const struct score_columns *columns, size_t id)
{
    const struct result *result = columns->result;
    double score = ranking_score(result->ranking, id);
    if (!isnan(score) && columns->exported && result->detector->exported != NULL) {
        score = result->detector->exported(result->model->fitted, &result->scores, score);
    }
    return score;
}

double row_label_number(const struct score_columns *columns, size_t id)
{
    double score = ranking_score(columns->result->ranking, id);
    return isnan(score) ? NAN : score > columns->result->scores.threshold ? -1 : 1;
}
