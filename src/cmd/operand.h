/* operand: small things that several commands need. */
#ifndef ODDHOURS_CMD_OPERAND_H
#define ODDHOURS_CMD_OPERAND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"
#include "cmd/options.h"
#include "run/params.h"
#include "table/table.h"

/* What a command with one input begins with: parses the command line and makes its one operand
 * the input of `params`, which options_parse() has filled in. False when the command is over:
 * `*exit_status` says how, and `params` are cleared. */
bool operand_begin(const struct options *options, int argc, char **argv,
                   struct run_params *params, int *exit_status);

/* How it ends: says what went wrong, clears `params` and returns the exit status. */
int operand_end(struct run_params *params, bool good, const struct status *status);

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
