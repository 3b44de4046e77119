/* options_help: the help text of a command, and the options that commands share. */
#ifndef ODDHOURS_CMD_OPTIONS_HELP_H
#define ODDHOURS_CMD_OPTIONS_HELP_H

#include "cmd/options.h"

extern const struct option_spec options_shared[]; /* --help and --version */
extern const struct option_spec options_of_run[]; /* of a run, but not a number or a word */

void options_print_help(const struct options *options);

#endif
