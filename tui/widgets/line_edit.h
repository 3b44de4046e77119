/* line_edit: one line of text being typed. UTF-8, cut between characters, no terminal. */
#ifndef ODDHOURS_TUI_WIDGETS_LINE_EDIT_H
#define ODDHOURS_TUI_WIDGETS_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "terminal/canvas.h"
#include "keys/keymap.h"

enum { LINE_EDIT_SIZE = 1024 };

struct line_edit {
    char text[LINE_EDIT_SIZE]; /* always terminated */
    size_t length;             /* bytes */
    size_t cursor;             /* bytes before the cursor */
};

/* Sets the text, with the cursor behind it. */
void line_edit_set(struct line_edit *edit, const char *text);

/* Edits by a key: characters, arrows, Home, End, Backspace, Delete, Ctrl-A/E/B/F/D/H/W/U/K.
 * False when the key is none of these. */
bool line_edit_key(struct line_edit *edit, keycode key);

/* Inserts text at the cursor, as far as it fits. */
void line_edit_insert(struct line_edit *edit, const char *bytes, size_t length);

/* Draws into `cols` cells, scrolled so that the cursor shows; returns the cursor's column. */
int line_edit_draw(const struct line_edit *edit, struct canvas *canvas, int y, int x, int cols);

#endif
