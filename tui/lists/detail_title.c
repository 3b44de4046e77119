/* The title of the detail pane: which user-hour it is. */
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "lists/detail.h"
#include "lists/user_hours.h"

enum { PART = 160 };

/* What the title is made of, in order. */
enum { TITLE_USER, TITLE_WHEN, TITLE_TIME, TITLE_ALIKE, TITLE_ROW, TITLES };

static void fill_title(const struct table *table, size_t row, const struct glyphs *glyphs,
                       char (*parts)[PART])
{
    uint32_t copies = table->profiles.copies[table->row_profile[row]];
    int64_t day;
    int hour;
    for (int i = 0; i < TITLES; i++) {
        parts[i][0] = '\0';
    }
    user_hours_user(table, row, glyphs->ascii, parts[TITLE_USER], PART);
    user_hours_time(table, row, glyphs->ascii, parts[TITLE_TIME], PART);
    if (table_row_when(table, row, &day, &hour)) {
        snprintf(parts[TITLE_WHEN], PART, "%s", format_when(day, hour).text);
    }
    if (copies > 1) {
        snprintf(parts[TITLE_ALIKE], PART, "%s%s alike", glyphs->times,
                 format_grouped(copies).text);
    }
    snprintf(parts[TITLE_ROW], PART, "row %s", format_grouped(row).text);
}

/* "ann  d21 12h  1970-01-22 12:00:00  x8 alike  row 107,206": what is said twice, then the row
 * and the copies go where there is no room. */
void detail_title(const struct table *table, size_t row, struct canvas *canvas)
{
    enum { FRAME_COLS = 6 };
    static const int drops[] = {TITLE_TIME, TITLE_ROW, TITLE_ALIKE, TITLES};
    char parts[TITLES][PART], title[TITLES * (PART + 2)];
    fill_title(table, row, canvas->glyphs, parts);
    size_t drop = parts[TITLE_WHEN][0] == '\0'; /* then the text is all there is */
    for (bool fits = false; !fits; drop++) {
        size_t length = 0;
        for (int i = 0; i < TITLES; i++) {
            if (parts[i][0] != '\0') {
                length += (size_t)snprintf(title + length, sizeof title - length, "%s%s",
                                           length > 0 ? "  " : "", parts[i]);
            }
        }
        fits = (int)text_width(title) + FRAME_COLS <= canvas->cols || drops[drop] == TITLES;
        if (!fits) {
            parts[drops[drop]][0] = '\0';
        }
    }
    canvas_rule(canvas, 0, title);
}
