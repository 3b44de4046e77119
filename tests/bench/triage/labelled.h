/* labelled: a table of user-hours with what is known of its rows, for the triage bench. */
#ifndef ODDHOURS_BENCH_LABELLED_H
#define ODDHOURS_BENCH_LABELLED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/table.h"

enum { LABELLED_COUNTS = 4, LABELLED_LISTS = 8 };

struct labelled {
    struct table *table;
    uint8_t *kinds; /* (users) */
    size_t n_incidents;
    uint32_t *incident;     /* (rows) 0: none, else 1 .. n_incidents */
    uint8_t *hard;          /* (rows) occurrence of a hard negative; 0: none */
    int64_t *hour;          /* (rows) since 1970 */
    uint32_t *start, *rows; /* rows by user, of each by hour */
    size_t n_lists;         /* columns of scores.csv: score and rank */
    char list[LABELLED_LISTS][24];
    double *decades[LABELLED_LISTS]; /* (rows) -log10(rank / rows) */
};

/* `truth`, `hard` and `scores` (of oddhours run --scores) may be NULL. Without `planted` the
 * rows that truth names are left out: a clean table. Exits with a message. */
struct labelled *labelled_load(const char *table, const char *truth, const char *hard,
                               const char *scores, bool planted);
void labelled_free(struct labelled *labelled);

/* total_events, failed_events, dst_hosts, src_hosts of a row. */
double labelled_count(const struct labelled *labelled, uint32_t row, size_t count);

#endif
