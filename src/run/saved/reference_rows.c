#include "run/saved/reference_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/mem.h"
#include "run/saved/saved.h"
#include "run/saved/snapshot.h"
#include "run/saved/snapshot_params.h"
#include "run/saved/snapshot_table.h"
#include "table/profile_set.h"

/* A row of the new table by the numbers that the reference's table has for what it holds. */
struct wanted {
    uint32_t time, user, profile;
    uint32_t row;
    uint32_t taken; /* of the first of its content: how many were found */
};

struct finding {
    const struct run *run;
    struct table *table;         /* the reference's */
    uint32_t *time_of, *user_of; /* its numbers for the new table's; DICT_NONE: none */
    uint32_t *profile_of;
    bool *wanted_time; /* (its times) */
    size_t n;
    struct wanted *wanted; /* (n) by content, then row */
    size_t n_found;
    uint32_t *here, *there; /* (n) rows of either table */
};

static void finding_clear(struct finding *finding)
{
    table_free(finding->table);
    free(finding->time_of);
    free(finding->user_of);
    free(finding->profile_of);
    free(finding->wanted_time);
    free(finding->wanted);
    free(finding->here);
    free(finding->there);
}

static uint32_t *map_texts(const struct dict *from, const struct dict *to,
                           struct status *status)
{
    size_t n = dict_count(from);
    uint32_t *map = mem_new(n, sizeof *map, "rows of the reference", status);
    for (size_t i = 0; map != NULL && i < n; i++) {
        struct span text = dict_get(from, (uint32_t)i);
        map[i] = dict_find(to, text.bytes, text.length);
    }
    return map;
}

static uint32_t *map_profiles(const struct table *from, const struct table *to,
                              struct status *status)
{
    uint32_t *map = mem_new(from->profiles.n, sizeof *map, "rows of the reference", status);
    struct profile_set *set = map != NULL ? profile_set_new(to->profiles.d, status) : NULL;
    bool good = set != NULL;
    for (size_t p = 0; good && p < to->profiles.n; p++) {
        good = profile_set_add(set, table_profile(to, p), status) == p;
    }
    for (size_t p = 0; good && p < from->profiles.n; p++) {
        const double *values = table_profile(from, p);
        map[p] = profile_set_find(set, values, profile_set_hash(set, values));
    }
    profile_set_free(set);
    if (!good) {
        free(map);
        return NULL;
    }
    return map;
}

static int compare(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int by_content(const struct wanted *x, const struct wanted *y)
{
    int order = compare(x->time, y->time);
    order = order != 0 ? order : compare(x->user, y->user);
    return order != 0 ? order : compare(x->profile, y->profile);
}

static int by_content_and_row(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;
    int order = by_content(x, y);
    return order != 0 ? order : compare(x->row, y->row);
}

/* Whether a row may be the reference's: not behind its end, and it knows all its parts. */
static bool may_be(const struct finding *finding, size_t row, struct wanted *one)
{
    const struct table *here = finding->run->table;
    int64_t instant = table_instant(here, here->row_time[row]);
    *one = (struct wanted){.time = finding->time_of[here->row_time[row]],
                           .user = finding->user_of[here->row_user[row]],
                           .profile = finding->profile_of[here->row_profile[row]],
                           .row = (uint32_t)row};
    return instant != TABLE_NO_TIME && (double)instant <= finding->run->reference->end &&
           one->time != DICT_NONE && one->user != DICT_NONE && one->profile != DICT_NONE;
}

static bool want_rows(struct finding *finding, struct status *status)
{
    const char *what = "rows of the reference";
    struct wanted one;
    size_t most = 0;
    for (size_t row = 0; row < finding->run->table->n_rows; row++) {
        most += may_be(finding, row, &one);
    }
    finding->wanted = mem_new(most, sizeof *finding->wanted, what, status);
    finding->here = mem_new(most, sizeof *finding->here, what, status);
    finding->there = mem_new(most, sizeof *finding->there, what, status);
    finding->wanted_time =
        mem_zero(dict_count(finding->table->times), sizeof(bool), what, status);
    if (finding->wanted == NULL || finding->here == NULL || finding->there == NULL ||
        finding->wanted_time == NULL) {
        return false;
    }
    for (size_t row = 0; row < finding->run->table->n_rows; row++) {
        if (may_be(finding, row, &one)) {
            finding->wanted_time[one.time] = true;
            finding->wanted[finding->n++] = one;
        }
    }
    if (finding->n > 0) {
        qsort(finding->wanted, finding->n, sizeof *finding->wanted, by_content_and_row);
    }
    return true;
}

/* One row of the reference: the next of this content that waits for one. */
static void meet(struct finding *finding, const struct wanted *row)
{
    size_t low = 0, high = finding->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_content(&finding->wanted[middle], row) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == finding->n || by_content(&finding->wanted[low], row) != 0) {
        return;
    }
    size_t next = low + finding->wanted[low].taken;
    if (next < finding->n && by_content(&finding->wanted[next], row) == 0) {
        finding->wanted[low].taken++;
        finding->here[finding->n_found] = finding->wanted[next].row;
        finding->there[finding->n_found++] = row->row;
    }
}

static bool walk(struct finding *finding, const struct progress *progress,
                 struct status *status)
{
    enum { LOOK = 1 << 20 };
    const struct table *there = finding->table;
    for (size_t row = 0; row < there->n_rows; row++) {
        if (row % LOOK == 0 && progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        if (finding->wanted_time[there->row_time[row]]) {
            const struct wanted one = {.time = there->row_time[row],
                                       .user = there->row_user[row],
                                       .profile = there->row_profile[row],
                                       .row = (uint32_t)row};
            meet(finding, &one);
        }
    }
    return true;
}

/* ---- its scores ---- */

static bool take_scores(const struct finding *finding, struct archive_in *archive, size_t i,
                        struct status *status)
{
    struct run_reference *reference = finding->run->reference;
    char kind[16];
    size_t n;
    if (!snapshot_get_text(archive, "kind", kind, sizeof kind, status)) {
        return false;
    }
    if (strcmp(kind, "rows") != 0 || reference->same_score[i] != NULL) {
        return true;
    }
    float *score = archive_get_copy(archive, "scor", sizeof *score, &n, status);
    if (score == NULL || n != finding->table->n_rows) {
        free(score);
        return score == NULL ? false : snapshot_senseless(status);
    }
    float *same = mem_new(finding->n_found, sizeof *same, "scores of the reference", status);
    for (size_t k = 0; same != NULL && k < finding->n_found; k++) {
        same[k] = score[finding->there[k]];
    }
    free(score);
    reference->same_score[i] = same;
    return same != NULL;
}

static bool take_all_scores(const struct finding *finding, struct archive_in *archive,
                            struct status *status)
{
    char what[32], name[64];
    while (!archive_next_is(archive, "last")) {
        if (!snapshot_get_text(archive, "part", what, sizeof what, status) ||
            !snapshot_get_text(archive, "name", name, sizeof name, status)) {
            return false;
        }
        const struct result *found =
            strcmp(what, "result") == 0 ? run_result_find(finding->run, name) : NULL;
        if ((found != NULL &&
             !take_scores(finding, archive, (size_t)(found - finding->run->results), status)) ||
            !archive_skip_past(archive, "pend", status)) {
            return false;
        }
    }
    return true;
}

static bool find(struct finding *finding, struct archive_in *archive,
                 const struct progress *progress, struct status *status)
{
    const struct table *here = finding->run->table;
    if (!archive_skip_to(archive, "rows", status)) {
        return false;
    }
    finding->table = snapshot_get_table(archive, finding->run->parallel, status);
    if (finding->table == NULL) {
        return false;
    }
    const struct table *there = finding->table;
    if (there->profiles.d != here->profiles.d || there->times == NULL || there->users == NULL) {
        return snapshot_senseless(status);
    }
    finding->time_of = map_texts(here->times, there->times, status);
    finding->user_of = map_texts(here->users, there->users, status);
    finding->profile_of = map_profiles(here, there, status);
    return finding->time_of != NULL && finding->user_of != NULL &&
           finding->profile_of != NULL && want_rows(finding, status) &&
           walk(finding, progress, status) && archive_skip_to(archive, "part", status) &&
           take_all_scores(finding, archive, status) && archive_unchanged(archive, status);
}

bool reference_rows_find(struct run *run, const struct progress *progress,
                         struct status *status)
{
    struct finding finding = {.run = run};
    char *path = saved_run_named(run->reference->path, status);
    struct archive_in *archive = path != NULL ? snapshot_open(path, status) : NULL;
    bool good = archive != NULL && find(&finding, archive, progress, status);
    archive_close(archive);
    free(path);
    if (good) {
        run->reference->same = finding.here;
        run->reference->same_rows = finding.n_found;
        finding.here = NULL;
    }
    finding_clear(&finding);
    return good;
}
