/* infile: opening files that are read whole (a saved run, settings, a script, labels) without
 * ever waiting in open().
 *
 * A named pipe makes open() wait until somebody writes to it, perhaps for ever, and a device
 * may do anything; what should be a file is looked at first. /dev/null, which is empty, and the
 * pipe that a shell makes of `<(command)`, whose other end is there already, pass where a text
 * is wanted.
 */
#ifndef ODDHOURS_BASE_INFILE_H
#define ODDHOURS_BASE_INFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"

/* A descriptor of the regular file `path`, to be closed; -1, and errno, with STATUS_IO when
 * it cannot be opened (ENOENT: there is none), with STATUS_INPUT when it is something else. */
int infile_open(const char *path, struct status *status);

/* The same, for a text: passes /dev/null and a shell's pipe. */
int infile_open_text(const char *path, struct status *status);
FILE *infile_stream_text(const char *path, struct status *status);

/* Whether infile_open_text() would take what is there; nothing is opened. What is not there or
 * cannot be looked at passes: opening it will say so. */
bool infile_check_text(const char *path, struct status *status);

#endif
