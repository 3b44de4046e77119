/* console: progress on standard error and Ctrl-C, for the commands without a screen.
 *
 * On a terminal one live line; elsewhere a line when a stage is done. SIGINT and SIGTERM ask
 * the run to stop; a second one ends the program at once.
 */
#ifndef ODDHOURS_CMD_CONSOLE_H
#define ODDHOURS_CMD_CONSOLE_H

#include <stdbool.h>

#include "base/progress.h"
#include "run/pipeline/pipeline.h"
#include "table/input_state.h"

struct console;

/* `quiet`: no progress. NULL on failure (memory). Only one at a time. */
struct console *console_new(bool quiet, struct status *status);
void console_free(struct console *console);

/* Ends the live line and gives the signals back, before long output: console_free() does, too.
 */
void console_close(struct console *console);

const struct progress *console_progress(const struct console *console);
const struct pipeline_listener *console_listener(const struct console *console);

/* Runs the pipeline under it. The finished run, or NULL with a status. */
struct run *console_run(struct console *console, const struct run_params *params,
                        struct status *status);

/* Says on standard error that an input did not stay as it was; nothing for INPUT_SAME. What
 * console_run() makes is told of by itself. */
void console_say_change(const char *name, enum input_change change);

/* Says on standard error what of the table was lost, last of all; whether that is more than a
 * command's success can bear (losses.h). */
void console_read(struct console *console, const struct table *table);
bool console_lossy(const struct console *console);

/* A stage outside the pipeline, such as writing files. */
void console_stage(struct console *console, const char *name);

/* Ends the live line, or says the seconds of the stage that ran. */
void console_done(struct console *console);

#endif
