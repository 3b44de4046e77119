/* input_state: what a file that was read was known by, and whether it stayed the same
 * meanwhile.
 */
#ifndef ODDHOURS_TABLE_INPUT_STATE_H
#define ODDHOURS_TABLE_INPUT_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Of a regular file; of anything else nothing is known. */
struct input_state {
    bool known;
    uint64_t device, inode, size;
    int64_t modified[2], changed[2]; /* mtime and ctime: seconds, nanoseconds */
    int64_t looked_at;               /* by the clock, in seconds since 1970 */
};

enum input_change {
    INPUT_SAME,
    INPUT_GREW,    /* longer than when it was opened: a live log */
    INPUT_CHANGED, /* written to otherwise */
};

struct input_state input_state_of(const struct stat *info);

/* Makes `all`, the state of one file or several, that of these and one more, in this order. */
void input_state_add(struct input_state *all, const struct input_state *one);

/* The same file, and nobody has touched it in between. */
bool input_state_same(const struct input_state *a, const struct input_state *b);

/* What happened to its content. */
enum input_change input_state_change(const struct input_state *before,
                                     const struct input_state *after);

/* Whether a later change would show in its times. One within the tick of the file system's
 * clock in which the file was last written would not: such a file is not trusted yet. */
bool input_state_settled(const struct input_state *state);

/* A sentence on it, without the file's name; NULL for INPUT_SAME. And a word for files. */
const char *input_change_text(enum input_change change);
const char *input_change_word(enum input_change change);

#endif
