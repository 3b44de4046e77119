#include "run/saved/extension.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "review/store/content.h"
#include "review/store/lineage.h"
#include "review/store/store.h"
#include "run/saved/saved.h"
#include "run/saved/snapshot.h"
#include "run/saved/snapshot_params.h"
#include "run/saved/snapshot_table.h"
#include "table/table_append.h"

/* ---- the table ---- */

static struct table *load_table(const struct run *run, struct status *status)
{
    char *path = saved_run_named(run->params.extend, status);
    struct archive_in *archive = path != NULL ? snapshot_open(path, status) : NULL;
    struct table *table = NULL;
    if (archive != NULL && archive_skip_to(archive, "rows", status)) {
        table = snapshot_get_table(archive, run->parallel, status);
    }
    if (table != NULL && !archive_unchanged(archive, status)) {
        table_free(table);
        table = NULL;
    }
    archive_close(archive);
    free(path);
    return table;
}

static bool join_tables(struct run *run, struct status *status)
{
    struct run_extension *extension = run->extension;
    const struct run_reference *reference = run->reference;
    struct table *more = run->table;
    uint8_t *leave = NULL;
    if (reference->same_rows > 0) {
        leave = mem_zero(more->n_rows, 1, "rows of both tables", status);
        if (leave == NULL) {
            return false;
        }
        for (size_t i = 0; i < reference->same_rows; i++) {
            leave[reference->same[i]] = 1;
        }
    }
    struct table *whole = load_table(run, status);
    bool good = whole != NULL;
    if (good) {
        extension->rows = whole->n_rows;
        memcpy(extension->hash, whole->report.hash, sizeof extension->hash);
        memcpy(extension->added_hash, more->report.hash, sizeof extension->added_hash);
        good = table_append(whole, more, leave, status);
    }
    free(leave);
    if (!good) {
        table_free(whole);
        return false;
    }
    extension->repeated = reference->same_rows;
    extension->added = whole->n_rows - extension->rows;
    table_free(more);
    run->table = whole;
    return true;
}

/* Accounts of the whole; those that the run knew are what it took them for, unless there is a
 * list. */
static bool join_accounts(struct run *run, const struct progress *progress,
                          struct status *status)
{
    accounts_free(run->accounts);
    run->accounts = NULL;
    if (!run_find_accounts(run, run->params.accounts, progress, status)) {
        return false;
    }
    const struct past *past = run->reference->past;
    if (past == NULL || run->accounts == NULL || run->params.accounts != NULL) {
        return true;
    }
    for (size_t user = 0; user < dict_count(run->table->users); user++) {
        struct past_known known = past_find(past, dict_get(run->table->users, (uint32_t)user));
        if (known.known) {
            run->accounts->kind[user] = (uint8_t)known.kind;
        }
    }
    return true;
}

/* Shares are among the rows of the new run from now on. */
static void let_go(struct run *run)
{
    for (size_t i = 0; i < run->n_results; i++) {
        struct result *result = &run->results[i];
        reference_free(result->reference);
        result->reference = NULL;
        if (!run->extension->kept) {
            model_free(result->model);
            result->model = NULL;
        }
    }
    if (!run->extension->kept) {
        scaler_free(run->scaler);
        run->scaler = NULL;
    }
    run_reference_free(run->reference);
    run->reference = NULL;
    events_index_free(run->log_index);
    run->log_index = NULL;
}

/* ---- what was judged ---- */

static bool mark_judged(struct run *run, struct store *store, struct status *status)
{
    struct run_extension *extension = run->extension;
    struct verdict_set *set = verdict_set_new(store_history(store), HISTORY_EVERYONE, status);
    bool good = set != NULL;
    for (size_t i = 0; good && i < set->n; i++) {
        if (set->rows[i].verdict != VERDICT_TP || set->rows[i].row >= run->table->n_rows) {
            continue;
        }
        if (extension->untaught == NULL) {
            extension->untaught =
                mem_zero(run->table->n_rows, 1, "rows that do not teach", status);
            good = extension->untaught != NULL;
        }
        if (good) {
            extension->untaught[set->rows[i].row] = 1;
            extension->n_untaught++;
        }
    }
    verdict_set_free(set);
    return good;
}

/* The new table grows from both, so that what was judged there stands here. */
static bool inherit(struct run *run, struct store *store, struct status *status)
{
    const struct row_source source = content_source(run->table);
    const struct run_extension *extension = run->extension;
    struct review_dataset dataset;
    bool changed;
    if (!content_dataset(run->table, &dataset, status)) {
        return false;
    }
    bool good = store_attach(store, &dataset, &source, status) &&
                store_lineage_add(store, extension->hash, LINEAGE_REFERENCE, status) &&
                (strcmp(extension->hash, extension->added_hash) == 0 ||
                 store_lineage_add(store, extension->added_hash, LINEAGE_REFERENCE, status)) &&
                store_poll(store, &changed, status) && mark_judged(run, store, status);
    content_dataset_free(&dataset);
    return good;
}

static bool find_judged(struct run *run, struct status *status)
{
    const struct store_options options = {.path = run->params.reviews};
    struct store *store = store_new(&options, status);
    if (store == NULL) {
        return false;
    }
    bool good = true;
    if (access(store_path(store), F_OK) == 0) {
        good = inherit(run, store, status);
    } else if (run->params.reviews != NULL) {
        good = status_set(status, STATUS_INPUT, "--reviews: there is no review %.300s",
                          run->params.reviews);
    }
    store_free(store, NULL);
    return good;
}

bool extension_join(struct run *run, const struct progress *progress, struct status *status)
{
    const char *path = run->params.extend;
    run->extension = mem_zero(1, sizeof *run->extension, "an extended run", status);
    if (run->extension == NULL ||
        (run->extension->path = mem_text(path, strlen(path), status)) == NULL) {
        return false;
    }
    run->extension->kept = run->params.keep_models;
    if (!join_tables(run, status) || !join_accounts(run, progress, status)) {
        return false;
    }
    let_go(run);
    return find_judged(run, status);
}

/* ---- in a saved run ---- */

enum { COUNTS = 4 };

void extension_put(struct archive_out *archive, const struct run_extension *extension,
                   size_t n_rows)
{
    const uint64_t counts[COUNTS] = {extension->rows, extension->added, extension->repeated,
                                     extension->kept};
    archive_put_text(archive, "EXhs", extension->hash);
    archive_put_text(archive, "EXah", extension->added_hash);
    archive_put(archive, "EXct", counts, sizeof *counts, COUNTS);
    archive_put_count(archive, "EXun", extension->n_untaught);
    for (size_t row = 0; extension->untaught != NULL && row < n_rows; row++) {
        if (extension->untaught[row] != 0) {
            archive_put_count(archive, "EXro", row);
        }
    }
}

static bool get_untaught(struct archive_in *archive, struct run_extension *extension,
                         size_t n_rows, struct status *status)
{
    uint64_t n, row;
    if (!archive_get_count(archive, "EXun", &n, status)) {
        return false;
    }
    if (n == 0) {
        return true;
    }
    extension->untaught = mem_zero(n_rows, 1, "rows that do not teach", status);
    for (; extension->untaught != NULL && extension->n_untaught < n; extension->n_untaught++) {
        if (!archive_get_count(archive, "EXro", &row, status)) {
            return false;
        }
        if (row >= n_rows) {
            return snapshot_senseless(status);
        }
        extension->untaught[row] = 1;
    }
    return extension->untaught != NULL;
}

bool extension_get(struct archive_in *archive, struct run *run, const char *name,
                   struct status *status)
{
    uint64_t counts[COUNTS];
    if (run->extension != NULL) {
        return snapshot_senseless(status);
    }
    struct run_extension *extension = mem_zero(1, sizeof *extension, "an extended run", status);
    run->extension = extension;
    if (extension == NULL || (extension->path = mem_text(name, strlen(name), status)) == NULL ||
        !snapshot_get_text(archive, "EXhs", extension->hash, sizeof extension->hash, status) ||
        !snapshot_get_text(archive, "EXah", extension->added_hash, sizeof extension->added_hash,
                           status) ||
        !archive_get_into(archive, "EXct", counts, sizeof *counts, COUNTS, status)) {
        return false;
    }
    extension->rows = counts[0];
    extension->added = counts[1];
    extension->repeated = counts[2];
    extension->kept = counts[3] != 0;
    return get_untaught(archive, extension, run->table->n_rows, status);
}
