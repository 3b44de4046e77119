/* options: the command line, GNU style, from tables.
 *
 * A command lists its own options; those of the pipeline (--seed, --trees ...) are made from
 * the parameters in run/params and models/detector.h, so a new parameter is an option at once.
 */
#ifndef ODDHOURS_CMD_OPTIONS_H
#define ODDHOURS_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "run/params.h"

enum option_kind {
    OPTION_SWITCH,
    OPTION_VALUE,
    OPTION_PATH, /* a file or folder: its name may not be empty */
};

struct option_spec {
    const char *name; /* without dashes; NULL ends a list */
    char letter;      /* 'o' for -o; 0: none */
    enum option_kind kind;
    const char *argument; /* "DIR" in the help; NULL: a switch */
    const char *help;
};

/* What a command takes. */
struct options {
    const char *synopsis;
    const char *about;
    const struct option_spec *own;
    /* Called for each option of the own list, with its index and value (NULL for a switch). */
    bool (*take)(void *context, size_t index, const char *value, struct status *status);
    void *context;
    struct reading *reading;   /* where the options on how a table is written go, when there are
                                * no   params; NULL: the command has none */
    struct run_params *params; /* where the pipeline's options go; NULL: the command has none */
};

enum options_outcome {
    OPTIONS_GO,    /* go on: operands are argv[*first_operand] .. argv[argc - 1] */
    OPTIONS_DONE,  /* --help or --version was printed: exit 0 */
    OPTIONS_WRONG, /* said on standard error: exit 2 */
};

/* Parses argv, moving operands behind the options ("--" ends them; "-" is an operand). */
enum options_outcome options_parse(const struct options *options, int argc, char **argv,
                                   int *first_operand);

/* "oddhours: TEXT" on standard error, made safe for a terminal. */
void options_complain(const char *text);

/* The same for a failed status; returns the exit status. */
int options_fail(const struct status *status);

/* Prints the options of the pipeline, for the help text of a command with options of its `own`.
 */
void options_print_params(const struct option_spec *own);

#endif
