/* vt: the real program in a pseudo-terminal, watched through libvterm.
 *
 * Nothing here sleeps: every wait reads what the program writes and looks again, until a
 * deadline of five seconds (times ODDHOURS_TEST_SLOW). A wait that fails prints the screen and
 * fails the cmocka test.
 */
#ifndef ODDHOURS_TESTS_TUI_VT_H
#define ODDHOURS_TESTS_TUI_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct vt;

/* Starts argv (NULL-terminated) on a terminal of this size. The environment is a clean one
 * (TERM=xterm-256color, LC_ALL=C.UTF-8, TZ=UTC, PATH and what the sanitizers need), then
 * `extra`
 * ("NAME=VALUE" or NAME to unset; NULL-terminated, or NULL). */
struct vt *vt_start(const char *const *argv, int rows, int cols, const char *const *extra);

/* Kills the program if it still runs, and frees. */
void vt_free(struct vt *vt);

void vt_keys(struct vt *vt, const char *bytes);
void vt_resize(struct vt *vt, int rows, int cols);
void vt_signal(struct vt *vt, int number);
pid_t vt_pid(const struct vt *vt);

/* Wait until the text stands in this row (negative: from below; VT_ANY: in any), or in none. */
enum { VT_ANY = 10000 };
void vt_wait_text(struct vt *vt, int row, const char *text);
void vt_wait_gone(struct vt *vt, const char *text);

/* Waits until `is` holds for the cell's text and attributes. */
struct vt_cell {
    char text[32];
    bool reverse, bold, underline, dim_or_colored;
    int width;
};
struct vt_cell vt_get_cell(struct vt *vt, int row, int col);
void vt_wait_cell(struct vt *vt, int row, int col, bool (*is)(const struct vt_cell *cell));

/* Waits until the program has ended: its exit status, or 128 + signal. */
int vt_wait_exit(struct vt *vt);

/* Waits until the program has stopped (Ctrl-Z). The program's process id may be another than
 * the one started, when that is a shell. */
void vt_wait_stopped(struct vt *vt, pid_t pid);

/* Whether the alternate screen is shown; whether the cursor is. */
void vt_wait_restored(struct vt *vt);

/* One row of the screen as UTF-8 without trailing spaces. */
void vt_row(struct vt *vt, int row, char *out, size_t size);

/* Reads what there is now without waiting; waits until there is more, for a moment at most. */
void vt_pump(struct vt *vt);
void vt_wait_more(struct vt *vt);

/* Every byte that the program has written. */
const char *vt_bytes(const struct vt *vt, size_t *length);

/* Every escape sequence is a CSI, a choice of character set, or a keypad or cursor mode: no
 * title, no clipboard, no query; and no control of C1 nor of text direction. */
void vt_check_bytes(const struct vt *vt);

/* Closes the line, as a lost connection does. */
void vt_hang_up(struct vt *vt);

/* Seconds that a wait lasts at most. */
double vt_patience(void);

/* Seconds, for latencies. */
double vt_now(void);

#endif
