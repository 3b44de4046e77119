/* Waiting for a file that another program keeps locked.
 *
 * SQLite's own time-out is one for each statement, of which opening alone needs several: a call
 * would wait many times as long as it may. So there is one limit for the whole call, and one
 * for all calls together once the program is about to end. */
#include "review/store/store_internal.h"

#include <math.h>
#include <time.h>

#include "base/clock.h"

void store_be_patient(struct store *store)
{
    store->patience = clock_now() + store->busy_ms / 1000.0;
}

void store_hurry(struct store *store)
{
    if (isinf(atomic_load(&store->last_patience))) {
        atomic_store(&store->last_patience, clock_now() + store->busy_ms / 1000.0);
    }
}

/* What SQLite calls while it finds a lock: whether to try again. */
static int wait_a_little(void *context, int tries)
{
    enum { SHORT_MS = 2, LONG_MS = 20, SHORT_TRIES = 10 };
    struct store *store = context;
    double now = clock_now(), last = atomic_load(&store->last_patience);
    double end = store->patience < last ? store->patience : last;
    if (!isinf(last) && !store->waits_said && store->waits != NULL) {
        store->waits_said = true;
        store->waits(store->context);
    }
    if (now >= end) {
        return 0;
    }
    double pause = (tries < SHORT_TRIES ? SHORT_MS : LONG_MS) / 1000.0;
    pause = pause < end - now ? pause : end - now;
    const struct timespec sleep = {.tv_nsec = (long)(pause * 1e9)};
    nanosleep(&sleep, NULL);
    return 1;
}

void store_wait_for_locks(struct store *store)
{
    sqlite3_busy_handler(store->db, wait_a_little, store);
}
