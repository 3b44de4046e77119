/* Precision@K, and recall, of episodes. */
#include "review/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static unsigned char verdict_of(const struct evaluation_data *data,
                                const struct episodes *episodes, size_t i)
{
    return (unsigned char)verdict_set_of_rows(data->verdicts, episodes_rows(episodes, i),
                                              episodes->of[i].n, NULL);
}

static bool fill(const struct evaluation_data *data, const struct episodes *episodes,
                 struct evaluation *e, struct status *status)
{
    double before = NAN;
    e->rows = mem_new(e->k, sizeof *e->rows, "an evaluation", status);
    e->verdict = mem_new(e->k, sizeof *e->verdict, "an evaluation", status);
    e->tie = mem_new(e->k, sizeof *e->tie, "an evaluation", status);
    e->reviewed = mem_new(e->k, sizeof *e->reviewed, "an evaluation", status);
    e->low = mem_new(e->k, sizeof *e->low, "an evaluation", status);
    e->high = mem_new(e->k, sizeof *e->high, "an evaluation", status);
    if (e->rows == NULL || e->verdict == NULL || e->tie == NULL || e->reviewed == NULL ||
        e->low == NULL || e->high == NULL) {
        return false;
    }
    for (size_t i = 0; i < e->k; i++) {
        bool same = i > 0 && episodes->of[i].score == before;
        before = episodes->of[i].score;
        e->rows[i] = episodes->of[i].best;
        e->verdict[i] = verdict_of(data, episodes, i);
        e->tie[i] = same ? e->tie[i - 1] : (uint32_t)i + 1;
    }
    e->list = (struct ranked_list){.n = e->k, .verdict = e->verdict, .tie = e->tie};
    for (size_t i = e->k; i < episodes->n; i++) { /* those that share the score of the last */
        tally_add(&e->list.beyond, (enum verdict)verdict_of(data, episodes, i));
    }
    e->at = precision_at(&e->list, e->k);
    precision_curve(&e->list, e->reviewed, e->low, e->high);
    return true;
}

bool evaluation_episodes(const struct evaluation_data *data, const struct episode_cut *cut,
                         size_t k, struct evaluation *e, struct episodes *head,
                         struct status *status)
{
    struct episodes episodes;
    if (!episodes_head(cut, k, true, &episodes, NULL, status)) {
        return false;
    }
    *e = (struct evaluation){.k = k < episodes.n ? k : episodes.n};
    bool good = fill(data, &episodes, e, status);
    size_t *first =
        good && head != NULL ? mem_new(e->k, sizeof *first, "episodes", status) : NULL;
    if (first != NULL) {
        for (size_t i = 0; i < e->k; i++) {
            first[i] = i;
        }
        good = episodes_pick(&episodes, first, e->k, status);
        *head = episodes;
    } else {
        good = good && head == NULL;
        episodes_clear(&episodes);
    }
    free(first);
    if (!good) {
        evaluation_clear(e);
    }
    return good;
}

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

bool evaluation_episode_truth(const struct episodes *head, const struct truth *truth,
                              struct episode_truth *result, struct status *status)
{
    bool *seen = mem_zero(dict_count(truth->incidents), sizeof *seen, "incidents", status);
    *result = (struct episode_truth){.episodes = head->n, .rows = head->n_rows};
    if (seen == NULL) {
        return false;
    }
    for (size_t i = 0; i < head->n; i++) {
        const uint32_t *rows = episodes_rows(head, i);
        size_t before = result->found;
        for (size_t k = 0; k < head->of[i].n; k++) {
            const uint32_t *found = truth_positive(truth, rows[k])
                                        ? bsearch(&rows[k], truth->positive, truth->n_positive,
                                                  sizeof rows[k], by_row)
                                        : NULL;
            if (found == NULL) {
                continue;
            }
            uint32_t of = truth->positive_mark[found - truth->positive];
            uint32_t incident = truth->marks[of].incident;
            result->found++;
            result->incidents += !seen[incident];
            seen[incident] = true;
        }
        result->positive += result->found > before;
    }
    free(seen);
    return true;
}
