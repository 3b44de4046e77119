/* Memory that runs out at every single allocation of a review: nothing crashes, nothing leaks,
 * what was said to be saved is saved. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "review/store/content.h"
#include "review/store/lineage.h"
#include "review/store/rules.h"
#include "review/exchange/exchange.h"
#include "review/report/report.h"
#include "review/session/review_session.h"
#include "review/store/versions.h"
#include "unit/fixture.h"
#include "unit/oom.h"
#include "unit/test.h"

enum { ROWS = 60 };

struct world {
    struct table *table;
    struct row_index *index;
    double *score;
    struct ranking *ranking;
    char path[64];
};

static int make_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->table = fixture_user_hours(ROWS, 5, 3, 1);
    w->index = fixture_index(w->table);
    w->score = fixture_scores(w->table->profiles.n, 6, 0, 2);
    w->ranking = ranking_new(w->score, &w->table->profiles, NULL, NULL);
    /* In memory when there is such a place: hundreds of files are synced here. */
    snprintf(w->path, sizeof w->path, "%s/oddhours-oom-%ld.db",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
    *state = w;
    return 0;
}

static int free_world(void **state)
{
    struct world *w = *state;
    unlink(w->path);
    ranking_free(w->ranking);
    free(w->score);
    row_index_free(w->index);
    table_free(w->table);
    free(w);
    return 0;
}

/* Calls `work` with the n-th allocation failing, for every n, until none fails. */
static void at_every_allocation(struct world *w,
                                bool (*work)(struct world *, bool *failed, struct status *))
{
    unsigned long n = 0;
    for (bool failed = true; failed; n++) {
        struct status status = {0};
        long before = oom_live();
        oom_arm(n, false);
        bool good = work(w, &failed, &status); /* which disarms */
        if (oom_live() != before) {
            fail_msg("allocation %lu: %ld blocks are left", n, oom_live() - before);
        }
        if (!failed && !good) {
            fail_msg("without a failure: %s", status.text);
        }
    }
    print_message("# %lu allocations\n", n);
    assert_true(n > 5);
}

static struct history *history_of(struct world *w, struct status *status)
{
    struct history *history = history_new(status);
    const struct row_source source = content_source(w->table);
    for (uint32_t row = 0; history != NULL && row < 8; row++) {
        struct entry *entry = entry_new(1, status);
        bool good = entry != NULL;
        if (good) {
            entry->kind = row % 3 == 2 ? ENTRY_NOTE : ENTRY_VERDICT;
            entry->verdict = row % 3 == 2 ? VERDICT_NONE : VERDICT_TP;
            entry->reviewer = text_utf8("ana", 3, status);
            entry->note = row % 3 == 2 ? text_utf8("seen", 4, status) : NULL;
            entry->queue = text_utf8("top iforest k=5 seed=1 controls=3", 33, status);
            entry->seconds = 3;
            entry->rows[0].row = row;
            good = entry_identify(entry, status) && entry->reviewer != NULL &&
                   entry->queue != NULL && (row % 3 != 2 || entry->note != NULL) &&
                   source.describe(w->table, row, &entry->rows[0], status);
        }
        if (!good) {
            entry_free(entry);
        }
        if (!good || !history_add(history, &entry, 1, status)) {
            history_free(history);
            return NULL;
        }
    }
    return history;
}

static bool work_truth(struct world *w, bool *failed, struct status *status)
{
    static const char list[] =
        "row_id,kind,incident\n1,a,x\n2,b,\"y\n\"\n2,b,\"y\n\"\n99,c,z\n";
    struct truth *truth = truth_parse(list, sizeof list - 1, w->table, status);
    struct alerts alerts;
    bool good =
        truth != NULL && metrics_alerts(w->ranking, w->table, truth, NULL, &alerts, status);
    truth_free(truth);
    *failed = oom_disarm();
    return good;
}

static bool work_report(struct world *w, bool *failed, struct status *status)
{
    static const char list[] = "row_id\n1\n2\n";
    struct history *history = history_of(w, status);
    struct verdict_set *set =
        history != NULL ? verdict_set_new(history, HISTORY_EVERYONE, status) : NULL;
    struct truth *truth =
        set != NULL ? truth_parse(list, sizeof list - 1, w->table, status) : NULL;
    const struct evaluated lists[2] = {{"iforest", "Forest", w->ranking, 0.5},
                                       {"lof", "LOF", w->ranking, 0.5}};
    struct report *report = NULL;
    if (truth != NULL) {
        const struct report_input input = {.data = {w->table, w->index, set},
                                           .lists = lists,
                                           .n_lists = 2,
                                           .by_episode = true,
                                           .gap = 2,
                                           .k = 10,
                                           .history = history,
                                           .reviewer = HISTORY_EVERYONE,
                                           .truth = truth};
        report = report_new(&input, status);
    }
    bool good = report != NULL;
    report_free(report);
    truth_free(truth);
    verdict_set_free(set);
    history_free(history);
    *failed = oom_disarm();
    return good;
}

static bool work_exchange(struct world *w, bool *failed, struct status *status)
{
    char path[80];
    struct history *history = history_of(w, status), *again = NULL;
    struct review_dataset dataset = {0};
    struct exchange exchange;
    bool good = history != NULL && content_dataset(w->table, &dataset, status);
    for (int i = 0; good && i < 2; i++) {
        snprintf(path, sizeof path, "%s%s", w->path, i == 0 ? ".json" : ".csv");
        good =
            exchange_write(history, &dataset, false, exchange_format_of(path), path, status) &&
            exchange_read(path, &exchange, status);
        if (good) {
            again = exchange_history(&exchange, status);
            struct matched matched = {0};
            good = again != NULL && content_match(w->table, again, &matched, status);
            matched_free(&matched);
            history_free(again);
            exchange_clear(&exchange);
        }
        unlink(path);
    }
    content_dataset_free(&dataset);
    history_free(history);
    *failed = oom_disarm();
    return good;
}

/* What a call said to be saved is there. (The file's mapping of memory is SQLite's own.) */
static void look(struct world *w, const struct review_dataset *dataset, const bool *said)
{
    const struct store_options options = {.path = w->path, .reviewer = "ana"};
    const struct row_source source = content_source(w->table);
    struct store *store = store_new(&options, NULL);
    assert_non_null(store);
    assert_true(store_attach(store, dataset, &source, NULL));
    for (uint32_t row = 0; row < 6; row++) {
        enum verdict verdict =
            history_verdict(store_history(store), row, HISTORY_EVERYONE, NULL);
        assert_true(!said[row] || row == 5 || verdict == VERDICT_TP);
    }
    assert_true(store_free(store, NULL));
}

/* Rules and lineage beside the entries. */
static bool work_rules(struct store *store, struct status *status)
{
    const struct rule_words words = {
        .filter = "user:backup", .reason = "nightly", .highest = 3};
    char uid[ENTRY_UID];
    struct rule *rules = NULL;
    struct lineage *list = NULL;
    size_t n = 0, n_list = 0;
    int64_t at;
    bool good = store_rule_add(store, &words, uid, status) &&
                store_rule_hid(store, uid, "run", 3, status) &&
                store_rule_end(store, uid, "gone", status) &&
                store_rules(store, &rules, &n, status);
    assert_true(!good || (n >= 1 && rules[n - 1].ended));
    store_rules_free(rules, n);
    good = good && store_lineage_add(store, "parent", LINEAGE_LOG, status) &&
           store_lineage(store, &list, &n_list, status) &&
           store_look_now(store, "parent", status) &&
           store_look(store, "ana", "parent", &at, status);
    store_lineage_free(list, n_list);
    return good;
}

static bool work_store(struct world *w, bool *failed, struct status *status)
{
    const struct store_options options = {.path = w->path, .reviewer = "ana"};
    const struct row_source source = content_source(w->table);
    const struct verdict_context context = {
        .seconds = 1, .detector = "iforest", .queue = "top"};
    struct review_dataset dataset;
    bool said[6] = {false};
    unlink(w->path);
    struct store *store = store_new(&options, status);
    if (store == NULL || !content_dataset(w->table, &dataset, status)) {
        *failed = oom_disarm();
        store_free(store, NULL);
        return false;
    }
    bool good = store_attach(store, &dataset, &source, status);
    const struct entry *done;
    for (uint32_t row = 0; row < 6; row++) {
        said[row] = store_verdict(store, &row, 1, VERDICT_TP, &context, status);
        good = said[row] && good;
    }
    good = store_note(store, 1, "odd", &context, status) && good;
    good = store_reason(store, 0, "backup", status) && good;
    const struct entry *gone;
    good = store_undo(store, &gone, status) && good;
    good = work_rules(store, status) && good;
    good = store_undo(store, &done, status) && good;
    good = store_redo(store, &done, status) && good;
    good = store_poll(store, NULL, status) && good;
    good = store_free(store, status) && good;
    *failed = oom_disarm();
    look(w, &dataset, said);
    content_dataset_free(&dataset);
    return good;
}

/* A store with six verdicts on other bytes of the same file. */
static void make_older(struct world *w, const char *path)
{
    const struct store_options options = {.path = path, .reviewer = "ana"};
    const struct row_source source = content_source(w->table);
    struct review_dataset dataset;
    assert_true(content_dataset(w->table, &dataset, NULL));
    free(dataset.hash); /* of a table that was never read: empty */
    dataset.hash = mem_text("other", 5, NULL);
    unlink(path);
    struct store *store = store_new(&options, NULL);
    assert_true(store_attach(store, &dataset, &source, NULL));
    for (uint32_t row = 0; row < 6; row++) {
        const struct verdict_context context = {.seconds = 1};
        assert_true(store_verdict(store, &row, 1, VERDICT_TP, &context, NULL));
    }
    assert_true(store_free(store, NULL));
    content_dataset_free(&dataset);
}

static void copy_file(const char *from, const char *to)
{
    static char bytes[1 << 20];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t n = read(in, bytes, sizeof bytes);
    assert_true(n > 0 && n < (ssize_t)sizeof bytes);
    assert_int_equal(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
}

/* How many of the six are in the file by now. */
static size_t taken_over(struct world *w, const struct review_dataset *dataset)
{
    const struct store_options options = {.path = w->path, .reviewer = "ana"};
    const struct row_source source = content_source(w->table);
    struct store *store = store_new(&options, NULL);
    assert_true(store_attach(store, dataset, &source, NULL));
    size_t n = history_count(store_history(store));
    assert_true(store_free(store, NULL));
    return n;
}

static bool work_versions(struct world *w, bool *failed, struct status *status)
{
    char older[80];
    const struct store_options options = {.path = w->path, .reviewer = "ben"};
    const struct row_source source = content_source(w->table);
    struct review_dataset dataset = {0};
    struct versions versions;
    size_t added = 0, lost = 0;
    snprintf(older, sizeof older, "%s.older", w->path);
    copy_file(older, w->path);
    struct store *store = store_new(&options, status);
    bool good = store != NULL && content_dataset(w->table, &dataset, status) &&
                store_attach(store, &dataset, &source, status),
         matched = false;
    if (good && (good = versions_load(store, &versions, status))) {
        assert_int_equal(versions_pending(&versions), 6); /* never half a list */
        good = matched =
            versions_match(store, w->table, versions.list[0].history, &added, &lost, status);
        versions_free(&versions);
    }
    *failed = oom_disarm();
    store_free(store, NULL);
    if (dataset.hash != NULL && dataset.name != NULL && dataset.features != NULL) {
        size_t n = taken_over(w, &dataset);
        assert_true(n == 6 || (n == 0 && !matched)); /* all of them or none */
        assert_true(!matched || (added == 6 && lost == 0));
    }
    content_dataset_free(&dataset);
    return good;
}

/* A renewal beside a reader that holds the verdicts of before: they stay as they were, and the
 * session keeps them when there is no memory for new ones. */
static bool work_session(struct world *w, bool *failed, struct status *status)
{
    const struct store_options options = {.path = w->path, .reviewer = "ana"};
    const struct verdict_context context = {.seconds = 1};
    const uint32_t rows[] = {2, 4};
    unlink(w->path);
    struct review_session session = {.store = store_new(&options, status)};
    bool good = session.store != NULL && review_session_attach(&session, w->table, status) &&
                store_verdict(session.store, &rows[0], 1, VERDICT_TP, &context, status) &&
                review_session_renew(&session, status);
    if (good) {
        struct review_verdicts *held = review_verdicts_hold(session.verdicts);
        good = store_verdict(session.store, &rows[1], 1, VERDICT_FP, &context, status) &&
               review_session_renew(&session, status);
        assert_true(good ? session.verdicts != held : session.verdicts == held);
        assert_int_equal(held->own->n, 1);
        assert_int_equal(held->shared->n, 1);
        assert_int_equal(session.verdicts->own->n, good ? 2 : 1);
        review_verdicts_release(held);
    }
    *failed = oom_disarm();
    store_free(session.store, NULL);
    review_session_clear(&session);
    return good;
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, free_world)

static void truth_and_alerts(void **state)
{
    at_every_allocation(*state, work_truth);
}

static void reports(void **state)
{
    at_every_allocation(*state, work_report);
}

static void exports_and_imports(void **state)
{
    at_every_allocation(*state, work_exchange);
}

static void stores(void **state)
{
    at_every_allocation(*state, work_store);
}

static void a_session(void **state)
{
    at_every_allocation(*state, work_session);
}

static void verdicts_of_another_version(void **state)
{
    struct world *w = *state;
    char older[80];
    snprintf(older, sizeof older, "%s.older", w->path);
    make_older(w, older);
    at_every_allocation(w, work_versions);
    unlink(older);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(truth_and_alerts), IN_WORLD(reports),   IN_WORLD(exports_and_imports),
        IN_WORLD(stores),           IN_WORLD(a_session), IN_WORLD(verdicts_of_another_version),
    };
    return cmocka_run_group_tests_name("review_oom", tests, NULL, NULL);
}
