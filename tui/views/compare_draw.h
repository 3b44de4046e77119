/* compare_draw: the parts that the Compare view is drawn of. */
#ifndef ODDHOURS_TUI_VIEWS_COMPARE_DRAW_H
#define ODDHOURS_TUI_VIEWS_COMPARE_DRAW_H

#include "views/compare_view.h"

/* The pairs at K, with their curves beside; returns the line below. */
int compare_draw_pairs(struct compare_view *view, const struct session *session,
                       struct canvas *canvas);

/* The curves as numbers. */
void compare_draw_curves(const struct compare_view *view, const struct session *session,
                         struct canvas *canvas);

#endif
