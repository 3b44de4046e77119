/* review_place: the real program on a pseudo-terminal, with a review store of its own. */
#ifndef ODDHOURS_TESTS_TUI_REVIEW_PLACE_H
#define ODDHOURS_TESTS_TUI_REVIEW_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/vt.h"

struct review_place {
    char program[4096], sample[4096];
    char directory[64], store[128];
};

/* Group or test setup: a fresh directory (in memory when `quick`: syncing is then cheap). */
struct review_place *review_place_new(bool quick);
void review_place_free(struct review_place *place); /* with all that is in the directory */

/* Starts the program on the sample and waits until the run has ended and Top-K is shown.
 * `before` (NULL-terminated, or NULL) are the words of a program that starts it, such as
 * setpriv. */
struct vt *review_start(const struct review_place *place, const char *reviewer,
                        const char *const *before);

/* The row that the message line says was saved as a true positive; false when it says something
 * else. */
bool review_says_saved(struct vt *vt, unsigned long *row);

#endif
