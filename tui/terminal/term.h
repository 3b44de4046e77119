/* term: the terminal. The only file of the program, with term_draw.c and term_color.c, that
 * knows curses.
 *
 * There is one terminal, so these are the places with mutable globals (and signals.c with its
 * flags). It is restored on every way out: term_stop(), SIGTERM and SIGHUP (through the loop),
 * SIGSEGV and its like (signals.c). No terminal is queried, no title set; the mouse is left
 * alone until it is asked for.
 */
#ifndef ODDHOURS_TUI_TERM_H
#define ODDHOURS_TUI_TERM_H

#include <stdbool.h>

#include "base/status.h"
#include "terminal/canvas.h"
#include "keys/keymap.h"
#include "terminal/palette.h"

/* Sets LC_CTYPE, and no other category, from the environment. Returns whether it is UTF-8. */
bool term_locale(void);

/* Whether there is a terminal to draw on: standard output is one, and so is standard input or
 * else the process has a controlling terminal. */
bool term_available(void);

/* Takes the terminal over. Keys come from standard input, or from the controlling terminal when
 * that is no terminal. What libraries write to standard error is kept. Errors: STATUS_USAGE
 * (TERM unknown or too poor), STATUS_IO. */
bool term_start(struct status *status);

/* Other colours, from the next frame on; without a call there are none. */
void term_colors(enum color_mode mode, const struct palette *palette);

/* Gives it back and shows what was written to standard error meanwhile, made safe. Does nothing
 * when it was not started. */
void term_stop(void);

void term_size(int *rows, int *cols);
int term_fd(void); /* to poll for keys */

/* The next key, or KEY_NONE when there is none now; KEY_HANGUP when there never will be. */
enum { KEY_HANGUP = 0x7FFFFFFF, KEY_MOUSE_EVENT = 0x7FFFFFFE };
keycode term_key(void);

/* Takes the mouse or lets it go; false when this terminal has none to take. It is let go on
 * every way out. */
bool term_mouse(bool on);

/* What the mouse did, after KEY_MOUSE_EVENT. */
struct mouse term_mouse_event(void);

/* Sends the canvas: only what differs from the last frame goes out. Without memory nothing
 * does; the next frame may find some. */
void term_draw(const struct canvas *canvas);

/* Forgets what is on the screen, so that the next frame is drawn in full. */
void term_repaint(void);

/* Takes over a new size of the terminal. */
void term_resized(void);

/* Back to the shell until SIGCONT. */
void term_suspend(void);

#endif
