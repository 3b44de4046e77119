#include "base/suggest.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance of two words of at most LONGEST bytes. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++) {
        above[j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(change, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[m];
}

void suggest_consider(struct suggestion *suggestion, const char *typed, const char *known)
{
    size_t n = strlen(typed), m = strlen(known);
    if (n == 0 || n > LONGEST || m > LONGEST) {
        return;
    }
    size_t apart = n >= 2 && strncmp(typed, known, n) == 0 ? 1 : distance(typed, n, known, m);
    size_t limit = (n > m ? n : m) / 3 + 1;
    if (apart <= limit && (suggestion->word == NULL || apart < suggestion->distance)) {
        suggestion->word = known;
        suggestion->distance = apart;
    }
}

struct suggest_hint suggest_hint(const char *word, const char *before, const char *after)
{
    struct suggest_hint hint = {""};
    if (word != NULL && word[0] != '\0') {
        snprintf(hint.text, sizeof hint.text, "; did you mean %.8s%.80s%.8s?", before, word,
                 after);
    }
    return hint;
}
