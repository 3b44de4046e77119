/* review: an invented review of the synthetic table, for the demo and the tests.
 *
 *     review TABLE TRUTH FILE.json
 *
 * Two invented reviewers judge part of a pooled, blind queue. Their verdicts follow the planted
 * incidents, with mistakes; times, mistakes and uids are drawn from one seed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "review/store/content.h"
#include "review/exchange/exchange.h"
#include "review/queue.h"
#include "review/truth.h"
#include "run/pipeline/pipeline.h"

enum { K = 50, SEED = 42 };

struct demo {
    struct run *run;
    struct truth *truth;
    struct queue *queue;
    struct history *history;
    struct rng rng;
    char label[QUEUE_LABEL];
    int64_t now_ms;
    struct status status;
};

static bool chance(struct demo *demo, unsigned percent)
{
    return rng_bounded(&demo->rng, 99) < percent;
}

static char *copy_of(const char *text)
{
    char *copy = malloc(strlen(text) + 1);
    if (copy != NULL) {
        strcpy(copy, text);
    }
    return copy;
}

/* Takes an entry into the history, with a drawn uid. */
static bool add(struct demo *demo, struct entry *entry, const char *reviewer)
{
    for (size_t i = 0; i < 4; i++) {
        snprintf(entry->uid + 8 * i, 9, "%08x", rng_next32(&demo->rng));
    }
    entry->reviewer = copy_of(reviewer);
    entry->at_ms = demo->now_ms;
    return history_add(demo->history, &entry, 1, &demo->status);
}

/* What an attentive reviewer makes of a row: mostly what was planted. */
static enum verdict opinion(struct demo *demo, uint32_t row)
{
    if (chance(demo, 5)) {
        return VERDICT_UNDECIDED;
    }
    bool planted = truth_positive(demo->truth, row);
    return planted != chance(demo, 4) ? VERDICT_TP : VERDICT_FP;
}

static bool judge(struct demo *demo, const struct queue_item *item, const char *reviewer)
{
    struct row_source source = content_source(demo->run->table);
    struct entry *entry = entry_new(1, &demo->status);
    if (entry == NULL) {
        return false;
    }
    entry->kind = ENTRY_VERDICT;
    entry->verdict = opinion(demo, item->row);
    entry->seconds = 6 + (double)rng_bounded(&demo->rng, 600) / 10;
    entry->queue = copy_of(demo->label);
    entry->role = item->role;
    entry->blind = true;
    entry->k = K;
    entry->rows[0].row = item->row;
    demo->now_ms += (int64_t)(1000 * entry->seconds) + 400;
    return source.describe(source.table, item->row, &entry->rows[0], &demo->status) &&
           add(demo, entry, reviewer);
}

static bool note(struct demo *demo, uint32_t row, const char *reviewer, const char *text)
{
    struct row_source source = content_source(demo->run->table);
    struct entry *entry = entry_new(1, &demo->status);
    if (entry == NULL) {
        return false;
    }
    entry->kind = ENTRY_NOTE;
    entry->note = copy_of(text);
    entry->rows[0].row = row;
    demo->now_ms += 9000;
    return source.describe(source.table, row, &entry->rows[0], &demo->status) &&
           add(demo, entry, reviewer);
}

static bool take_back(struct demo *demo, const char *reviewer)
{
    const struct entry *target = history_undoable(demo->history, reviewer);
    struct entry *entry = entry_new(0, &demo->status);
    if (entry == NULL || target == NULL) {
        entry_free(entry);
        return false;
    }
    entry->kind = ENTRY_UNDO;
    memcpy(entry->target, target->uid, ENTRY_UID);
    demo->now_ms += 2000;
    return add(demo, entry, reviewer);
}

static bool make_queue(struct demo *demo)
{
    const struct ranking *rankings[RUN_RESULTS_MAX];
    const struct queue_spec spec = {.kind = QUEUE_POOLED,
                                    .k = K,
                                    .blind = true,
                                    .seed = SEED,
                                    .controls = 12,
                                    .repeats = 12};
    size_t n = 0;
    char names[128] = "";
    for (size_t i = 0; i < demo->run->n_results; i++) {
        const struct result *result = &demo->run->results[i];
        if (result->kind == RESULT_DETECTOR && result->ready) {
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
                     n > 0 ? "," : "", result->name);
            rankings[n++] = result->ranking;
        }
    }
    queue_label(&spec, names, demo->label, sizeof demo->label);
    demo->queue = queue_new(&spec, rankings, n, demo->run->by_profile, demo->run->table->n_rows,
                            &demo->status);
    return demo->queue != NULL;
}

/* The first reviewer does four fifths of the queue, the second the first thirty. */
static bool review(struct demo *demo)
{
    bool good = make_queue(demo);
    size_t n = good ? demo->queue->n : 0;
    for (size_t i = 0; good && i < n * 4 / 5; i++) {
        const struct queue_item *item = &demo->queue->items[i];
        good = judge(demo, item, "demo");
        if (good && i % 24 == 11) { /* a slip of the finger: taken back and judged again */
            good = take_back(demo, "demo") && judge(demo, item, "demo");
        }
        if (good && item->role == ROLE_LIST && i % 16 == 5) {
            good = note(demo, item->row, "demo",
                        truth_positive(demo->truth, item->row)
                            ? "far out of this account's habit; asked its owner"
                            : "the nightly job of this account");
        }
    }
    for (size_t i = 0, done = 0; good && done < 30 && i < n; i++) {
        if (demo->queue->items[i].role != ROLE_REPEAT) {
            good = judge(demo, &demo->queue->items[i], "demo-2");
            done++;
        }
    }
    return good;
}

static bool make(struct demo *demo, char **paths)
{
    struct run_params params;
    struct review_dataset dataset;
    run_params_init(&params);
    params.index = true;
    params.input = paths[0];
    demo->run = run_new(&params, &demo->status);
    params.input = NULL;
    run_params_clear(&params);
    if (demo->run == NULL || !pipeline_run(demo->run, NULL, NULL)) {
        demo->status = demo->run != NULL ? demo->run->status : demo->status;
        return false;
    }
    demo->truth = truth_load(paths[1], demo->run->table, NULL, &demo->status);
    demo->history = history_new(&demo->status);
    if (demo->truth == NULL || demo->history == NULL || !review(demo) ||
        !content_dataset(demo->run->table, &dataset, &demo->status)) {
        return false;
    }
    const char *slash = strrchr(paths[0], '/');
    snprintf(dataset.name, strlen(dataset.name) + 1, "%s",
             slash != NULL ? slash + 1 : paths[0]);
    bool good =
        exchange_write(demo->history, &dataset, false, EXCHANGE_JSON, paths[2], &demo->status);
    content_dataset_free(&dataset);
    return good;
}

int main(int argc, char **argv)
{
    struct demo demo = {.now_ms = 1767600000000}; /* 2026-01-05 08:00 UTC */
    if (argc != 4) {
        fprintf(stderr, "usage: review TABLE TRUTH FILE.json\n");
        return 2;
    }
    rng_seed(&demo.rng, SEED);
    bool good = make(&demo, argv + 1);
    if (!good) {
        fprintf(stderr, "review: %s\n", demo.status.text);
    }
    queue_free(demo.queue);
    truth_free(demo.truth);
    history_free(demo.history);
    run_free(demo.run);
    return good ? 0 : 1;
}
