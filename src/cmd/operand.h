/* operand: small things that several commands need. */
#ifndef ODDHOURS_CMD_OPERAND_H
#define ODDHOURS_CMD_OPERAND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"
#include "cmd/console.h"
#include "cmd/options.h"
#include "run/params.h"
#include "table/table.h"

/* A command with one input, of a file or several. `settings` are its own, options.context;
 * `params` and `quiet` are in them, and have been filled in from the command line when `check`
 * and `work` are called. */
struct operand_command {
    struct options options;
    struct run_params *params; /* the defaults are set, and all cleared, by operand_run() */
    const bool *plain;         /* true: one operand, a folder as it is; NULL: files */
    bool index;                /* params->index: its runs are looked at, not only written */
    const bool *quiet;
    bool (*check)(const void *settings, struct status *status); /* NULL: all goes together */
    bool (*work)(const void *settings, struct console *console, struct status *status);
};

/* Parses the command line, makes its operands the input and works. Says what went wrong and
 * returns the exit status. */
int operand_run(const struct operand_command *command, int argc, char **argv);

/* A name from outside, safe to print. */
struct operand_text {
    char text[1024];
};
struct operand_text operand_safe(const char *name);

/* The rejected lines that the reader kept, one a line; nothing when there were none. */
void operand_print_rejects(const struct table *table, FILE *stream);

/* How the table was understood, where that is not plain, and times that were not. */
void operand_print_notes(const struct table *table, FILE *stream);

#endif
