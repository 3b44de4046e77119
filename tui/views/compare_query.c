#include "views/compare_query.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rank/row_order.h"

enum { CURVE_BEYOND = 10 /* times K: whether they come to agree further down */ };

void compare_answer_clear(struct compare_answer *comparison)
{
    free(comparison->curve);
    free(comparison->consensus);
    free(comparison->consensus_mean);
    free(comparison->all_mean);
    free(comparison->differ);
    memset(comparison, 0, sizeof *comparison);
}

/* K itself is one of the steps of the curve. */
static size_t add_step(size_t k, size_t *steps, size_t n, size_t room)
{
    size_t at = 0;
    while (at < n && steps[at] < k) {
        at++;
    }
    if (n == room || (at < n && steps[at] == k)) {
        return n;
    }
    memmove(steps + at + 1, steps + at, (n - at) * sizeof *steps);
    steps[at] = k;
    return n + 1;
}

static bool find_overlaps(struct compare_query *self, const struct progress *progress)
{
    struct compare_answer *found = &self->found;
    struct status *status = &self->query.status;
    const struct row_index *index = self->run->by_profile;
    if (!overlap_at(&found->at_k, self->ranking, found->n, index, found->k, status)) {
        return false;
    }
    size_t rows = self->run->table->n_rows;
    size_t most = found->k < rows / CURVE_BEYOND ? CURVE_BEYOND * found->k : rows;
    found->n_steps = overlap_steps(most, found->steps, COMPARE_STEPS);
    if (found->k <= most) {
        found->n_steps = add_step(found->k, found->steps, found->n_steps, COMPARE_STEPS);
    }
    found->curve = mem_new(found->n_steps, sizeof *found->curve, "overlaps", status);
    return found->curve != NULL &&
           overlap_curve(found->curve, self->ranking, found->n, index, found->steps,
                         found->n_steps, progress, status);
}

/* The consensus by the ensemble's order where there is one, else by row. */
static bool sort_consensus(struct compare_query *self, uint32_t *rows,
                           const struct progress *progress)
{
    struct compare_answer *found = &self->found;
    const struct result *ensemble = run_ensemble(self->run);
    struct row_order order = {.key = ROW_KEY_ROW};
    if (ensemble != NULL && ensemble->ranking != NULL) {
        order = (struct row_order){
            .key = ROW_KEY_SCORE, .ranking = ensemble->ranking, .falling = true};
    }
    found->consensus =
        mem_new(found->n_consensus, sizeof *rows, "the consensus", &self->query.status);
    return found->consensus != NULL &&
           rows_sort(rows, found->n_consensus, &order, self->run->table, found->n_consensus,
                     found->consensus, progress, &self->query.status);
}

static bool find_consensus(struct compare_query *self, const struct progress *progress)
{
    struct compare_answer *found = &self->found;
    struct status *status = &self->query.status;
    struct head heads[OVERLAP_MAX];
    size_t d = self->run->table->profiles.d;
    for (size_t i = 0; i < found->n; i++) {
        if (!head_new(&heads[i], self->ranking[i], self->run->by_profile, found->k, status)) {
            return false;
        }
    }
    uint32_t *rows = heads_rows(heads, found->n, found->least, self->run->by_profile,
                                &found->n_consensus, status);
    found->consensus_mean = mem_zero(d, sizeof(double), "means", status);
    found->all_mean = mem_zero(d, sizeof(double), "means", status);
    bool good = rows != NULL && found->consensus_mean != NULL && found->all_mean != NULL;
    if (good) {
        rows_mean(self->run->table, rows, found->n_consensus, found->consensus_mean);
        table_mean(self->run->table, found->all_mean);
        good = sort_consensus(self, rows, progress);
    }
    free(rows);
    return good;
}

/* Of all detectors, or of the pair that was chosen. */
static void find_differences(struct compare_query *self)
{
    struct compare_answer *found = &self->found;
    const struct ranking *two[] = {self->ranking[self->a], self->ranking[self->b]};
    bool all = self->a == self->b;
    if (!disagreements(all ? self->ranking : two, all ? found->n : 2, self->run->by_profile,
                       self->run->table->row_profile, found->k, found->differ,
                       COMPARE_DISAGREEMENTS, &found->n_differ, &self->query.status)) {
        return;
    }
    for (size_t i = 0; !all && i < found->n_differ; i++) {
        struct disagreement *differ = &found->differ[i];
        differ->rare = (uint8_t)(differ->rare == 0 ? self->a : self->b);
        differ->ordinary = (uint8_t)(differ->ordinary == 0 ? self->a : self->b);
    }
}

static void work(struct query *query, const struct progress *progress)
{
    struct compare_query *self = (struct compare_query *)query;
    struct compare_answer *found = &self->found;
    if (!find_overlaps(self, progress) || !find_consensus(self, progress)) {
        return;
    }
    found->differ =
        mem_new(COMPARE_DISAGREEMENTS, sizeof *found->differ, "disagreements", &query->status);
    if (found->differ != NULL) {
        find_differences(self);
    }
}

static void free_query(struct query *query)
{
    struct compare_query *self = (struct compare_query *)query;
    compare_answer_clear(&self->found);
    free(self);
}

struct compare_query *compare_query_new(const struct app *app, const bool *chosen, size_t least,
                                        size_t pair)
{
    const struct session *session = app_session(app);
    struct compare_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (self == NULL) {
        return NULL;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = SLOT_COMPARE;
    self->run = session->run;
    struct compare_answer *found = &self->found;
    for (size_t i = 0; i < session_results(session) && found->n < OVERLAP_MAX; i++) {
        if (session->has_result[i] && chosen[i]) {
            self->ranking[found->n] = session->run->results[i].ranking;
            found->result[found->n++] = i;
        }
    }
    found->k = session->selected.k;
    found->pair = found->n > 2 && pair < compare_pairs(found) ? pair : 0; /* the last is all */
    if (found->pair > 0) {
        struct compare_pair asked = compare_pair(found, found->pair - 1);
        self->a = asked.a;
        self->b = asked.b;
    }
    found->least = least == 0 || least > found->n ? found->n : least;
    return self;
}
