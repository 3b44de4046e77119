/* loop: the one place that waits, draws, resizes and quits. */
#ifndef ODDHOURS_TUI_LOOP_H
#define ODDHOURS_TUI_LOOP_H

#include "app/app_state.h"
#include "app/script.h"

/* Runs until the user quits, the terminal goes or a signal ends it. The terminal has been
 * started; `script` (or NULL) plays meanwhile. Returns false, with a status, when it could not
 * go on; signals_terminating() tells of a signal. */
bool loop_run(struct app *app, struct script *script, struct status *status);

/* The same without a terminal, on a screen of this size, until the script ends. */
bool loop_run_offscreen(struct app *app, struct script *script, int rows, int cols,
                        struct status *status);

#endif
