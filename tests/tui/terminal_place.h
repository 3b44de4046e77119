/* terminal_place: the real program in a pseudo-terminal, with a table that it finishes and one
 * that it goes on reading. For the programs of tests that need a terminal. */
#ifndef ODDHOURS_TESTS_TUI_TERMINAL_PLACE_H
#define ODDHOURS_TESTS_TUI_TERMINAL_PLACE_H

#include "tui/vt.h"

extern struct terminal_place {
    char program[4096], sample[4096];
    char fifo[4096],
        folder[32]; /* of this run of the tests; made and removed by the functions */
    int feed;       /* what the program reads, or -1 */
} terminal_place;

/* The first line of a table, with its newline. */
extern const char terminal_header[];

/* Group set-up and tear-down. */
int terminal_place_make(void **state);
int terminal_place_remove(void **state);

/* On a named pipe that stays open: the program goes on reading until it is closed, so a test
 * can hold it in the middle of its work as long as it likes. */
struct vt *terminal_reading(int rows, int cols);
void terminal_stop_feeding(void);

/* Waits until the run on the screen has ended with all its lists. Not for the words "finished
 * in": that no review file can be made there may stand in their place. */
void terminal_wait_finished(struct vt *vt);

/* On the real sample, when it has finished. */
struct vt *terminal_sample(int rows, int cols, const char *const *extra);

bool terminal_is_reverse(const struct vt_cell *cell);
bool terminal_is_plain(const struct vt_cell *cell);

#endif
