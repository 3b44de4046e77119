/* palette: which colour each role has, on 256 colours and on 8. Knows no terminal; term_color.c
 * turns it into colour pairs.
 *
 * The background is always the terminal's own, so that light and dark ones both work. A colour
 * is 0 to 255 as xterm counts them, or COLOR_DEFAULT: the terminal's own foreground. */
#ifndef ODDHOURS_TUI_PALETTE_H
#define ODDHOURS_TUI_PALETTE_H

#include <stdbool.h>

#include "terminal/canvas.h"

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum { COLOR_DEFAULT = -1, COLOR_NAME = 16, COLOR_MODES = 3 };

struct palette {
    short rich[ROLE_COUNT];  /* of 256 */
    short plain[ROLE_COUNT]; /* of 8 */
};

void palette_init(struct palette *palette);

/* On 8 colours the nearest of them stands for it (greys become the terminal's own); for the
 * role's default colour its default there. */
void palette_set(struct palette *palette, enum role role, short color);

/* "text", "dim", ..., "heat-5". */
const char *palette_role_name(enum role role);

/* A colour's name ("red", "bright-red", "default"), or its number; into name[COLOR_NAME]. */
void palette_color_name(short color, char *name);

/* By name only; false when there is none. */
bool palette_color_find(const char *name, short *color);

/* The names of the colours, one after the other; NULL at the end. */
const char *palette_color_known(int i);

/* "auto", "always", "never". */
const char *color_mode_name(enum color_mode mode);
bool color_mode_find(const char *name, enum color_mode *mode);

#endif
