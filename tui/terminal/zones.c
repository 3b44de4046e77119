#include "terminal/zones.h"

#include <stdio.h>

#include "terminal/canvas.h"

/* Adds a zone, clipped to the canvas; NULL when nothing is left of it or there is no room. */
static struct zone *add(struct canvas *canvas, int y, int x, int rows, int cols)
{
    struct zones *zones = canvas->zones;
    if (zones == NULL || zones->n == ZONES_MAX || canvas->stride <= 0) {
        return NULL;
    }
    if (x < 0 || y < 0 || x >= canvas->cols || y >= canvas->rows || rows <= 0 || cols <= 0) {
        return NULL;
    }
    rows = rows < canvas->rows - y ? rows : canvas->rows - y;
    cols = cols < canvas->cols - x ? cols : canvas->cols - x;
    ptrdiff_t offset = canvas->cells - zones->cells;
    struct zone *zone = &zones->list[zones->n++];
    *zone = (struct zone){.y = (int)(offset / canvas->stride) + y,
                          .x = (int)(offset % canvas->stride) + x,
                          .rows = rows,
                          .cols = cols};
    return zone;
}

void zone_action(struct canvas *canvas, int y, int x, int cols, enum action action,
                 const char *argument)
{
    struct zone *zone = add(canvas, y, x, 1, cols);
    if (zone != NULL) {
        zone->action = action;
        snprintf(zone->argument, sizeof zone->argument, "%s", argument);
    }
}

void zone_list(struct canvas *canvas, int y, int rows, int used, int cursor)
{
    struct zone *zone = add(canvas, y, 0, rows < used ? rows : used, canvas->cols);
    if (zone != NULL) {
        zone->cursor = cursor;
    }
}

const struct zone *zone_at(const struct canvas *canvas, int y, int x)
{
    const struct zones *zones = canvas->zones;
    for (size_t i = zones == NULL ? 0 : zones->n; i > 0; i--) {
        const struct zone *zone = &zones->list[i - 1];
        if (y >= zone->y && y < zone->y + zone->rows && x >= zone->x &&
            x < zone->x + zone->cols) {
            return zone;
        }
    }
    return NULL;
}
