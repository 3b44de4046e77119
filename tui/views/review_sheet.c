/* The queue of a review for a file. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "lists/sheets.h"
#include "run/sheet/episodes_sheet.h"
#include "views/review_view.h"
#include "views/view.h"

/* What is known of each position beside its row; of a blind queue only what an episode holds.
 */
static struct sheet *make_beside(const struct queue *queue, struct status *status)
{
    struct sheet *beside = sheet_new_table("places", status);
    bool good = beside != NULL, blind = queue->spec.blind, episodes = queue->spec.episodes;
    if (good && !blind) {
        sheet_add_column(beside, "role", true);
        sheet_add_column(beside, "best_rank", false);
    }
    if (good && episodes) {
        sheet_add_column(beside, "episode_rows", false);
        sheet_add_column(beside, "episode_row_ids", true);
    }
    for (size_t i = 0; good && i < queue->n; i++) {
        const struct queue_item *item = &queue->items[i];
        size_t n;
        const uint32_t *rows = queue_rows(queue, item, &n);
        if (!blind) {
            sheet_put_text(beside, entry_role_name(item->role));
        }
        if (!blind && item->rank > 0) {
            sheet_put_count(beside, item->rank);
        } else if (!blind) {
            sheet_put_nothing(beside);
        }
        if (episodes) {
            sheet_put_count(beside, n);
            good = episodes_put_rows(beside, rows, n, status);
        }
    }
    if (!good) {
        sheet_free(beside);
        return NULL;
    }
    return beside;
}

struct sheet *review_sheet(void *state, const struct app *app, char *name, size_t size,
                           struct status *status)
{
    const struct review_view *view = state;
    const struct queue *queue = view->numbers.queue;
    if (app_review(app) == NULL || queue == NULL) {
        return NULL;
    }
    /* What a blind review hides, controls among it, is not in its file either. */
    bool blind = queue->spec.blind;
    struct sheets_rows how = {.position = "place", .blind = blind};
    uint32_t *rows = mem_new(queue->n, sizeof *rows, "a list to write", status);
    bool more = !blind || queue->spec.episodes;
    how.beside = !more || rows == NULL ? NULL : make_beside(queue, status);
    if (rows == NULL || (how.beside == NULL && more)) {
        free(rows);
        return NULL;
    }
    for (size_t i = 0; i < queue->n; i++) {
        size_t n; /* of an episode the worst hour, or the first where none may be told */
        rows[i] = blind ? queue_rows(queue, &queue->items[i], &n)[0] : queue->items[i].row;
    }
    snprintf(name, size, "queue");
    struct sheet *sheet =
        sheets_rows(app, "Review queue", row_set_list(rows, queue->n), &how, status);
    if (sheet != NULL) {
        sheet_add_note(sheet, "queue", "%s", view->numbers.label);
    }
    return sheet;
}
