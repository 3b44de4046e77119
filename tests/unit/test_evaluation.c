/* evaluation and report: against a plain walk over all rows. */
#include "review/report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/progress.h"
#include "unit/fixture.h"
#include "unit/test.h"

enum { ROWS = 3000, USERS = 40, DAYS = 9, LISTS = 2 };

struct world {
    struct table *table;
    struct row_index *index;
    double *score[LISTS];
    struct ranking *ranking[LISTS];
    struct evaluated lists[LISTS];
    struct history *history;
    struct verdict_set *verdicts;
};

static void judge(struct world *w, const char *reviewer, uint32_t row, enum verdict verdict,
                  enum entry_role role, const char *queue, double seconds, bool blind)
{
    struct entry *entry = entry_new(1, NULL);
    assert_non_null(entry);
    assert_true(entry_identify(entry, NULL));
    entry->kind = ENTRY_VERDICT;
    entry->verdict = verdict;
    entry->role = role;
    entry->seconds = seconds;
    entry->blind = blind;
    entry->reviewer = strdup(reviewer);
    entry->queue = queue != NULL ? strdup(queue) : NULL;
    entry->rows[0].row = row;
    assert_true(history_add(w->history, &entry, 1, NULL));
}

static void freeze(struct world *w)
{
    verdict_set_free(w->verdicts);
    w->verdicts = verdict_set_new(w->history, HISTORY_EVERYONE, NULL);
    assert_non_null(w->verdicts);
}

static int make_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->table = fixture_user_hours(ROWS, USERS, DAYS, 3);
    w->index = fixture_index(w->table);
    for (size_t i = 0; i < LISTS; i++) {
        w->score[i] =
            fixture_scores(w->table->profiles.n, i == 0 ? 12 : 0, i == 0 ? 0 : 5, 11 + i);
        w->ranking[i] = ranking_new(w->score[i], &w->table->profiles, NULL, NULL);
        w->lists[i] = (struct evaluated){i == 0 ? "iforest" : "lof", i == 0 ? "Forest" : "LOF",
                                         w->ranking[i], ranking_percentile(w->ranking[i], 80)};
    }
    w->history = history_new(NULL);
    *state = w;
    return 0;
}

static int free_world(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < LISTS; i++) {
        ranking_free(w->ranking[i]);
        free(w->score[i]);
    }
    verdict_set_free(w->verdicts);
    history_free(w->history);
    row_index_free(w->index);
    table_free(w->table);
    free(w);
    return 0;
}

static struct evaluation_data data_of(const struct world *w)
{
    return (struct evaluation_data){w->table, w->index, w->verdicts};
}

static size_t rank_of(const struct world *w, size_t list, uint32_t row)
{
    return ranking_rank_of(w->ranking[list], w->index, w->table->row_profile, row);
}

static void numbers_equal_a_walk_over_all_rows(void **state)
{
    struct world *w = *state;
    uint64_t seed = 8;
    for (int i = 0; i < 900; i++) {
        judge(w, "ana", (uint32_t)fixture_below(&seed, ROWS),
              (enum verdict)(1 + fixture_below(&seed, 3)), ROLE_LIST, NULL, 1, false);
    }
    freeze(w);
    const struct evaluation_data data = data_of(w);
    static const size_t ks[] = {1, 7, 50, 400, 2 * ROWS};
    for (size_t i = 0; i < LISTS * 5; i++) {
        const struct ranking *ranking = w->ranking[i % LISTS];
        struct evaluation e;
        assert_true(evaluation_new(&data, ranking, ks[i / LISTS], &e, NULL));
        size_t k = ks[i / LISTS] < ranking->scored_rows ? ks[i / LISTS] : ranking->scored_rows;
        struct tally tally = {0}, tie = {0};
        assert_int_equal(e.k, k);
        double last = ranking->score[w->table->row_profile[e.rows[k - 1]]];
        for (uint32_t row = 0; row < ROWS; row++) {
            size_t rank = rank_of(w, i % LISTS, row);
            enum verdict verdict = history_verdict(w->history, row, HISTORY_EVERYONE, NULL);
            if (rank > 0 && rank <= k) {
                assert_int_equal(e.rows[rank - 1], row);
                assert_int_equal(e.verdict[rank - 1], verdict);
                tally_add(&tally, verdict);
            }
            if (rank > 0 && ranking->score[w->table->row_profile[row]] == last) {
                tally_add(&tie, verdict);
            }
        }
        assert_memory_equal(&e.at.tally, &tally, sizeof tally);
        assert_memory_equal(&e.at.tie, &tie, sizeof tie); /* rows beyond K included */
        assert_true(e.at.tie_low == e.low[k - 1] && e.at.tie_high == e.high[k - 1]);
        assert_true(e.by_user && e.by_day);
        assert_true(e.users.units <= USERS && e.user_days.units >= e.users.units);
        assert_true(e.user_days.units <= k);
        evaluation_clear(&e);
    }
}

static void strata_and_controls_of_a_queue(void **state)
{
    struct world *w = *state;
    struct queue_spec spec = {.kind = QUEUE_STRATA,
                              .k = 200,
                              .seed = 5,
                              .controls = 30,
                              .n_strata = 2,
                              .strata = {{20, 20}, {200, 30}}};
    const struct ranking *ranking = w->ranking[0];
    struct queue *queue = queue_new(&spec, &ranking, 1, w->index, ROWS, NULL);
    assert_non_null(queue);
    char label[QUEUE_LABEL];
    queue_label(&spec, "iforest", label, sizeof label);
    size_t tp[2] = {0};
    for (size_t i = 0; i < queue->n; i++) {
        bool list = queue->items[i].role == ROLE_LIST;
        bool hit = list && i % 3 == 0;
        tp[queue->items[i].stratum] += hit;
        judge(w, "ana", queue->items[i].row, hit ? VERDICT_TP : VERDICT_FP,
              queue->items[i].role, label, 30, true);
    }
    judge(w, "ana", queue->items[0].row, VERDICT_TP, ROLE_REPEAT, label, 30, true);
    freeze(w);
    struct stratum strata[2];
    evaluation_strata(queue, w->verdicts, strata);
    assert_int_equal(strata[0].rows, 20);
    assert_int_equal(strata[1].rows, 180);
    assert_int_equal(strata[0].sample.tp, tp[0]);
    assert_int_equal(strata[1].sample.tp, tp[1]);
    assert_int_equal(strata[1].sample.tp + strata[1].sample.fp, 30);
    struct tally controls = evaluation_controls(w->history, label, w->verdicts);
    assert_int_equal(controls.fp, 30);
    assert_int_equal(controls.tp, 0);
    queue_free(queue);

    /* The report makes the queue again from its label. */
    struct report_input input = {.data = data_of(w),
                                 .lists = w->lists,
                                 .n_lists = LISTS,
                                 .k = 50,
                                 .history = w->history,
                                 .reviewer = HISTORY_EVERYONE};
    struct report *report = report_new(&input, NULL);
    assert_non_null(report);
    assert_int_equal(report->n_queues, 1);
    assert_true(report->queues[0].remade);
    assert_int_equal(report->queues[0].strays, 0);
    assert_int_equal(report->queues[0].verdicts, 81);
    assert_int_equal(report->queues[0].strata[1].sample.tp, tp[1]);
    double estimate = 0.1 * (double)tp[0] / 20 + 0.9 * (double)tp[1] / 30;
    assert_true(fabs(report->queues[0].estimate.estimate - estimate) < 1e-12);
    assert_int_equal(report->effort.verdicts, 81);
    assert_int_equal(report->effort.blind, 81);
    assert_true(fabs(report->effort.pace - 30) < 1e-12);
    report_free(report);
}

static void work_that_is_left(void **state)
{
    struct world *w = *state;
    for (uint32_t row = 0; row < 200; row++) {
        judge(w, row % 2 == 0 ? "ana" : "ben", row, VERDICT_FP, ROLE_LIST, NULL,
              row == 0 ? NAN : 6, row < 50);
    }
    freeze(w);
    const struct evaluation_data data = data_of(w);
    size_t distinct, left, expected = 0, open = 0;
    assert_true(evaluation_left(&data, w->lists, LISTS, 300, &distinct, &left, NULL));
    for (uint32_t row = 0; row < ROWS; row++) {
        size_t a = rank_of(w, 0, row), b = rank_of(w, 1, row);
        bool in = a <= 300 || (b > 0 && b <= 300);
        expected += in;
        open += in && row >= 200;
    }
    assert_int_equal(distinct, expected);
    assert_int_equal(left, open);
    struct effort effort;
    assert_true(evaluation_effort(w->history, HISTORY_EVERYONE, &effort, NULL));
    assert_int_equal(effort.verdicts, 200);
    assert_int_equal(effort.timed, 199);
    assert_int_equal(effort.blind, 50);
    assert_true(fabs(effort.hours - 199 * 6 / 3600.0) < 1e-12);
    assert_true(evaluation_effort(w->history, 1, &effort, NULL));
    assert_int_equal(effort.verdicts, 100);
}

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

static double number_at(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

static bool because(void *context, uint32_t row, char *text, size_t size)
{
    (void)context;
    snprintf(text, size, "row %u | is <odd>", row);
    return true;
}

static atomic_bool wanted_to_stop;

static bool because_and_stop(void *context, uint32_t row, char *text, size_t size)
{
    atomic_store(&wanted_to_stop, true);
    return because(context, row, text, size);
}

/* Before it begins, and in the middle of its list. */
static void a_report_is_cancelled(void **state)
{
    struct world *w = *state;
    judge(w, "ana", 1, VERDICT_TP, ROLE_LIST, NULL, 10, false);
    judge(w, "ana", 2, VERDICT_FP, ROLE_LIST, NULL, 10, false);
    freeze(w);
    struct status status = {0};
    const struct progress progress = {.cancel = &wanted_to_stop};
    const struct report_input input = {.data = data_of(w),
                                       .lists = w->lists,
                                       .n_lists = LISTS,
                                       .k = 50,
                                       .history = w->history,
                                       .reviewer = HISTORY_EVERYONE,
                                       .sentence = because_and_stop,
                                       .progress = &progress};
    atomic_store(&wanted_to_stop, true);
    assert_null(report_new(&input, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    atomic_store(&wanted_to_stop, false);
    struct report *report = report_new(&input, &status);
    assert_non_null(report);
    struct outfile *file = outfile_memory(NULL);
    status.code = STATUS_OK;
    assert_false(report_markdown(report, file, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    outfile_abandon(file);
    atomic_store(&wanted_to_stop, false);
    status.code = STATUS_OK;
    assert_null(report_json(report, &status));
    assert_int_equal(status.code, STATUS_CANCELLED);
    report_free(report);
}

static void both_forms_say_the_same(void **state)
{
    struct world *w = *state;
    uint32_t rows[50];
    assert_int_equal(ranking_rows(w->ranking[0], w->index, 1, 50, rows, NULL), 50);
    for (size_t i = 0; i < 40; i++) {
        judge(w, "ana", rows[i], i < 12 ? VERDICT_TP : VERDICT_FP, ROLE_LIST,
              "top iforest k=50", 10, false);
    }
    judge(w, "ben|*", rows[0], VERDICT_FP, ROLE_LIST, "top gone k=50", 10, false);
    freeze(w);
    static const char list[] = "row_id,incident\n1,a\n2,a\n3,b\n";
    struct truth *truth = truth_parse(list, sizeof list - 1, w->table, NULL);
    struct report_input input = {.data = data_of(w),
                                 .lists = w->lists,
                                 .n_lists = LISTS,
                                 .k = 50,
                                 .history = w->history,
                                 .reviewer = HISTORY_EVERYONE,
                                 .truth = truth,
                                 .truth_name = "list.csv",
                                 .sentence = because};
    struct report *report = report_new(&input, NULL);
    assert_non_null(report);
    assert_int_equal(report->disputed, 1);
    assert_int_equal(report->n_queues, 2);
    assert_false(report->queues[1].remade);
    assert_int_equal(report->n_truths, LISTS + w->table->profiles.d);

    cJSON *json = report_json(report, NULL);
    assert_non_null(json);
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "lists"), 0);
    assert_int_equal(number_at(cJSON_GetObjectItem(first, "counts"), "tp"), 11);
    assert_true(number_at(first, "precision_of_decided") == report->at[0].at.reviewed);
    const cJSON *review = cJSON_GetObjectItem(json, "review");
    assert_int_equal(number_at(review, "verdicts_given"), 41);
    assert_int_equal(number_at(review, "verdicts_blind"), 0);
    assert_true(fabs(number_at(review, "hours") - 410.0 / 3600) < 1e-12);
    const cJSON *ben = cJSON_GetArrayItem(cJSON_GetObjectItem(review, "reviewers"), 1);
    assert_string_equal(cJSON_GetObjectItem(ben, "name")->valuestring, "ben|*");
    assert_int_equal(number_at(ben, "verdicts"), 1);
    assert_non_null(cJSON_GetObjectItem(first, "user_days"));
    assert_non_null(cJSON_GetObjectItem(first, "users"));
    const cJSON *all = cJSON_GetObjectItem(json, "rows");
    assert_int_equal(cJSON_GetArraySize(all), 40);
    cJSON_Delete(json);

    char path[] = "/tmp/oddhours-report-XXXXXX";
    close(mkstemp(path));
    struct outfile *file = outfile_open(path, NULL);
    assert_true(report_markdown(report, file, NULL));
    assert_true(outfile_commit(file, NULL));
    char *text = read_all(path);
    assert_non_null(strstr(text,
                           "40 user-hours judged: 11 true positives, 28 false positives, 1 "
                           "undecided (on 1 of these the reviewers differ"));
    assert_non_null(strstr(text, "Reviewers: ana (40 verdicts, 0 blind, 7 minutes), "
                                 "ben\\|\\* (1 verdict, 0 blind, less than a minute)."));
    assert_non_null(strstr(text, "41 verdicts were given, 0 of them blind"));
    assert_non_null(strstr(text, "## By user-day and by user"));
    assert_non_null(strstr(text,
                           "| Forest | 11 | 28 | 1 | 10 | 28.2 % (11 of 39) | 22.0 to 44.0 "
                           "% |"));
    assert_non_null(strstr(text, "| ana and ben\\|\\* | 1 | 0.0 % |"));
    assert_non_null(strstr(text, "it cannot be made again from this run"));
    assert_non_null(strstr(text, "list.csv: 3 lines: 3 found in the table"));
    assert_non_null(strstr(text, "| most total\\_events |"));
    assert_non_null(strstr(text, "\\| is \\<odd\\>"));
    free(text);
    unlink(path);
    report_free(report);
    truth_free(truth);
}

/* What a verdict on each row makes of an episode, by the definition. */
static enum verdict verdict_on(const struct world *w, const struct episodes *all, size_t i)
{
    size_t of[VERDICT_COUNT] = {0}, n = all->of[i].n;
    for (size_t k = 0; k < n; k++) {
        of[history_verdict(w->history, episodes_rows(all, i)[k], HISTORY_EVERYONE, NULL)]++;
    }
    return of[VERDICT_TP] > 0                            ? VERDICT_TP
           : of[VERDICT_FP] == n                         ? VERDICT_FP
           : of[VERDICT_FP] + of[VERDICT_UNDECIDED] == n ? VERDICT_UNDECIDED
                                                         : VERDICT_NONE;
}

static void numbers_of_episodes_equal_a_walk_over_all(void **state)
{
    struct world *w = *state;
    uint64_t seed = 9;
    for (int i = 0; i < 2500; i++) { /* one in ten is a true positive */
        size_t any = fixture_below(&seed, 10);
        judge(w, "ana", (uint32_t)fixture_below(&seed, ROWS),
              any == 0  ? VERDICT_TP
              : any < 8 ? VERDICT_FP
                        : VERDICT_UNDECIDED,
              ROLE_LIST, NULL, 1, false);
    }
    freeze(w);
    const struct evaluation_data data = data_of(w);
    static const size_t ks[] = {1, 9, 60, 2 * ROWS};
    bool seen[VERDICT_COUNT] = {false}, straddled = false;
    for (size_t i = 0; i < LISTS * 4; i++) {
        const struct evaluated *list = &w->lists[i % LISTS];
        const struct episode_cut cut = {w->table, list->ranking, w->index, list->threshold,
                                        EPISODE_GAP};
        struct episodes all, head;
        struct evaluation e;
        assert_true(episodes_head(&cut, ROWS, false, &all, NULL, NULL));
        assert_true(evaluation_episodes(&data, &cut, ks[i / LISTS], &e, &head, NULL));
        size_t k = ks[i / LISTS] < all.n ? ks[i / LISTS] : all.n;
        struct tally tally = {0}, tie = {0};
        assert_int_equal(e.k, k);
        assert_int_equal(head.n, k);
        assert_memory_equal(head.rows, all.rows, head.n_rows * sizeof *head.rows);
        for (size_t j = 0; j < all.n; j++) {
            enum verdict verdict = verdict_on(w, &all, j);
            if (j < k) {
                assert_int_equal(e.rows[j], all.of[j].best);
                assert_int_equal(e.verdict[j], verdict);
                tally_add(&tally, verdict);
                seen[verdict] = true;
            }
            if (all.of[j].score == all.of[k - 1].score) {
                tally_add(&tie, verdict);
            }
        }
        assert_memory_equal(&e.at.tally, &tally, sizeof tally);
        assert_memory_equal(&e.at.tie, &tie, sizeof tie); /* episodes beyond K included */
        straddled = straddled || e.at.tie_first > 0;
        assert_false(e.by_user || e.by_day);
        evaluation_clear(&e);
        episodes_clear(&head);
        episodes_clear(&all);
    }
    assert_true(straddled && seen[VERDICT_TP] && seen[VERDICT_FP] && seen[VERDICT_NONE]);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, free_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(numbers_equal_a_walk_over_all_rows),
        IN_WORLD(numbers_of_episodes_equal_a_walk_over_all),
        IN_WORLD(strata_and_controls_of_a_queue),
        IN_WORLD(work_that_is_left),
        IN_WORLD(a_report_is_cancelled),
        IN_WORLD(both_forms_say_the_same),
    };
    return cmocka_run_group_tests_name("evaluation", tests, NULL, NULL);
}
