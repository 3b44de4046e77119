/* captured_stderr: what libraries write to standard error while the screen is up is kept aside,
 * and shown, made safe, when it is gone. There is one standard error, so this has globals of
 * its own. */
#ifndef ODDHOURS_TUI_CAPTURED_STDERR_H
#define ODDHOURS_TUI_CAPTURED_STDERR_H

#include <stdbool.h>
#include <stddef.h>

/* From now on standard error is kept, when it is a terminal. */
void captured_stderr_start(void);

/* Hands over, without their newlines, the lines that have come since the last call, not more
 * than a screenful or two at a time; how many. `take` makes them safe. */
size_t captured_stderr_lines(void (*take)(void *context, const char *line), void *context);

/* Puts the real one back and says what was kept. Async-signal-safe. */
void captured_stderr_release(void);

/* The real one is back for a while (suspended), or not any more. */
void captured_stderr_pause(bool pause);

/* write(2) until all is written or it fails. Async-signal-safe. */
void captured_stderr_write(int fd, const char *bytes, size_t length);

#endif
