#include "rank/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct row_set row_set_file(size_t n_rows)
{
    return (struct row_set){.kind = ROW_SET_FILE, .n = n_rows};
}

struct row_set row_set_ranked(const struct ranking *ranking, const struct row_index *index,
                              size_t from, size_t count)
{
    size_t all = ranking->scored_rows;
    size_t left = from >= 1 && from <= all ? all - (from - 1) : 0;
    return (struct row_set){.kind = ROW_SET_RANKED,
                            .n = count < left ? count : left,
                            .from = from,
                            .ranking = ranking,
                            .index = index};
}

struct row_set row_set_rising(const struct ranking *ranking, const struct row_index *index)
{
    struct row_set set = row_set_ranked(ranking, index, 1, ranking->scored_rows);
    set.rising = true;
    return set;
}

struct row_set row_set_list(uint32_t *take_rows, size_t n)
{
    return (struct row_set){.kind = ROW_SET_LIST, .n = n, .rows = take_rows};
}

bool row_set_copy(const struct row_set *set, struct row_set *copy, struct status *status)
{
    *copy = *set;
    if (set->kind == ROW_SET_LIST) {
        copy->rows = mem_new(set->n, sizeof *copy->rows, "a list of user-hours", status);
        if (copy->rows == NULL) {
            row_set_clear(copy);
            return false;
        }
        if (set->n > 0) {
            memcpy(copy->rows, set->rows, set->n * sizeof *copy->rows);
        }
    }
    return true;
}

void row_set_clear(struct row_set *set)
{
    free(set->rows);
    memset(set, 0, sizeof *set);
}

size_t row_set_get(const struct row_set *set, size_t at, size_t count, uint32_t *rows,
                   struct status *status)
{
    if (at >= set->n) {
        return 0;
    }
    count = count < set->n - at ? count : set->n - at;
    switch (set->kind) {
    case ROW_SET_RANKED:
        if (set->rising) {
            return ranking_rows_rising(set->ranking, set->index, at + 1, count, rows, status);
        }
        return ranking_rows(set->ranking, set->index, set->from + at, count, rows, status);
    case ROW_SET_LIST: memcpy(rows, set->rows + at, count * sizeof *rows); return count;
    default:
        for (size_t i = 0; i < count; i++) {
            rows[i] = (uint32_t)(set->from + at + i);
        }
        return count;
    }
}

/* From `near` outwards: the row that a cursor stands on is seldom far away. */
static size_t find_in_list(const struct row_set *set, uint32_t row, size_t near)
{
    size_t up = near < set->n ? near : set->n, down = up;
    while (up > 0 || down < set->n) {
        if (down < set->n && set->rows[down] == row) {
            return down;
        }
        down += down < set->n;
        if (up > 0 && set->rows[--up] == row) {
            return up;
        }
    }
    return SIZE_MAX;
}

size_t row_set_find(const struct row_set *set, const uint32_t *row_profile, uint32_t row,
                    size_t near)
{
    size_t at;
    switch (set->kind) {
    case ROW_SET_RANKED:
        at = set->rising ? ranking_rising_rank_of(set->ranking, set->index, row_profile, row)
                         : ranking_rank_of(set->ranking, set->index, row_profile, row);
        return at >= set->from && at - set->from < set->n && at > 0 ? at - set->from : SIZE_MAX;
    case ROW_SET_LIST: return find_in_list(set, row, near);
    default: return row >= set->from && row - set->from < set->n ? row - set->from : SIZE_MAX;
    }
}
