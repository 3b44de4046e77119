#include "review/verdict.h"

#include <string.h>

static const char *const names[VERDICT_COUNT] = {"none", "tp", "fp", "undecided", "later"};

const char *verdict_name(enum verdict verdict)
{
    return (unsigned)verdict < VERDICT_COUNT ? names[verdict] : "none";
}

const char *verdict_words(enum verdict verdict)
{
    static const char *const words[VERDICT_COUNT] = {"no verdict", "true positive",
                                                     "false positive", "undecided", "later"};
    return (unsigned)verdict < VERDICT_COUNT ? words[verdict] : words[0];
}

enum verdict verdict_parse(const char *word)
{
    for (unsigned i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(word, names[i]) == 0) {
            return (enum verdict)i;
        }
    }
    return VERDICT_COUNT;
}

void tally_add(struct tally *tally, enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_TP: tally->tp++; break;
    case VERDICT_FP: tally->fp++; break;
    case VERDICT_UNDECIDED: tally->undecided++; break;
    case VERDICT_NONE:
    case VERDICT_LATER:
    case VERDICT_COUNT: tally->unreviewed++; break;
    }
}
