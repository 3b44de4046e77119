/* The mouse: a click does what the region under it says, the wheel moves as the keys do. While
 * something is asked or typed the mouse does nothing: a stray click must not confirm. */
#include "app/app_state.h"

#include <stdlib.h>
#include <string.h>

enum { WHEEL_ROWS = 3 };

#define DOUBLE_SECONDS 0.4

void app_use_mouse(struct app *app, const char *word)
{
    bool on = word[0] == '\0' ? !app->settings.mouse : strcmp(word, "on") == 0;
    if (word[0] != '\0' && !on && strcmp(word, "off") != 0) {
        app_say(app, LOG_ERROR, "mouse is on or off, not '%s'", word);
        return;
    }
    app->settings.mouse = on;
    app->restyled = true;
    app_say(app, LOG_NOTE,
            on ? "mouse on: click, wheel; Shift selects text in most terminals"
               : "mouse off: the terminal selects text with it");
}

static void repeat(struct app *app, enum action action, int times)
{
    for (int i = 0; i < times; i++) {
        app_do(app, action, "");
    }
}

/* Moves the cursor of a list to the line that was clicked; the second of two quick clicks opens
 * it. A list that does not have the cursor gets it first. */
static void click_list(struct app *app, const struct canvas *canvas,
                       const struct click_region *region, int y)
{
    const struct cell *cell = canvas_cell(canvas, region->y + region->cursor, region->x);
    int line = y - region->y;
    double now = app_now(app);
    if (cell == NULL || !cell->selected) {
        app_do(app, ACTION_PANE, "");
    } else if (line != region->cursor) {
        repeat(app, line > region->cursor ? ACTION_DOWN : ACTION_UP,
               abs(line - region->cursor));
    } else if (app->clicked_at >= 0 && now - app->clicked_at <= DOUBLE_SECONDS &&
               app->clicked_y == y) {
        app_do(app, ACTION_OPEN, "");
    }
    app->clicked_at = now;
    app->clicked_y = y;
}

void app_mouse(struct app *app, struct canvas *canvas, const struct mouse *mouse)
{
    app->moved = true;
    bool stale = app->dirty;
    if (app->prompt.kind != PROMPT_NONE) {
        return;
    }
    app->dirty = true;
    app->has_message = false;
    if (mouse->kind != MOUSE_CLICK) {
        repeat(app, mouse->kind == MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN, WHEEL_ROWS);
        return;
    }
    /* Over a slow line keys and clicks come several at a time: what the ones before have
     * changed is not on the canvas yet, where the cursor stands least of all. */
    if (stale) {
        app_draw(app, canvas);
    }
    const struct click_region *region = click_region_at(canvas, mouse->y, mouse->x);
    if (region == NULL) {
        return;
    }
    if (region->action == ACTION_NONE) {
        click_list(app, canvas, region, mouse->y);
    } else {
        /* A copy: what the action does may draw. */
        struct click_region copy = *region;
        app_do(app, copy.action, copy.argument);
    }
}
