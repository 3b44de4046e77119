/* cmd: the commands without a screen. The only part of src/ that prints.
 *
 * A command is a function of argc and argv (argv[0] is the command's own word) that returns the
 * exit status. The list is in cmd.c; `oddhours FILE` without a command is the explorer (tui/).
 */
#ifndef ODDHOURS_CMD_CMD_H
#define ODDHOURS_CMD_CMD_H

struct command {
    const char *name;
    const char *synopsis; /* "run FILE -o DIR" */
    const char *summary;  /* one line */
    int (*main)(int argc, char **argv);
};

extern const struct command commands[]; /* ends with a NULL name */

/* The command named by `word`, or NULL. */
const struct command *command_find(const char *word);

/* The name of the command that an unknown word was probably meant to be, or NULL. */
const char *command_nearest(const char *word);

int cmd_run(int argc, char **argv);
int cmd_describe(int argc, char **argv);
int cmd_prep(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_formats(int argc, char **argv);
int cmd_report(int argc, char **argv);

#endif
