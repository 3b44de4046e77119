#include "terminal/click_regions.h"

#include <stdio.h>

#include "terminal/canvas.h"

/* Adds a region, clipped to the canvas; NULL when nothing is left of it or there is no room. */
static struct click_region *add(struct canvas *canvas, int y, int x, int rows, int cols)
{
    struct click_regions *click_regions = canvas->click_regions;
    if (click_regions == NULL || click_regions->n == CLICK_REGIONS_MAX || canvas->stride <= 0) {
        return NULL;
    }
    if (x < 0 || y < 0 || x >= canvas->cols || y >= canvas->rows || rows <= 0 || cols <= 0) {
        return NULL;
    }
    rows = rows < canvas->rows - y ? rows : canvas->rows - y;
    cols = cols < canvas->cols - x ? cols : canvas->cols - x;
    ptrdiff_t offset = canvas->cells - click_regions->cells;
    struct click_region *region = &click_regions->list[click_regions->n++];
    *region = (struct click_region){.y = (int)(offset / canvas->stride) + y,
                                    .x = (int)(offset % canvas->stride) + x,
                                    .rows = rows,
                                    .cols = cols};
    return region;
}

void click_region_action(struct canvas *canvas, int y, int x, int cols, enum action action,
                         const char *argument)
{
    struct click_region *region = add(canvas, y, x, 1, cols);
    if (region != NULL) {
        region->action = action;
        snprintf(region->argument, sizeof region->argument, "%s", argument);
    }
}

void click_region_list(struct canvas *canvas, int y, int rows, int used, int cursor)
{
    struct click_region *region = add(canvas, y, 0, rows < used ? rows : used, canvas->cols);
    if (region != NULL) {
        region->cursor = cursor;
    }
}

const struct click_region *click_region_at(const struct canvas *canvas, int y, int x)
{
    const struct click_regions *click_regions = canvas->click_regions;
    for (size_t i = click_regions == NULL ? 0 : click_regions->n; i > 0; i--) {
        const struct click_region *region = &click_regions->list[i - 1];
        if (y >= region->y && y < region->y + region->rows && x >= region->x &&
            x < region->x + region->cols) {
            return region;
        }
    }
    return NULL;
}
