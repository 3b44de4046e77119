#include "run/news.h"

#include <stdlib.h>

#include "base/mem.h"

bool news_find(const struct run *run, const struct result *result, double gap, size_t told,
               const uint64_t *hidden, struct episodes *episodes, struct status *status)
{
    const size_t n_rows = run->table->n_rows;
    struct episode_cut cut;
    size_t n = 0, most = n_rows > told ? n_rows - told : 0;
    uint32_t *rows = mem_new(most + 1, sizeof *rows, "new user-hours", status);
    *episodes = (struct episodes){0};
    bool good = rows != NULL && run_episode_cut(run, result, gap, &cut, status);
    for (size_t row = told; good && row < n_rows; row++) {
        bool hides = hidden != NULL && (hidden[row / 64] >> row % 64 & 1) != 0;
        if (!hides && result_score(result, run->table, row) > result->scores.threshold) {
            rows[n++] = (uint32_t)row;
        }
    }
    good = good && (n == 0 || episodes_with(&cut, rows, n, episodes, NULL, status));
    free(rows);
    return good;
}

enum news news_of(const struct episodes *episodes, size_t i, size_t told)
{
    const uint32_t *rows = episodes_rows(episodes, i);
    for (size_t k = 0; k < episodes->of[i].n; k++) {
        if (rows[k] < told) {
            return episodes->of[i].best >= told ? NEWS_ODDER : NEWS_NONE;
        }
    }
    return NEWS_NEW;
}
