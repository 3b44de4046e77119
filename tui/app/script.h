/* script: a session played from a file: for the demo, for screenshots and for tests.
 *
 * One action or command a line, as in the palette ("k 100", "view-top"); and
 *     key NAME...       presses keys by their names ("key j j Enter")
 *     type TEXT         types the text, as into a prompt
 *     wait table        until the table is there; also: preview, scaled, a detector's name,
 *                       ensemble, done (the run has ended), idle (nothing is being worked on)
 *     wait ms N         for so long, so that people can read
 * `import` and what else is about the whole review waits for the table by itself. Blank lines
 * and lines that begin with # do not count. After the last line the session is the user's; so
 * it is at once when a line ends in an error, for the next ones were written for a screen that
 * is not there.
 */
#ifndef ODDHOURS_TUI_SCRIPT_H
#define ODDHOURS_TUI_SCRIPT_H

#include "app/app_state.h"

struct script;

/* Reads and checks the whole file. NULL with STATUS_IO, or STATUS_INPUT with the line. */
struct script *script_load(const char *path, struct status *status);
void script_free(struct script *script);

/* Plays one line, if what it waits for is there. NULL is fine. False, and the script has ended,
 * with STATUS_IO and a sentence when what it has done so far ended in an error. */
bool script_play(struct script *script, struct app *app, struct status *status);

/* True, with that status, when there is such an error; each is told of once. For the end of a
 * session: what the last lines asked for may have come since. NULL is fine. */
bool script_failed(struct script *script, const struct app *app, struct status *status);

/* Seconds until it wants to be played again; negative when it waits for an event, or has ended.
 */
double script_patience(const struct script *script);

bool script_ended(const struct script *script); /* NULL: true */

#endif
