/* suggest: the known word that an unknown one was probably meant to be. */
#ifndef ODDHOURS_BASE_SUGGEST_H
#define ODDHOURS_BASE_SUGGEST_H

#include <stddef.h>

/* The best so far; start with {0}. Feed it every known word, then look at `word` (borrowed),
 * NULL when none is near enough to suggest. */
struct suggestion {
    const char *word;
    size_t distance;
};

/* Considers one known word for `typed`. Distance: insertions, deletions, substitutions and
 * swaps of neighbours (optimal string alignment), at most a third of the longer word; a word
 * that `typed` begins counts as near. Words over 63 bytes are not considered. */
void suggest_consider(struct suggestion *suggestion, const char *typed, const char *known);

/* The end of a sentence: "; did you mean BEFOREwordAFTER?", or nothing when there is no word
 * (NULL or empty). */
struct suggest_hint {
    char text[128];
};
struct suggest_hint suggest_hint(const char *word, const char *before, const char *after);

#endif
