#include "review/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static enum verdict verdict_of(const struct verdict_set *verdicts, uint32_t row)
{
    const struct verdict_row *found = verdict_set_find(verdicts, row);
    return found != NULL ? (enum verdict)found->verdict : VERDICT_NONE;
}

void evaluation_clear(struct evaluation *e)
{
    free(e->rows);
    free(e->verdict);
    free(e->tie);
    free(e->reviewed);
    free(e->low);
    free(e->high);
    *e = (struct evaluation){0};
}

/* Rows after the list that share the score of its last: ties are in order of row_id, so these
 * are the rows of that block with a larger one. */
static struct tally beyond(const struct evaluation_data *data, const struct ranking *ranking,
                           const struct evaluation *e)
{
    struct tally tally = {0};
    const uint32_t *row_profile = data->table->row_profile;
    uint32_t last = e->rows[e->k - 1];
    double score = ranking_row_score(ranking, row_profile, last);
    struct tie_block block = ranking_ties(ranking, ranking_id(ranking, row_profile, last));
    size_t rows = block.best_rank - 1 + block.rows - e->k, judged = 0;
    for (size_t i = 0; data->verdicts != NULL && i < data->verdicts->n; i++) {
        const struct verdict_row *row = &data->verdicts->rows[i];
        if (row->row > last && verdict_judges((enum verdict)row->verdict) &&
            ranking_row_score(ranking, row_profile, row->row) == score) {
            tally_add(&tally, (enum verdict)row->verdict);
            judged++;
        }
    }
    tally.unreviewed = rows - judged;
    return tally;
}

static bool units(const struct evaluation_data *data, struct evaluation *e,
                  struct status *status)
{
    const struct table *table = data->table;
    uint64_t *unit = mem_new(e->k, sizeof *unit, "units", status);
    bool good = unit != NULL;
    e->by_user = table->row_user != NULL;
    e->by_day = e->by_user && table->row_time != NULL;
    for (size_t i = 0; good && e->by_user && i < e->k; i++) {
        unit[i] = table->row_user[e->rows[i]];
    }
    good = good && (!e->by_user || precision_units(&e->list, unit, e->k, &e->users, status));
    for (size_t i = 0; good && e->by_day && i < e->k; i++) {
        int64_t day;
        int hour;
        /* Rows without a readable time are one more day of their user. */
        bool known = table_row_when(table, e->rows[i], &day, &hour);
        unit[i] |= (uint64_t)(uint32_t)(known ? day + 1 : 0) << 32;
    }
    good = good && (!e->by_day || precision_units(&e->list, unit, e->k, &e->user_days, status));
    free(unit);
    return good;
}

bool evaluation_new(const struct evaluation_data *data, const struct ranking *ranking, size_t k,
                    struct evaluation *e, struct status *status)
{
    *e = (struct evaluation){.k = k < ranking->scored_rows ? k : ranking->scored_rows};
    e->rows = mem_new(e->k, sizeof *e->rows, "an evaluation", status);
    e->verdict = mem_new(e->k, sizeof *e->verdict, "an evaluation", status);
    e->tie = mem_new(e->k, sizeof *e->tie, "an evaluation", status);
    e->reviewed = mem_new(e->k, sizeof *e->reviewed, "an evaluation", status);
    e->low = mem_new(e->k, sizeof *e->low, "an evaluation", status);
    e->high = mem_new(e->k, sizeof *e->high, "an evaluation", status);
    if (e->rows == NULL || e->verdict == NULL || e->tie == NULL || e->reviewed == NULL ||
        e->low == NULL || e->high == NULL ||
        ranking_rows(ranking, data->index, 1, e->k, e->rows, status) != e->k) {
        evaluation_clear(e);
        return false;
    }
    double before = NAN;
    for (size_t i = 0; i < e->k; i++) {
        double score = ranking_row_score(ranking, data->table->row_profile, e->rows[i]);
        bool same = i > 0 && score == before;
        before = score;
        e->verdict[i] = (unsigned char)verdict_of(data->verdicts, e->rows[i]);
        e->tie[i] = same ? e->tie[i - 1] : (uint32_t)i + 1;
    }
    e->list = (struct ranked_list){.n = e->k, .verdict = e->verdict, .tie = e->tie};
    if (e->k > 0) {
        e->list.beyond = beyond(data, ranking, e);
    }
    e->at = precision_at(&e->list, e->k);
    precision_curve(&e->list, e->reviewed, e->low, e->high);
    if (!units(data, e, status)) {
        evaluation_clear(e);
        return false;
    }
    return true;
}

bool evaluation_compare(const struct evaluation *a, const struct evaluation *b,
                        struct comparison *comparison, struct status *status)
{
    size_t k = a->k < b->k ? a->k : b->k;
    return precision_compare(a->rows, a->verdict, b->rows, b->verdict, k, comparison, status);
}

void evaluation_strata(const struct queue *queue, const struct verdict_set *verdicts,
                       struct stratum *strata)
{
    size_t first = 0;
    for (size_t i = 0; i < queue->spec.n_strata; i++) {
        size_t last = queue->spec.strata[i].last < queue->slots ? queue->spec.strata[i].last
                                                                : queue->slots;
        strata[i] = (struct stratum){.rows = last > first ? last - first : 0};
        first = last > first ? last : first;
    }
    for (size_t i = 0; i < queue->n; i++) {
        const struct queue_item *item = &queue->items[i];
        if (item->role == ROLE_LIST && item->stratum < queue->spec.n_strata) {
            size_t n;
            const uint32_t *rows = queue_rows(queue, item, &n);
            tally_add(&strata[item->stratum].sample,
                      verdict_set_of_rows(verdicts, rows, n, NULL));
        }
    }
}

struct tally evaluation_controls(const struct history *history, const char *label,
                                 const struct verdict_set *verdicts)
{
    struct tally tally = {0};
    size_t n, last = SIZE_MAX; /* by row: the last one counted */
    const struct judgement *list = history_judgements(history, &n);
    for (size_t i = 0; i < n; i++) {
        const struct entry *entry = list[i].verdict;
        if (entry != NULL && entry->role == ROLE_CONTROL && entry->queue != NULL &&
            strcmp(entry->queue, label) == 0 && list[i].row != last) {
            last = list[i].row;
            tally_add(&tally, verdict_of(verdicts, list[i].row));
        }
    }
    return tally;
}

bool evaluation_effort(const struct history *history, size_t reviewer, struct effort *effort,
                       struct status *status)
{
    size_t n = history_count(history);
    double *seconds = mem_new(n, sizeof *seconds, "times", status), sum = 0;
    const char *name =
        reviewer != HISTORY_EVERYONE ? history_reviewer(history, reviewer) : NULL;
    *effort = (struct effort){0};
    if (seconds == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const struct entry *entry = history_entry(history, i);
        if (entry->kind != ENTRY_VERDICT ||
            (name != NULL && strcmp(name, entry->reviewer) != 0)) {
            continue;
        }
        effort->verdicts++;
        effort->blind += entry->blind;
        if (isfinite(entry->seconds) && entry->seconds >= 0) {
            seconds[effort->timed++] = entry->seconds;
            sum += entry->seconds;
        }
    }
    effort->hours = sum / 3600;
    effort->pace = review_pace(seconds, effort->timed);
    free(seconds);
    return true;
}

static int by_value(const void *a, const void *b)
{
    uint32_t one, two;
    memcpy(&one, a, sizeof one);
    memcpy(&two, b, sizeof two);
    return (one > two) - (one < two);
}

bool evaluation_left(const struct evaluation_data *data, const struct evaluated *lists,
                     size_t n_lists, size_t k, size_t *distinct, size_t *left,
                     struct status *status)
{
    size_t n = 0;
    k = k < data->table->n_rows ? k : data->table->n_rows;
    uint32_t *rows = mem_new(n_lists * k, sizeof *rows, "rows of a review", status);
    bool good = rows != NULL;
    for (size_t i = 0; good && i < n_lists; i++) {
        size_t scored = lists[i].ranking->scored_rows, want = k < scored ? k : scored;
        good = ranking_rows(lists[i].ranking, data->index, 1, want, rows + n, status) == want;
        n += want;
    }
    *distinct = *left = 0;
    if (good) {
        qsort(rows, n, sizeof *rows, by_value);
    }
    for (size_t i = 0; good && i < n; i++) {
        if (i == 0 || rows[i] != rows[i - 1]) {
            ++*distinct;
            *left += !verdict_judges(verdict_of(data->verdicts, rows[i]));
        }
    }
    free(rows);
    return good;
}
