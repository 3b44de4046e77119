/* fuzz_filter: whatever is typed, the parser either says what is wrong and where, or
 * understands a filter whose plainest form is understood the same way, and which counts and
 * lists rows alike by every route.
 *
 * What is wrong ends in abort(). Built with libFuzzer by configure --enable-fuzz CC=clang;
 * replay.c runs it over the corpus in `make check`.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "rank/filter/filter.h"
#include "table/builder.h"

enum { ROWS = 150, D = 4 };

struct setting {
    struct table *table;
    struct row_index *index;
    double *score;
    struct ranking *ranking;
};

static void must(int good)
{
    if (!good) {
        abort();
    }
}

static struct table *make_table(void)
{
    static const char *const names[D] = {"failed_events", "fail ratio", "a:b", "dst"};
    static const char *const users[] = {"U1@DOM", "admin", "a b", "\"q\"", "", "\xff"};
    static const char *const times[] = {"1970-01-05 03:00:00", "1970-01-06", "noon", ""};
    struct table_builder *builder = table_builder_new(names, D, true, true, NULL);
    must(builder != NULL);
    for (size_t row = 0; row < ROWS; row++) {
        const double x[D] = {(double)(row % 7), (double)(row % 3) / 3, (double)(row % 50), 1e9};
        const char *dt = times[row % 4], *user = users[row % 6];
        must(table_builder_add(builder, (struct span){dt, strlen(dt)},
                               (struct span){user, strlen(user)}, x, NULL));
    }
    struct table *table = table_builder_finish(builder, NULL);
    must(table != NULL);
    return table;
}

static struct setting make_setting(void)
{
    struct setting s = {.table = make_table()};
    size_t n = s.table->profiles.n;
    s.index = row_index_new(s.table->row_profile, ROWS, n, NULL, NULL, NULL);
    s.score = calloc(n, sizeof *s.score);
    must(s.index != NULL && s.score != NULL);
    for (size_t i = 0; i < n; i++) {
        s.score[i] = i % 9 == 4 ? (double)NAN : (double)(i % 20) / 8;
    }
    s.ranking = ranking_new(s.score, &s.table->profiles, NULL, NULL);
    must(s.ranking != NULL);
    return s;
}

static void free_setting(struct setting *s)
{
    ranking_free(s->ranking);
    free(s->score);
    row_index_free(s->index);
    table_free(s->table);
}

static bool mark_none(void *context, const char *value, uint64_t *rows, struct status *status)
{
    (void)context;
    (void)status;
    rows[0] |= strlen(value);
    return true;
}

/* Counting, listing and listing without the index must agree, and lists must be of rows. */
static void run_filter(const struct filter *filter, const struct filter_context *context)
{
    size_t count, total;
    struct row_set rows;
    uint32_t got[ROWS], again[ROWS];
    must(filter_count(filter, context, NULL, NULL, &count, NULL));
    must(count <= ROWS);
    must(filter_rows(filter, context, NULL, NULL, NULL, SIZE_MAX, &rows, &total, NULL));
    must(total == count && rows.n == count);
    must(row_set_get(&rows, 0, ROWS, got, NULL) == count);
    row_set_clear(&rows);
    for (size_t i = 0; i < count; i++) {
        must(got[i] < ROWS);
    }
    must(filter_rows(filter, context, NULL, NULL, NULL, 3, &rows, &total, NULL));
    must(total == count && rows.n == (count < 3 ? count : 3));
    must(row_set_get(&rows, 0, ROWS, again, NULL) == rows.n);
    must(memcmp(got, again, rows.n * sizeof *got) == 0);
    row_set_clear(&rows);
}

static void check_error(const char *text, const struct filter_error *error)
{
    must(error->text[0] != '\0');
    must(memchr(error->text, '\0', sizeof error->text) != NULL);
    must(memchr(error->nearest, '\0', sizeof error->nearest) != NULL);
    must(error->column <= strlen(text));
}

static char *understood(const char *text, const struct filter_context *context, bool run)
{
    struct filter_error error;
    struct filter *filter = filter_parse(text, context, &error);
    if (filter == NULL) {
        check_error(text, &error);
        return NULL;
    }
    char *plainest = filter_format(filter, context, NULL);
    must(plainest != NULL);
    if (run) {
        run_filter(filter, context);
    }
    filter_free(filter);
    return plainest;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char *const words[] = {"tp", "fp", NULL};
    static const struct filter_hook hooks[] = {{"verdict", words, mark_none, NULL},
                                               {"note", NULL, mark_none, NULL}};
    if (size > 2000) {
        return 0;
    }
    struct setting s = make_setting();
    const struct filter_ranking rankings[] = {{"iforest", "IF", s.ranking, 1, false},
                                              {"lof", NULL, NULL, 0, false},
                                              {"ensemble", "ENS", s.ranking, 2, true}};
    const size_t n_users = dict_count(s.table->users);
    struct accounts accounts = {.n = n_users,
                                .kind = calloc(n_users, 1),
                                .owner = calloc(n_users, sizeof(char *)),
                                .label = calloc(n_users, sizeof(char *))};
    must(accounts.kind != NULL && accounts.owner != NULL && accounts.label != NULL);
    const struct filter_context context = {.table = s.table,
                                           .by_profile = s.index,
                                           .accounts = &accounts,
                                           .rankings = rankings,
                                           .n_rankings = 3,
                                           .main_ranking = 2,
                                           .hooks = hooks,
                                           .n_hooks = 2};
    char *text = calloc(size + 1, 1);
    must(text != NULL);
    memcpy(text, data, size);
    char *plainest = understood(text, &context, true);
    if (plainest != NULL) {
        char *again = understood(plainest, &context, false);
        must(again != NULL && strcmp(plainest, again) == 0);
        free(again);
    }
    free(plainest);
    free(text);
    free(accounts.kind);
    free(accounts.owner);
    free(accounts.label);
    free_setting(&s);
    return 0;
}
