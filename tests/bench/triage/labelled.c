#include "labelled.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "past/account_kind.h"
#include "table/builder.h"
#include "table/csv/csv.h"
#include "table/row_index.h"

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "triage: %s: %s\n", what, why);
    exit(1);
}

static void *room(size_t n, size_t size)
{
    void *memory = calloc(n > 0 ? n : 1, size);
    if (memory == NULL) {
        stop("memory", "there is none left");
    }
    return memory;
}

/* Calls `take` with each line's row_id and last field. */
static void read_rows(const char *path, size_t n_rows, uint32_t *last)
{
    char line[512];
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        stop(path, "cannot be read");
    }
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned long row = strtoul(line, NULL, 10);
        const char *comma = strrchr(line, ',');
        if (comma == NULL || row >= n_rows) {
            stop(path, "a line names no row of the table");
        }
        last[row] = 1 + (uint32_t)strtoul(comma + 1, NULL, 10);
    }
    fclose(file);
}

/* Numbers incidents from 1 in the order of their rows. */
static void number_incidents(struct labelled *labelled)
{
    size_t n = labelled->table->n_rows;
    uint32_t most = 0;
    for (size_t row = 0; row < n; row++) {
        most = labelled->incident[row] > most ? labelled->incident[row] : most;
    }
    uint32_t *number = room(most + 1, sizeof *number);
    for (size_t row = 0; row < n; row++) {
        uint32_t known = labelled->incident[row];
        if (known > 0 && number[known] == 0) {
            number[known] = (uint32_t)++labelled->n_incidents;
        }
        labelled->incident[row] = known > 0 ? number[known] : 0;
    }
    free(number);
}

/* The table without the rows of incidents. */
static struct table *without_planted(const struct table *table, const uint32_t *incident)
{
    struct table_builder *builder = table_builder_new((const char *const *)table->feature_names,
                                                      table->profiles.d, true, true, NULL);
    for (size_t row = 0; builder != NULL && row < table->n_rows; row++) {
        if (incident[row] == 0 &&
            !table_builder_add(builder, dict_get(table->times, table->row_time[row]),
                               dict_get(table->users, table->row_user[row]),
                               table_profile(table, table->row_profile[row]), NULL)) {
            builder = NULL;
        }
    }
    struct table *clean = builder != NULL ? table_builder_finish(builder, NULL) : NULL;
    if (clean == NULL) {
        stop("memory", "there is none left");
    }
    return clean;
}

static void read_scores(struct labelled *labelled, const char *path)
{
    size_t n = labelled->table->n_rows;
    char line[1024];
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        stop(path, "cannot be read");
    }
    size_t column = 0, rank_of[LABELLED_LISTS];
    line[strcspn(line, "\r\n")] = '\0';
    for (char *name = strtok(line, ","); name != NULL; name = strtok(NULL, ","), column++) {
        size_t length = strlen(name);
        if (length > 5 && strcmp(name + length - 5, "_rank") == 0 &&
            labelled->n_lists < LABELLED_LISTS) {
            name[length - 5] = '\0';
            snprintf(labelled->list[labelled->n_lists], sizeof labelled->list[0], "%.20s",
                     name);
            labelled->decades[labelled->n_lists] = room(n, sizeof(double));
            rank_of[labelled->n_lists++] = column;
        }
    }
    for (size_t row = 0; row < n && fgets(line, sizeof line, file) != NULL; row++) {
        const char *at = line;
        for (size_t c = 0, list = 0; list < labelled->n_lists && at != NULL; c++) {
            if (c == rank_of[list]) {
                double rank = strtod(at, NULL);
                labelled->decades[list++][row] = rank > 0 ? -log10(rank / (double)n) : 0;
            }
            at = strchr(at, ',');
            at = at != NULL ? at + 1 : NULL;
        }
    }
    fclose(file);
}

static const struct labelled *sorting;

static int by_hour(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (sorting->hour[x] != sorting->hour[y]) {
        return sorting->hour[x] < sorting->hour[y] ? -1 : 1;
    }
    return (x > y) - (x < y);
}

static void index_rows(struct labelled *labelled)
{
    const struct table *table = labelled->table;
    size_t users = dict_count(table->users);
    struct row_index *index =
        row_index_new(table->row_user, table->n_rows, users, NULL, NULL, NULL);
    labelled->hour = room(table->n_rows, sizeof *labelled->hour);
    labelled->start = room(users + 1, sizeof *labelled->start);
    labelled->rows = room(table->n_rows, sizeof *labelled->rows);
    if (index == NULL) {
        stop("memory", "there is none left");
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        labelled->hour[row] = table->time_seconds[table->row_time[row]] / 3600;
    }
    memcpy(labelled->start, index->start, (users + 1) * sizeof *labelled->start);
    memcpy(labelled->rows, index->rows, table->n_rows * sizeof *labelled->rows);
    sorting = labelled;
    for (size_t user = 0; user < users; user++) {
        qsort(labelled->rows + labelled->start[user],
              labelled->start[user + 1] - labelled->start[user], sizeof *labelled->rows,
              by_hour);
    }
    row_index_free(index);
}

struct labelled *labelled_load(const char *path, const char *truth, const char *hard,
                               const char *scores, bool planted)
{
    struct labelled *labelled = room(1, sizeof *labelled);
    const struct csv_options options = {0};
    struct status status = {0};
    struct table *table = csv_load(path, &options, NULL, NULL, &status);
    if (table == NULL) {
        stop(path, status.text);
    }
    uint32_t *last = room(table->n_rows, sizeof *last);
    labelled->incident = room(table->n_rows, sizeof *labelled->incident);
    labelled->hard = room(table->n_rows, sizeof *labelled->hard);
    if (hard != NULL) {
        read_rows(hard, table->n_rows, last);
        for (size_t row = 0; row < table->n_rows; row++) {
            labelled->hard[row] = (uint8_t)(last[row] > 0 ? last[row] - 1 : 0);
        }
    }
    free(last);
    if (truth != NULL) {
        read_rows(truth, table->n_rows, labelled->incident);
    }
    labelled->table = table;
    if (!planted) {
        labelled->table = without_planted(table, labelled->incident);
        table_free(table);
        memset(labelled->incident, 0, labelled->table->n_rows * sizeof *labelled->incident);
        memset(labelled->hard, 0, labelled->table->n_rows * sizeof *labelled->hard);
    }
    number_incidents(labelled);
    struct account_rules *rules = account_rules_new(NULL, NULL);
    struct accounts *accounts =
        rules != NULL ? accounts_new(labelled->table->users, rules, NULL, NULL, NULL) : NULL;
    if (accounts == NULL) {
        stop("memory", "there is none left");
    }
    labelled->kinds = accounts->kind;
    accounts->kind = NULL;
    accounts_free(accounts);
    account_rules_free(rules);
    index_rows(labelled);
    if (scores != NULL) {
        read_scores(labelled, scores);
    }
    return labelled;
}

void labelled_free(struct labelled *labelled)
{
    for (size_t i = 0; i < labelled->n_lists; i++) {
        free(labelled->decades[i]);
    }
    table_free(labelled->table);
    free(labelled->kinds);
    free(labelled->incident);
    free(labelled->hard);
    free(labelled->hour);
    free(labelled->start);
    free(labelled->rows);
    free(labelled);
}

double labelled_count(const struct labelled *labelled, uint32_t row, size_t count)
{
    static const size_t feature[LABELLED_COUNTS] = {0, 1, 3, 4};
    const struct table *table = labelled->table;
    return table_profile(table, table->row_profile[row])[feature[count]];
}
