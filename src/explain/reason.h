/* reason: why a row stands in a list, in a few words: what is odd in it, with what is usual. An
 * ordinary value is never named. */
#ifndef ODDHOURS_EXPLAIN_REASON_H
#define ODDHOURS_EXPLAIN_REASON_H

#include <stdbool.h>
#include <stddef.h>

#include "models/detector.h"
#include "past/histories.h"
#include "past/past.h"
#include "rank/quantile.h"

/* A value is ordinary when more rows of the table than this have as much, or more of the
 * account's earlier hours, or when it is not beyond so many times what is usual. */
#define REASON_RARE  0.05
#define REASON_USUAL 0.1
#define REASON_TIMES 1.25

enum { REASON_TEXT = 240 };

struct reason {
    size_t feature;         /* whose value is named; SIZE_MAX: none is */
    double value;           /* of it */
    char text[REASON_TEXT]; /* "831 failures; usual 0, max 3"; bytes of the table are as they
                             * are */
};

/* The feature with the largest credit that speaks for an anomaly, in microseconds. False, and
 * it is left alone, when the detector did not score the profile or nothing speaks against it.
 */
bool reason_find(const struct detector *detector, const void *model,
                 const struct detector_data *data, size_t profile, size_t *feature);

/* By own past: the oddest part that is no ordinary value. `features` is for an account's first
 * hour, which only all rows can be compared with. */
void reason_by_past(const struct table *table, const struct feature_order *features,
                    const struct past_why *why, struct reason *reason);

/* By a detector: of the values that are rare among all rows and in the account's own history
 * (NULL: not known) the one that it credits most. `room` (the rows of the history) is scratch.
 */
void reason_by_detector(const struct detector *detector, const void *model,
                        const struct detector_data *data, const struct feature_order *features,
                        const struct history *history, size_t row, double *room,
                        struct reason *reason);

#endif
