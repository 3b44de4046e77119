/* The queue of a review for a file. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "lists/sheets.h"
#include "views/review_view.h"
#include "views/view.h"

/* What is known of each position beside its row. */
static struct sheet *make_beside(const struct queue *queue, struct status *status)
{
    struct sheet *beside = sheet_new_table("places", status);
    if (beside == NULL) {
        return NULL;
    }
    sheet_add_column(beside, "role", true);
    sheet_add_column(beside, "best_rank", false);
    for (size_t i = 0; i < queue->n; i++) {
        const struct queue_item *item = &queue->items[i];
        sheet_put_text(beside, entry_role_name(item->role));
        if (item->rank > 0) {
            sheet_put_count(beside, item->rank);
        } else {
            sheet_put_nothing(beside);
        }
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
    how.beside = blind || rows == NULL ? NULL : make_beside(queue, status);
    if (rows == NULL || (how.beside == NULL && !blind)) {
        free(rows);
        return NULL;
    }
    for (size_t i = 0; i < queue->n; i++) {
        rows[i] = queue->items[i].row;
    }
    snprintf(name, size, "queue");
    struct sheet *sheet =
        sheets_rows(app, "Review queue", row_set_list(rows, queue->n), &how, status);
    if (sheet != NULL) {
        sheet_add_note(sheet, "queue", "%s", view->numbers.label);
    }
    return sheet;
}
