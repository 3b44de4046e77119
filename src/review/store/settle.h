/* settle: recorded rows become rows of the table, by number or by content.
 *
 * A row keeps its number when that is the row it was. Otherwise it is found by content and
 * occurrence, in one walk over the table; as soon as one row has another number, all that were
 * recorded with an occurrence are looked up, so that equal rows cannot change places. */
#ifndef ODDHOURS_REVIEW_SETTLE_H
#define ODDHOURS_REVIEW_SETTLE_H

#include "review/store/store.h"

struct settled {
    size_t moved;     /* rows that have another number here */
    size_t lost;      /* rows that are not here: left out of their entries */
    size_t inherited; /* rows of other datasets that are here */
};

/* Where the rows of an entry were recorded. */
enum recorded {
    RECORDED_HERE,     /* in this dataset */
    RECORDED_FEATURES, /* in this dataset, read with other features: no content to go by */
    RECORDED_EARLIER,  /* in one that this grows from: numbers mean nothing, and a row that is
                          not here is no loss */
    RECORDED_UNKNOWN   /* in one that this grows from, with other features: not to be found */
};

struct place_recorded {
    enum recorded how;
    uint64_t rows; /* that the dataset had; 0: not known */
};

/* Settles the rows of `n` entries, which were recorded at place[i]. An entry may be left without
 * rows. */
bool settle_rows(struct entry *const *entries, const struct place_recorded *place, size_t n,
                 const struct row_source *source, struct settled *settled,
                 struct status *status);

#endif
