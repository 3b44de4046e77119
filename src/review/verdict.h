/* verdict: the words of a review. */
#ifndef ODDHOURS_REVIEW_VERDICT_H
#define ODDHOURS_REVIEW_VERDICT_H

#include <stddef.h>

enum verdict {
    VERDICT_NONE,      /* not reviewed */
    VERDICT_TP,        /* true positive: an anomaly worth an analyst's time */
    VERDICT_FP,        /* false positive */
    VERDICT_UNDECIDED, /* looked at, cannot tell */
    VERDICT_COUNT
};

/* "none", "tp", "fp", "undecided": the words in the store, the exports and the filters. */
const char *verdict_name(enum verdict verdict);

/* "no verdict", "true positive", "false positive", "undecided": the words for people. */
const char *verdict_words(enum verdict verdict);

/* The verdict of a word; VERDICT_COUNT when it is none of these. */
enum verdict verdict_parse(const char *word);

/* How many of each. */
struct tally {
    size_t tp, fp, undecided, unreviewed;
};

void tally_add(struct tally *tally, enum verdict verdict);

static inline size_t tally_total(const struct tally *tally)
{
    return tally->tp + tally->fp + tally->undecided + tally->unreviewed;
}

#endif
