#include "review/session/review_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "base/text.h"
#include "review/store/content.h"
#include "review/store/lineage.h"
#include "review/exchange/exchange.h"
#include "review/store/versions.h"

/* ---- filters ---- */

static void set_bit(uint64_t *rows, uint32_t row)
{
    rows[row / 64] |= (uint64_t)1 << (row % 64);
}

static const struct verdict_set *shared_set(const struct review_session *session)
{
    return session->verdicts != NULL ? session->verdicts->shared : NULL;
}

static bool mark_verdict(void *context, const char *value, uint64_t *rows,
                         struct status *status)
{
    const struct review_session *session = context;
    enum verdict wanted = verdict_parse(value); /* VERDICT_COUNT: disputed */
    const struct verdict_set *set = shared_set(session);
    (void)status;
    if (wanted == VERDICT_NONE && session->table != NULL) {
        for (size_t i = 0; i < session->table->n_rows; i++) {
            set_bit(rows, (uint32_t)i);
        }
    }
    for (size_t i = 0; set != NULL && i < set->n; i++) {
        const struct verdict_row *row = &set->rows[i];
        if (wanted == VERDICT_NONE && row->verdict != VERDICT_NONE) {
            rows[row->row / 64] &= ~((uint64_t)1 << (row->row % 64));
        } else if (wanted == VERDICT_COUNT ? row->disputed : row->verdict == wanted) {
            set_bit(rows, row->row);
        }
    }
    return true;
}

static bool mark_note(void *context, const char *value, uint64_t *rows, struct status *status)
{
    const struct review_session *session = context;
    const struct verdict_set *set = shared_set(session);
    (void)status;
    for (size_t i = 0; set != NULL && i < set->n; i++) {
        const struct verdict_row *row = &set->rows[i];
        if (row->note != NULL && (strcmp(value, "*") == 0 || text_contains(row->note, value))) {
            set_bit(rows, row->row);
        }
    }
    return true;
}

/* rule:hidden are the rows that rules hide; rule:any is for who wants to see all rows. */
static bool mark_rule(void *context, const char *value, uint64_t *rows, struct status *status)
{
    const struct review_session *session = context;
    const struct rule_hides *hides = session->hides;
    (void)status;
    if (strcmp(value, "any") == 0 && session->table != NULL) {
        for (size_t i = 0; i < session->table->n_rows; i++) {
            set_bit(rows, (uint32_t)i);
        }
    } else if (strcmp(value, "hidden") == 0 && hides != NULL && session->table != NULL &&
               hides->n_rows == session->table->n_rows) {
        memcpy(rows, hides->bits, (hides->n_rows + 63) / 64 * sizeof *rows);
    }
    return true;
}

/* new:yes are the user-hours that began after the last look. */
static bool mark_new(void *context, const char *value, uint64_t *rows, struct status *status)
{
    const struct review_session *session = context;
    const struct table *table = session->table;
    (void)value;
    (void)status;
    if (table == NULL || table->times == NULL || session->looked_ms == INT64_MIN) {
        return true;
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        int64_t instant = table_instant(table, table->row_time[row]);
        if (instant != TABLE_NO_TIME && instant > session->looked_ms / 1000) {
            set_bit(rows, (uint32_t)row);
        }
    }
    return true;
}

bool review_session_look(struct review_session *session, const char *reference, bool now,
                         struct status *status)
{
    struct status problem = {0};
    if (!store_look(session->store, store_reviewer(session->store), reference,
                    &session->looked_ms, &problem) &&
        problem.code != STATUS_OK) {
        return status_set(status, problem.code, "%s", problem.text);
    }
    return !now || store_look_now(session->store, reference, status);
}

void review_session_hooks(struct review_session *session)
{
    static const char *const yes[] = {"yes", NULL};
    session->looked_ms = INT64_MIN;
    session->hooks[3] = (struct filter_hook){"new", yes, mark_new, session};
    static const char *const of_rules[] = {"hidden", "any", NULL};
    session->hooks[2] = (struct filter_hook){"rule", of_rules, mark_rule, session};
    static const char *const words[] = {"tp",   "fp",       "undecided", "later",
                                        "none", "disputed", NULL};
    session->hooks[0] = (struct filter_hook){"verdict", words, mark_verdict, session};
    session->hooks[1] = (struct filter_hook){"note", NULL, mark_note, session};
}

/* ---- what counts ---- */

struct review_verdicts *review_verdicts_hold(struct review_verdicts *verdicts)
{
    atomic_fetch_add(&verdicts->holders, 1);
    return verdicts;
}

void review_verdicts_release(struct review_verdicts *verdicts)
{
    if (verdicts != NULL && atomic_fetch_sub(&verdicts->holders, 1) == 1) {
        verdict_set_free(verdicts->own);
        verdict_set_free(verdicts->shared);
        free(verdicts);
    }
}

static struct verdict_set *freeze_own(const struct review_session *session,
                                      struct status *status)
{
    const struct history *history = store_history(session->store);
    size_t reviewer = history_reviewer_find(history, store_reviewer(session->store));
    return reviewer == SIZE_MAX ? mem_zero(1, sizeof(struct verdict_set), "verdicts", status)
                                : verdict_set_new(history, reviewer, status);
}

bool review_session_renew(struct review_session *session, struct status *status)
{
    struct review_verdicts *verdicts = mem_zero(1, sizeof *verdicts, "verdicts", status);
    if (verdicts == NULL) {
        return false;
    }
    atomic_init(&verdicts->holders, 1);
    verdicts->own = freeze_own(session, status);
    verdicts->shared = verdict_set_new(store_history(session->store), HISTORY_EVERYONE, status);
    if (verdicts->own == NULL || verdicts->shared == NULL) {
        review_verdicts_release(verdicts);
        return false;
    }
    review_verdicts_release(session->verdicts);
    session->verdicts = verdicts;
    return true;
}

bool review_session_attach(struct review_session *session, const struct table *table,
                           struct status *status)
{
    const struct row_source source = content_source(table);
    struct review_dataset dataset;
    if (!content_dataset(table, &dataset, status)) {
        return false;
    }
    session->table = table;
    bool good = store_attach(session->store, &dataset, &source, status);
    content_dataset_free(&dataset);
    session->attached = true;
    truth_free(session->truth);
    session->truth = NULL;
    session->truth_failed = false;
    if (session->truth_path != NULL) {
        session->truth = truth_load(session->truth_path, table, NULL, good ? status : NULL);
        session->truth_failed = good && session->truth == NULL;
        good = good && session->truth != NULL;
    }
    return good;
}

static bool import_matched(struct review_session *session, const struct exchange *exchange,
                           size_t *added, size_t *lost, struct status *status)
{
    struct history *other = exchange_history(exchange, status);
    bool good = other != NULL &&
                versions_match(session->store, session->table, other, added, lost, status);
    history_free(other);
    return good;
}

bool review_session_import(struct review_session *session, const char *path, char *text,
                           size_t size, struct status *status)
{
    struct exchange exchange;
    struct store_imported done = {.added = 0};
    struct settled settled = {.moved = 0};
    size_t lost = 0;
    const struct review_dataset *dataset = store_dataset(session->store);
    if (!outfile_no_pipe(path, status) || !exchange_read(path, &exchange, status)) {
        return false;
    }
    bool same = strcmp(exchange.dataset.hash, dataset->hash) == 0, good;
    if (same) {
        const struct row_source source = content_source(session->table);
        good = exchange_keep(&exchange, &source,
                             strcmp(exchange.dataset.features, dataset->features) == 0,
                             &settled, status) &&
               store_import(session->store, exchange.entries, exchange.n, &done, status);
        lost = settled.lost;
    } else {
        good = import_matched(session, &exchange, &done.added, &lost, status);
    }
    size_t refused = done.refused + exchange.repeated;
    exchange_clear(&exchange);
    int at = snprintf(text, size, "%zu %s taken in%s, %zu left out", done.added,
                      done.added == 1 ? "entry" : "entries",
                      same ? "" : " by content, from another version of the file", lost);
    if (settled.moved > 0 && at > 0 && (size_t)at < size) {
        at += snprintf(text + at, size - (size_t)at, "; %zu found again at other row numbers",
                       settled.moved);
    }
    if (refused > 0 && at > 0 && (size_t)at < size) {
        snprintf(text + at, size - (size_t)at, "; %zu refused: another entry has %s uid",
                 refused, refused == 1 ? "its" : "their");
    }
    return good;
}

void review_session_clear(struct review_session *session)
{
    truth_free(session->truth);
    review_verdicts_release(session->verdicts);
    rule_hides_free(session->hides);
    session->hides = NULL;
}
