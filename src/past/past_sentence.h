/* past_sentence: what a row has that its account's earlier windows had not, in numbers and in a
 * sentence. A part of past. */
#ifndef ODDHOURS_PAST_SENTENCE_H
#define ODDHOURS_PAST_SENTENCE_H

#include "past/past_internal.h"

/* The earlier rows of an account, by window. */
struct past_earlier {
    const struct table *table;
    const struct past_plan *plan;
    const uint32_t *rows;             /* (n) */
    const struct past_moment *moment; /* (n) */
    size_t n;
    uint32_t row;           /* that is explained */
    struct past_moment now; /* of it */
};

/* Fills in windows, values and what was usual of every reason, and the sentence of the first.
 * Fragments of a window are one. */
bool past_compare(const struct past_earlier *earlier, struct past_why *why,
                  struct status *status);

#endif
