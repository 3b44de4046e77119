#include "run/sheet/episodes_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ROW_ID = 11 }; /* a row_id and what follows it */

static void put_time(struct sheet *sheet, const struct table *table, uint32_t row)
{
    struct span text = dict_get(table->times, table->row_time[row]);
    sheet_put_bytes(sheet, text.bytes, text.length);
}

bool episodes_put_rows(struct sheet *sheet, const uint32_t *rows, size_t n,
                       struct status *status)
{
    char *text = mem_new(n * ROW_ID + 1, 1, "an episode", status);
    size_t at = 0;
    for (size_t i = 0; text != NULL && i < n; i++) {
        at += (size_t)snprintf(text + at, ROW_ID + 1, "%s%u", i > 0 ? " " : "", rows[i]);
    }
    if (text != NULL) {
        sheet_put_text(sheet, text);
    }
    free(text);
    return text != NULL;
}

struct sheet *episodes_beside(const struct episodes *episodes, const struct table *table,
                              struct status *status)
{
    struct sheet *sheet = sheet_new_table("episodes", status);
    bool good = sheet != NULL, timed = table->times != NULL;
    if (good && timed) {
        sheet_add_column(sheet, "episode_begin", true);
        sheet_add_column(sheet, "episode_end", true);
        sheet_add_column(sheet, "episode_hours", false);
    }
    if (good) {
        sheet_add_column(sheet, "episode_rows", false);
        sheet_add_column(sheet, "episode_row_ids", true);
    }
    for (size_t i = 0; good && i < episodes->n; i++) {
        const uint32_t *rows = episodes_rows(episodes, i);
        size_t n = episodes->of[i].n;
        if (timed) {
            put_time(sheet, table, rows[0]);
            put_time(sheet, table, rows[n - 1]);
            sheet_put_count(sheet, episodes_windows(episodes, table, i));
        }
        sheet_put_count(sheet, n);
        good = episodes_put_rows(sheet, rows, n, status);
    }
    if (!good) {
        sheet_free(sheet);
        return NULL;
    }
    return sheet;
}

bool episodes_best_rows(const struct episodes *episodes, struct row_set *rows,
                        struct status *status)
{
    uint32_t *best = mem_new(episodes->n, sizeof *best, "episodes", status);
    for (size_t i = 0; best != NULL && i < episodes->n; i++) {
        best[i] = episodes->of[i].best;
    }
    *rows = best != NULL ? row_set_list(best, episodes->n) : (struct row_set){0};
    return best != NULL;
}
