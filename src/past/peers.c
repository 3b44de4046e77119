#include "past/peers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "past/past_state.h"

enum { QUARTERS = 4, ROWS_A_TASK = 1 << 20 };

/* Whole numbers, so that the order of adding does not matter. */
struct usual {
    uint32_t rows;
    uint32_t quarters[QUARTERS];
    uint64_t counts[PAST_COUNTS_MAX];
};

struct adding {
    const struct past_plan *plan;
    const struct table *table;
    const uint8_t *wanted;  /* (users) */
    const uint8_t *quarter; /* (times) of the day; QUARTERS: not before the window */
    const struct past_record *records;
    struct usual *usual; /* (threads, users) */
    size_t n_users;
};

static void add_rows(void *context, size_t task, unsigned worker)
{
    const struct adding *adding = context;
    const struct table *table = adding->table;
    struct usual *usual = adding->usual + worker * adding->n_users;
    size_t to = (task + 1) * ROWS_A_TASK;
    to = to < table->n_rows ? to : table->n_rows;
    for (size_t row = task * ROWS_A_TASK; row < to; row++) {
        uint32_t user = table->row_user[row];
        uint8_t quarter = adding->quarter[table->row_time[row]];
        if (!adding->wanted[user] || quarter == QUARTERS) {
            continue;
        }
        uint32_t one = (uint32_t)row;
        struct past_record record;
        past_record_rows(adding->plan, table, adding->records, &one, 1, &record);
        usual[user].rows++;
        usual[user].quarters[quarter]++;
        for (size_t i = 0; i < adding->plan->n_counts; i++) {
            usual[user].counts[i] += record.counts[i];
        }
    }
}

/* Adds up what every account of the kind did before `seconds`. */
static bool add_up(struct adding *adding, const struct past *past, const uint8_t *kinds,
                   uint8_t kind, int64_t seconds, struct parallel *parallel,
                   struct status *status)
{
    const struct table *table = adding->table;
    size_t n_times = dict_count(table->times), n = adding->n_users;
    unsigned threads = parallel_threads(parallel);
    uint8_t *wanted = mem_zero(n, sizeof *wanted, "peers", status);
    uint8_t *quarter = mem_new(n_times, sizeof *quarter, "peers", status);
    struct status problem = {0};
    struct past_record *records = past_records_new(&past->plan, table, parallel, &problem);
    adding->usual = mem_zero(threads * n, sizeof *adding->usual, "peers", status);
    bool good =
        wanted != NULL && quarter != NULL && adding->usual != NULL && problem.code == STATUS_OK;
    if (problem.code != STATUS_OK && status != NULL) {
        *status = problem;
    }
    if (good) {
        for (size_t user = 0; user < n; user++) {
            wanted[user] = kinds[user] == kind;
        }
        for (size_t i = 0; i < n_times; i++) {
            int64_t then = table_instant(table, (uint32_t)i);
            quarter[i] = then == TABLE_NO_TIME || then >= seconds
                             ? QUARTERS
                             : past_moment_of(table, (uint32_t)i, 1).hour / (24 / QUARTERS);
        }
        adding->plan = &past->plan;
        adding->wanted = wanted;
        adding->quarter = quarter;
        adding->records = records;
        parallel_run(parallel, (table->n_rows + ROWS_A_TASK - 1) / ROWS_A_TASK, add_rows,
                     adding);
        for (size_t i = n; i < threads * n; i++) {
            struct usual *to = &adding->usual[i % n];
            const struct usual *from = &adding->usual[i];
            to->rows += from->rows;
            for (size_t k = 0; k < QUARTERS; k++) {
                to->quarters[k] += from->quarters[k];
            }
            for (size_t k = 0; k < PAST_COUNTS_MAX; k++) {
                to->counts[k] += from->counts[k];
            }
        }
    }
    free(wanted);
    free(quarter);
    free(records);
    return good;
}

static double distance(const struct past_plan *plan, const struct usual *a,
                       const struct usual *b)
{
    double sum = 0;
    for (size_t i = 0; i < plan->n_counts; i++) {
        double off =
            ((double)a->counts[i] / a->rows - (double)b->counts[i] / b->rows) / PAST_OCTAVE;
        sum += off * off;
    }
    for (size_t i = 0; i < QUARTERS; i++) {
        double off = (double)a->quarters[i] / a->rows - (double)b->quarters[i] / b->rows;
        sum += 4 * off * off; /* another half of the day is as far as another octave or two */
    }
    return sqrt(sum);
}

static void insert(struct peers *peers, size_t wanted, struct peer peer)
{
    size_t at = peers->n;
    while (at > 0 && peers->of[at - 1].distance > peer.distance) {
        at--;
    }
    if (at >= wanted) {
        return;
    }
    peers->n += peers->n < wanted;
    memmove(&peers->of[at + 1], &peers->of[at], (peers->n - 1 - at) * sizeof peers->of[0]);
    peers->of[at] = peer;
}

static void find_rows(struct peers *peers, const struct table *table, int64_t seconds)
{
    for (size_t row = 0; row < table->n_rows; row++) {
        if (table_instant(table, table->row_time[row]) != seconds) {
            continue;
        }
        for (size_t i = 0; i < peers->n; i++) {
            if (peers->of[i].user == table->row_user[row] && peers->of[i].row == UINT32_MAX) {
                peers->of[i].row = (uint32_t)row;
            }
        }
    }
}

bool peers_find(const struct past *past, const struct table *table, const uint8_t *kinds,
                size_t row, size_t wanted, struct peers *peers, struct parallel *parallel,
                const struct progress *progress, struct status *status)
{
    uint32_t user = table->row_user[row];
    int64_t seconds = table_instant(table, table->row_time[row]);
    struct adding adding = {.table = table, .n_users = dict_count(table->users)};
    peers->n = 0;
    if (seconds == TABLE_NO_TIME) {
        return true;
    }
    bool good = add_up(&adding, past, kinds, kinds[user], seconds, parallel, status) &&
                (!progress_cancelled(progress) || status_cancelled(status));
    const struct usual *own = good ? &adding.usual[user] : NULL;
    for (size_t other = 0; good && own->rows > 0 && other < adding.n_users; other++) {
        const struct usual *usual = &adding.usual[other];
        if (other != user && usual->rows > 0 && 4 * (uint64_t)usual->rows >= own->rows) {
            insert(peers, wanted < PEERS_MOST ? wanted : PEERS_MOST,
                   (struct peer){(uint32_t)other, usual->rows,
                                 distance(&past->plan, own, usual), UINT32_MAX});
        }
    }
    if (good) {
        find_rows(peers, table, seconds);
    }
    free(adding.usual);
    return good;
}
