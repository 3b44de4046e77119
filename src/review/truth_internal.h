/* What the two files of truth share. */
#ifndef ODDHOURS_REVIEW_TRUTH_INTERNAL_H
#define ODDHOURS_REVIEW_TRUTH_INTERNAL_H

#include "review/truth.h"

/* The list as read, before it meets the rows. */
struct truth_list {
    struct truth *truth;
    const struct table *table;
    bool started;
    size_t n_fields;                         /* of the header */
    size_t row_id, dt, user, kind, incident; /* their fields, or SIZE_MAX */
    struct dict *seen;                       /* the distinct lines */
    size_t n, capacity;
    struct truth_mark *marks; /* (n) one a distinct readable line */
    size_t kind_capacity;
    struct status *status;
};

/* Lays the marks over the rows: bits, positives, counts. Takes list->marks over. */
bool truth_lay(struct truth_list *list, struct status *status);

#endif
