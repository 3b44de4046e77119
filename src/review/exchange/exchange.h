/* exchange: a review as a file, JSON or CSV, out and in again without loss.
 *
 * Both hold the whole history, undone entries included; docs/REVIEWS.md lists the keys. What
 * comes in is checked entry by entry, and store_import() takes it: uids make that idempotent.
 */
#ifndef ODDHOURS_REVIEW_EXCHANGE_H
#define ODDHOURS_REVIEW_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "review/history.h"
#include "review/store/settle.h"
#include "review/store/store.h"

enum exchange_format { EXCHANGE_JSON, EXCHANGE_CSV };

/* By the end of the name: ".csv" is CSV, anything else JSON. */
enum exchange_format exchange_format_of(const char *path);

/* Writes the history of `dataset` to `path` ("-": standard output; a file is whole or not
 * there). `unsaved`: only what waits in memory, into a file that is not there yet. */
bool exchange_write(const struct history *history, const struct review_dataset *dataset,
                    bool unsaved, enum exchange_format format, const char *path,
                    struct status *status);

/* Writes what waits in memory to a new file of the user's alone (0600) named
 * oddhours-unsaved-PID.json, or -PID-2, -3, ... where that name is taken, in the first of these
 * folders that takes it: ".", $HOME, $TMPDIR, /tmp. `path` gets its name. */
bool exchange_rescue(const struct history *history, const struct review_dataset *dataset,
                     char *path, size_t size, struct status *status);

/* A review that was read. */
struct exchange {
    struct review_dataset dataset; /* owned */
    size_t n, capacity;
    struct entry **entries; /* (n) owned; no two of one uid */
    size_t repeated;        /* entries left out: an earlier one has their uid */
};

/* Reads `path`; whether it is JSON or CSV is seen from its first character. False with a
 * sentence when it is no such file or an entry is not whole; then nothing is left to free. */
bool exchange_read(const char *path, struct exchange *exchange, struct status *status);
bool exchange_parse(const char *bytes, size_t length, struct exchange *exchange,
                    struct status *status);
void exchange_clear(struct exchange *exchange);

/* Makes the rows of the entries rows of the table, as settle.h says; an entry without any goes.
 * `same_features`: as in struct row_source. */
bool exchange_keep(struct exchange *exchange, const struct row_source *source,
                   bool same_features, struct settled *settled, struct status *status);

/* The entries as a history (copies, numbered in the order of the file). NULL when memory ran
 * out. */
struct history *exchange_history(const struct exchange *exchange, struct status *status);

#endif
