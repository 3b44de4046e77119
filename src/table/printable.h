/* printable: bytes of a file as plain ASCII, for a message of one line. */
#ifndef ODDHOURS_TABLE_PRINTABLE_H
#define ODDHOURS_TABLE_PRINTABLE_H

#include <stddef.h>

#include "table/dict.h"

/* Writes `text` into out[size], always terminated: ASCII as it is, other bytes as \x1f, a text
 * that does not fit cut and ended with "...". Returns `out`. */
char *printable(char *out, size_t size, struct span text);

#endif
