/* verdict: the words of a review. */
#ifndef ODDHOURS_REVIEW_VERDICT_H
#define ODDHOURS_REVIEW_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

enum verdict {
    VERDICT_NONE,      /* not reviewed */
    VERDICT_TP,        /* true positive: an anomaly worth an analyst's time */
    VERDICT_FP,        /* false positive */
    VERDICT_UNDECIDED, /* looked at, cannot tell */
    VERDICT_LATER,     /* put off: not judged yet, but not forgotten either */
    VERDICT_COUNT
};

/* "none", "tp", "fp", "undecided", "later": the words in the store, the exports and the
 * filters. */
const char *verdict_name(enum verdict verdict);

/* "no verdict", "true positive", "false positive", "undecided", "later": for people. */
const char *verdict_words(enum verdict verdict);

/* The verdict of a word; VERDICT_COUNT when it is none of these. */
enum verdict verdict_parse(const char *word);

/* Whether it is a judgement: "later" is none. */
static inline bool verdict_judges(enum verdict verdict)
{
    return verdict == VERDICT_TP || verdict == VERDICT_FP || verdict == VERDICT_UNDECIDED;
}

/* How many of each; what was put off is not reviewed. */
struct tally {
    size_t tp, fp, undecided, unreviewed;
};

void tally_add(struct tally *tally, enum verdict verdict);

static inline size_t tally_total(const struct tally *tally)
{
    return tally->tp + tally->fp + tally->undecided + tally->unreviewed;
}

#endif
