#include "run/sheet/rows_sheet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { WINDOW = 4096 };

struct rows_self {
    struct rows_sheet spec;
    size_t n_results;
    const struct result *results[RUN_RESULTS_MAX];
    bool ready[RUN_RESULTS_MAX]; /* as spec.ready said */
    struct reason *reasons;      /* (n_reasons) of the first rows; NULL: not yet */
    size_t n_reasons;
    size_t from, n; /* the window: positions from .. from + n - 1 */
    uint32_t rows[WINDOW];
};

static void clear_spec(struct rows_sheet *spec)
{
    row_set_clear(&spec->rows);
    sheet_free(spec->beside);
    sheet_free(spec->marks);
    free(spec->mark_rows);
}

static void free_rows(void *context)
{
    struct rows_self *self = context;
    clear_spec(&self->spec);
    free(self->reasons);
    free(self);
}

/* ---- values ---- */

static struct sheet_value text_value(const struct dict *dict, uint32_t id)
{
    struct span span = dict_get(dict, id);
    return (struct sheet_value){.kind = SHEET_TEXT, .bytes = span.bytes, .length = span.length};
}

static struct sheet_value count_value(uint64_t count)
{
    return (struct sheet_value){.kind = SHEET_COUNT, .count = count};
}

static struct sheet_value number_value(double number)
{
    return (struct sheet_value){.kind = SHEET_NUMBER, .number = number};
}

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void put_line(const struct sheet *table, size_t line, struct sheet_value *values)
{
    for (size_t i = 0; line < table->n_rows && i < table->n_columns; i++) {
        values[i] = sheet_table_value(table, line, i);
    }
}

static void put_marks(const struct rows_self *self, uint32_t row, struct sheet_value *values)
{
    const struct sheet *marks = self->spec.marks;
    const uint32_t *found = marks->n_rows == 0 ? NULL
                                               : bsearch(&row, self->spec.mark_rows,
                                                         marks->n_rows, sizeof row, by_row);
    if (found != NULL) {
        put_line(marks, (size_t)(found - self->spec.mark_rows), values);
    }
}

static size_t put_results(const struct rows_self *self, uint32_t row,
                          struct sheet_value *values)
{
    const struct run *run = self->spec.run;
    for (size_t i = 0; i < self->n_results; i++) {
        const struct result *result = self->results[i];
        double score = result_score(result, run->table, row);
        if (!isnan(score)) {
            values[2 * i] = number_value(score);
            values[2 * i + 1] = count_value(ranking_rank_of(result->ranking, run->by_profile,
                                                            run->table->row_profile, row));
        }
    }
    return 2 * self->n_results;
}

static struct sheet_value word_value(const char *text)
{
    return text[0] != '\0'
               ? (struct sheet_value){.kind = SHEET_TEXT, .bytes = text, .length = strlen(text)}
               : (struct sheet_value){.kind = SHEET_NOTHING};
}

/* The account's kind, and its owner and label where a list says them. */
static size_t put_account(const struct accounts *accounts, uint32_t user,
                          struct sheet_value *values)
{
    values[0] = word_value(accounts_kind(accounts, user));
    if (accounts->owner == NULL) {
        return 1;
    }
    values[1] = word_value(accounts_owner(accounts, user));
    values[2] = word_value(accounts_label(accounts, user));
    return 3;
}

static bool fill_window(struct rows_self *self, size_t position, struct status *status)
{
    size_t left = self->spec.rows.n - position, wanted = left < WINDOW ? left : WINDOW;
    self->from = position;
    self->n = 0;
    if (row_set_get(&self->spec.rows, position, wanted, self->rows, status) != wanted) {
        return false;
    }
    self->n = wanted;
    return true;
}

static bool find_reasons(struct rows_self *self, struct status *status)
{
    const struct rows_sheet *spec = &self->spec;
    size_t n = spec->rows.n < REASONS_MOST ? spec->rows.n : REASONS_MOST;
    uint32_t *rows = mem_new(n, sizeof *rows, "reasons", status);
    struct reason *found = mem_new(n, sizeof *found, "reasons", status);
    struct reasons *reasons = reasons_new(spec->run, status);
    bool good = rows != NULL && found != NULL && reasons != NULL &&
                row_set_get(&spec->rows, 0, n, rows, status) == n &&
                reasons_find(reasons, self->ready, (size_t)(spec->why - spec->run->results),
                             rows, n, found, NULL, NULL, status);
    reasons_free(reasons);
    free(rows);
    if (!good) {
        free(found);
        return false;
    }
    self->reasons = found;
    self->n_reasons = n;
    return true;
}

static bool put_row(void *context, size_t position, struct sheet_value *values,
                    struct status *status)
{
    struct rows_self *self = context;
    const struct table *table = self->spec.run->table;
    if ((position < self->from || position - self->from >= self->n) &&
        !fill_window(self, position, status)) {
        return false;
    }
    if (self->spec.why != NULL && self->reasons == NULL && !find_reasons(self, status)) {
        return false;
    }
    uint32_t row = self->rows[position - self->from];
    uint32_t profile = table->row_profile[row];
    size_t n = 0;
    if (self->spec.position != NULL) {
        values[n++] = count_value(position + 1);
    }
    values[n++] = count_value(row);
    if (table->row_time != NULL) {
        values[n++] = text_value(table->times, table->row_time[row]);
    }
    if (table->row_user != NULL) {
        values[n++] = text_value(table->users, table->row_user[row]);
    }
    if (self->spec.run->accounts != NULL) {
        n += put_account(self->spec.run->accounts, table->row_user[row], values + n);
    }
    for (size_t i = 0; i < table->profiles.d; i++) {
        values[n++] = number_value(table_profile(table, profile)[i]);
    }
    for (size_t i = 0; i < table->n_columns; i++, n++) {
        if (!isnan(table->columns[i].value[row])) {
            values[n] = number_value(table->columns[i].value[row]);
        }
    }
    values[n++] = count_value(table->profiles.copies[profile]);
    n += put_results(self, row, values + n);
    if (self->spec.why != NULL) {
        values[n++] = position < self->n_reasons ? word_value(self->reasons[position].text)
                                                 : (struct sheet_value){.kind = SHEET_NOTHING};
    }
    if (self->spec.beside != NULL) {
        put_line(self->spec.beside, position, values + n);
        n += self->spec.beside->n_columns;
    }
    if (self->spec.marks != NULL) {
        put_marks(self, row, values + n);
    }
    return true;
}

/* ---- columns ---- */

static void add_columns(struct sheet *sheet, const struct rows_self *self)
{
    const struct table *table = self->spec.run->table;
    const struct sheet *tables[] = {self->spec.beside, self->spec.marks};
    char name[64];
    if (self->spec.position != NULL) {
        sheet_add_counts(sheet, self->spec.position);
    }
    sheet_add_counts(sheet, "row_id");
    if (table->row_time != NULL) {
        sheet_add_column(sheet, "dt", true);
    }
    if (table->row_user != NULL) {
        sheet_add_column(sheet, "src_user", true);
    }
    if (self->spec.run->accounts != NULL) {
        sheet_add_column(sheet, "kind", true);
    }
    if (self->spec.run->accounts != NULL && self->spec.run->accounts->owner != NULL) {
        sheet_add_column(sheet, "owner", true);
        sheet_add_column(sheet, "label", true);
    }
    for (size_t i = 0; i < table->profiles.d; i++) {
        sheet_add_column(sheet, table->feature_names[i], false);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        sheet_add_column(sheet, table->columns[i].name, false);
    }
    sheet_add_counts(sheet, "copies");
    for (size_t i = 0; i < self->n_results; i++) {
        sheet_add_column(sheet, self->results[i]->name, false);
        snprintf(name, sizeof name, "%s_rank", self->results[i]->name);
        sheet_add_counts(sheet, name);
    }
    if (self->spec.why != NULL) {
        sheet_add_column(sheet, "why", true);
    }
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; tables[k] != NULL && i < tables[k]->n_columns; i++) {
            enum sheet_kind kind = sheet_column_kind(tables[k], i);
            if (kind == SHEET_COUNT) {
                sheet_add_counts(sheet, tables[k]->columns[i].name);
            } else {
                sheet_add_column(sheet, tables[k]->columns[i].name, kind == SHEET_TEXT);
            }
        }
        sheet->lost = sheet->lost || (tables[k] != NULL && tables[k]->lost);
    }
}

/* What is to be told of the results, and which of them are. */
static void choose_results(struct rows_self *self, const struct rows_sheet *spec)
{
    for (size_t i = 0; !spec->blind && i < spec->run->n_results; i++) {
        const struct result *result = &spec->run->results[i];
        if (spec->ready != NULL ? spec->ready[i] : result->ready) {
            self->ready[i] = true;
            self->results[self->n_results++] = result;
        }
    }
}

struct sheet *rows_sheet_new(const char *title, const struct rows_sheet *spec,
                             struct status *status)
{
    static const struct sheet_source source = {.row = put_row, .free = free_rows};
    struct rows_self *self = mem_zero(1, sizeof *self, "a list to write", status);
    if (self == NULL) {
        struct rows_sheet taken = *spec;
        clear_spec(&taken);
        return NULL;
    }
    self->spec = *spec;
    self->spec.ready = NULL;
    self->spec.why = spec->blind ? NULL : spec->why;
    choose_results(self, spec);
    struct sheet *sheet = sheet_new_source(title, &source, self, spec->rows.n, status);
    if (sheet == NULL) {
        return NULL;
    }
    add_columns(sheet, self);
    for (size_t i = 0; i < self->n_results; i++) {
        if (self->results[i]->partial[0] != '\0') {
            sheet_add_partial(sheet, self->results[i]->name, self->results[i]->partial);
        }
    }
    if (self->spec.why != NULL && self->spec.rows.n > REASONS_MOST) {
        sheet_add_note(sheet, "why", "of the first %d rows only", REASONS_MOST);
    }
    return sheet;
}
