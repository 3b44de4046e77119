/* script: a session played from a file: for the demo, for screenshots and for tests.
 *
 * One action or command a line, as in the palette ("k 100", "view-top"); and
 *     key NAME...       presses keys by their names ("key j j Enter")
 *     type TEXT         types the text, as into a prompt
 *     wait table        until the table is there; also: preview, scaled, a detector's name,
 *                       ensemble, done (the run has ended), idle (nothing is being worked on)
 *     wait ms N         for so long, so that people can read
 * Blank lines and lines that begin with # do not count. After the last line the session is the
 * user's.
 */
#ifndef ODDHOURS_TUI_SCRIPT_H
#define ODDHOURS_TUI_SCRIPT_H

#include "app/app_state.h"

struct script;

/* Reads and checks the whole file. NULL with STATUS_IO, or STATUS_INPUT with the line. */
struct script *script_load(const char *path, struct status *status);
void script_free(struct script *script);

/* Plays one line, if what it waits for is there. NULL is fine. */
void script_play(struct script *script, struct app *app);

/* Seconds until it wants to be played again; negative when it waits for an event, or has ended.
 */
double script_patience(const struct script *script);

bool script_ended(const struct script *script); /* NULL: true */

#endif
