/* status: how the engine says what went wrong.
 *
 * The engine never prints, exits or aborts. A function that can fail takes a `struct status *`
 * last and returns false or NULL; it then has filled in a code and one sentence that says what,
 * where and what to do. On success the status is left alone. The text may hold bytes from
 * outside (a file's name), so it passes text_safe() before it reaches a terminal.
 */
#ifndef ODDHOURS_BASE_STATUS_H
#define ODDHOURS_BASE_STATUS_H

#include <stdbool.h>
#include <stddef.h>

enum status_code {
    STATUS_OK = 0,
    STATUS_CANCELLED, /* the user asked to stop; what is finished stays */
    STATUS_NOMEM,     /* an allocation failed */
    STATUS_IO,        /* reading or writing failed */
    STATUS_INPUT,     /* the input is not what it should be */
    STATUS_USAGE,     /* wrong parameters or options */
};

enum { STATUS_TEXT = 512 };

struct status {
    enum status_code code;
    char text[STATUS_TEXT]; /* one sentence, no newline, always terminated */
};

/* Fills `status` (which may be NULL) and returns false, so that a caller can write
 * `return status_set(...)`. A text that is too long is cut. */
bool status_set(struct status *status, enum status_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "out of memory: BYTES bytes for WHAT". Returns false. */
bool status_nomem(struct status *status, size_t bytes, const char *what);

/* "cancelled". Returns false. */
bool status_cancelled(struct status *status);

/* The exit status of DESIGN's command table: 0 done, 1 failed, 2 usage or input, 130 cancelled.
 */
int status_exit(const struct status *status);

#endif
