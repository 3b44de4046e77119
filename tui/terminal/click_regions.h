/* click_regions: what the parts of a screen do when they are clicked. Whoever draws says so, on
 * the canvas; the app looks them up (app_mouse.c). A canvas without regions takes none. */
#ifndef ODDHOURS_TUI_CLICK_REGIONS_H
#define ODDHOURS_TUI_CLICK_REGIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/actions.h"

/* What the mouse did, at a cell of the screen. */
struct mouse {
    enum mouse_kind { MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN } kind;
    int y, x;
};

struct canvas;
struct cell;

enum { CLICK_REGIONS_MAX = 128, CLICK_REGION_ARGUMENT = 64 };

struct click_region {
    int y, x, rows, cols; /* of the whole screen */
    enum action action;   /* ACTION_NONE: rows of a list */
    char argument[CLICK_REGION_ARGUMENT];
    int cursor; /* of a list: the line, within the region, that the cursor is on */
};

/* Those of one frame; a canvas has one (canvas_new()), and its parts share it. */
struct click_regions {
    const struct cell *cells; /* of the whole screen, which places are counted from */
    size_t n;
    struct click_region list[CLICK_REGIONS_MAX];
};

/* A click on these cells of the canvas does `action` with `argument`. */
void click_region_action(struct canvas *canvas, int y, int x, int cols, enum action action,
                         const char *argument);

/* A click on one of these lines, of `used` that show rows, moves the cursor there. */
void click_region_list(struct canvas *canvas, int y, int rows, int used, int cursor);

/* The region at a position of the whole screen, the last one drawn there; NULL when there is
 * none.
 */
const struct click_region *click_region_at(const struct canvas *canvas, int y, int x);

#endif
