/* From a log to a table: the explorer and `run` open raw logs with this. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/events_count.h"
#include "events/events_index.h"
#include "events/user_hour_text.h"
#include "table/builder.h"
#include "table/csv/csv.h"
#include "table/input/source.h"

enum { PREVIEW_ROWS = 1000 };

struct loading {
    struct table_builder *builder, *preview_builder;
    size_t previewed;
    bool previewed_once;
    const struct csv_options *options;
    size_t d;
    size_t column[TABLE_FEATURES_MAX]; /* (d) which of the seven a feature is */
    int64_t time;                      /* whose text is in dt */
    char dt[USER_HOUR_DT];
    size_t dt_length;
    float *novelty[NOVELTY_COLUMNS]; /* (n_novelty) NULL: not asked for */
    size_t n_novelty, novelty_capacity[NOVELTY_COLUMNS];
};

static bool show_preview(struct loading *loading, struct status *status)
{
    struct table_builder *builder = loading->preview_builder;
    loading->preview_builder = NULL;
    loading->previewed_once = true;
    struct table *table = builder == NULL ? NULL : table_builder_finish(builder, status);
    if (table != NULL) {
        loading->options->preview(loading->options->context, table);
    }
    return builder == NULL || table != NULL;
}

static bool add_novelty(struct loading *loading, const struct novelty_values *novelty,
                        struct status *status)
{
    const float values[NOVELTY_COLUMNS] = {novelty->least_visits, novelty->mean_visits,
                                           novelty->new_dst, novelty->new_src,
                                           novelty->dst_rarity};
    for (size_t i = 0; i < NOVELTY_COLUMNS; i++) {
        if (!mem_grow(&loading->novelty[i], &loading->novelty_capacity[i],
                      loading->n_novelty + 1, sizeof *loading->novelty[i], "columns", status)) {
            return false;
        }
        loading->novelty[i][loading->n_novelty] = values[i];
    }
    loading->n_novelty++;
    return true;
}

/* The columns go to the table, which takes them in any case. */
static bool give_novelty(struct loading *loading, struct table *table, struct status *status)
{
    bool good = true;
    for (size_t i = 0; i < NOVELTY_COLUMNS; i++) {
        float *values = loading->novelty[i];
        loading->novelty[i] = NULL;
        if (table != NULL && good && loading->n_novelty > 0) {
            good = table_add_column(table, novelty_columns[i], values, status);
        } else {
            free(values);
        }
    }
    return good;
}

static bool add_row(void *context, const struct user_hour *row, struct status *status)
{
    struct loading *loading = context;
    if (row->novelty != NULL && !add_novelty(loading, row->novelty, status)) {
        return false;
    }
    if (row->time != loading->time || loading->dt_length == 0) {
        loading->time = row->time;
        loading->dt_length = user_hour_dt(row->time, loading->dt);
    }
    double events = (double)row->events, failed = (double)row->failed,
           night = (double)row->night;
    const double all[TABLE_DEFAULT_FEATURES] = {
        events, failed, failed / events, row->dst_hosts, row->src_hosts, night, night / events};
    double values[TABLE_FEATURES_MAX];
    for (size_t i = 0; i < loading->d; i++) {
        values[i] = all[loading->column[i]];
    }
    struct span dt = {loading->dt, loading->dt_length};
    if (loading->preview_builder != NULL) {
        if (!table_builder_add_at(loading->preview_builder, dt, row->time, row->user, values,
                                  status) ||
            (++loading->previewed == PREVIEW_ROWS && !show_preview(loading, status))) {
            return false;
        }
    }
    return table_builder_add_at(loading->builder, dt, row->time, row->user, values, status);
}

static bool fill_report(struct read_report *report, const struct events_input *input,
                        const struct events_report *from, struct status *status)
{
    char name[64];
    const char *path = input->paths[0];
    if (input->n > 1) {
        snprintf(name, sizeof name, "%zu logs", input->n);
        path = name;
    }
    report->name = mem_text(path, strlen(path), status);
    report->bytes = from->bytes;
    memcpy(report->hash, from->hash, sizeof report->hash);
    report->state = from->state;
    report->change = from->change;
    report->lines = from->lines;
    report->rejected = from->rejected;
    report->n_rejects = from->n_rejects;
    for (size_t i = 0; i < from->n_rejects; i++) {
        struct reject *reject = &report->rejects[i];
        reject->line = from->rejects[i].line;
        if (input->n > 1) {
            snprintf(reject->reason, sizeof reject->reason, "log %zu: %.100s",
                     from->rejects[i].path + 1, from->rejects[i].reason);
        } else {
            memcpy(reject->reason, from->rejects[i].reason, sizeof reject->reason);
        }
    }
    for (size_t i = 0; report->n_notes < READ_NOTES &&
                       events_note(from, i, report->notes[report->n_notes], READ_NOTE);
         i++) {
        report->n_notes++;
    }
    return report->name != NULL;
}

/* Which of the seven columns the features are. */
static bool choose_columns(struct loading *loading, struct status *status)
{
    const struct csv_options *options = loading->options;
    loading->d = options->features != NULL ? options->n_features : TABLE_DEFAULT_FEATURES;
    for (size_t i = 0; i < loading->d && i < TABLE_FEATURES_MAX; i++) {
        size_t column = i;
        if (options->features != NULL) {
            column = 0;
            while (column < TABLE_DEFAULT_FEATURES &&
                   strcmp(options->features[i], table_default_features[column]) != 0) {
                column++;
            }
        }
        if (column == TABLE_DEFAULT_FEATURES) {
            return status_set(status, STATUS_USAGE,
                              "a raw log gives the study's seven columns; '%.80s' is none of "
                              "them",
                              options->features[i]);
        }
        loading->column[i] = column;
    }
    return true;
}

static struct table_builder *new_builder(const struct loading *loading, struct status *status)
{
    const struct csv_options *options = loading->options;
    return table_builder_new(options->features != NULL ? options->features
                                                       : table_default_features,
                             loading->d, true, true, status);
}

/* The log is read again: the rows so far are of a part of its lines only. */
static bool start_again(void *context, const char *plan, struct status *status)
{
    (void)plan; /* stands among the notes of the table */
    struct loading *loading = context;
    table_builder_free(loading->builder);
    loading->builder = new_builder(loading, status);
    if (loading->preview_builder != NULL) {
        table_builder_free(loading->preview_builder);
        loading->preview_builder = new_builder(loading, status);
    }
    loading->previewed = 0;
    loading->n_novelty = 0;
    loading->dt_length = 0;
    return loading->builder != NULL &&
           (loading->options->preview == NULL || loading->previewed_once ||
            loading->preview_builder != NULL);
}

static bool load(struct loading *loading, struct events_input input,
                 struct events_index **index, struct parallel *parallel,
                 const struct progress *progress, struct status *status)
{
    bool fine = choose_columns(loading, status);
    loading->builder = fine ? new_builder(loading, status) : NULL;
    fine = loading->builder != NULL;
    if (fine && loading->options->preview != NULL) {
        loading->preview_builder = new_builder(loading, status);
        fine = loading->preview_builder != NULL;
    }
    if (!fine) {
        source_close(input.take_source);
        return false;
    }
    input.strict = loading->options->strict;
    input.restart = start_again;
    struct events_report report;
    return events_count(&input, add_row, loading, &report, index, parallel, progress, status) &&
           (report.written > 0 ||
            status_set(status, STATUS_INPUT,
                       "no account has %llu events or more in any window: nothing to look at",
                       (unsigned long long)input.rules.min_events)) &&
           fill_report(table_builder_report(loading->builder), &input, &report, status) &&
           show_preview(loading, status);
}

struct table *events_load(const struct events_input *input, const struct csv_options *options,
                          struct events_index **index, struct parallel *parallel,
                          const struct progress *progress, struct status *status)
{
    struct loading loading = {.options = options};
    if (index != NULL) {
        *index = NULL;
    }
    bool fine = load(&loading, *input, index, parallel, progress, status);
    table_builder_free(loading.preview_builder);
    struct table *table = NULL;
    if (fine) {
        table = table_builder_finish(loading.builder, status);
    } else {
        table_builder_free(loading.builder);
    }
    if (!give_novelty(&loading, table, status)) {
        table_free(table);
        table = NULL;
    }
    if (table == NULL && index != NULL) {
        events_index_free(*index);
        *index = NULL;
    }
    return table;
}
