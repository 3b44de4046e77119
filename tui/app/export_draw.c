/* The export dialog: what will be written, in which format, before the name is confirmed. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "app/app_state.h"
#include "base/format.h"
#include "app/export.h"

enum { LINES = 5, TEXT = 10 /* the column after the labels */ };

static void draw_columns(const struct sheet *sheet, struct canvas *canvas, int y)
{
    int x = canvas_printf(canvas, y, TEXT, ROLE_TEXT, "%zu: ", sheet->n_columns);
    for (size_t i = 0; i < sheet->n_columns && x < canvas->cols; i++) {
        x = canvas_printf(canvas, y, x, ROLE_DIM, "%s%s", i > 0 ? ", " : "",
                          sheet->columns[i].name);
    }
}

/* The chosen one in brackets: meaning is never by colour alone. */
static void draw_formats(const struct sheet_format *chosen, struct canvas *canvas, int y)
{
    int x = TEXT;
    for (size_t i = 0; sheet_formats[i] != NULL; i++) {
        const struct sheet_format *one = sheet_formats[i];
        x = canvas_printf(canvas, y, x, one == chosen ? ROLE_STRONG : ROLE_DIM,
                          one == chosen ? "[%s]" : " %s ", one->title);
    }
    x = canvas_text(canvas, y, x + 1, ROLE_KEY, "Tab");
    canvas_text(canvas, y, x + 1, ROLE_DIM, "changes it");
}

static void draw_guard(const struct exporter *exporter, const struct sheet_format *chosen,
                       struct canvas *canvas, int y)
{
    size_t n = exporter->formulas;
    if (!chosen->formulas) {
        canvas_printf(canvas, y, TEXT, ROLE_DIM, "nothing reads them in %s", chosen->title);
    } else if (!exporter->counted) {
        canvas_text(canvas, y, TEXT, ROLE_DIM, "counting");
    } else if (n == 0) {
        canvas_text(canvas, y, TEXT, ROLE_DIM, "no field looks like one");
    } else {
        int x = canvas_printf(canvas, y, TEXT, ROLE_STRONG, "%s ",
                              exporter->guard ? "guarded" : "as they are");
        x = canvas_text(canvas, y, x, ROLE_KEY, "Ctrl-T");
        canvas_printf(canvas, y, x + 1, exporter->guard ? ROLE_DIM : ROLE_WARN,
                      exporter->guard ? "%s field%s get%s a leading '"
                                      : "%s field%s look%s like one",
                      format_grouped(n).text, n == 1 ? "" : "s", n == 1 ? "s" : "");
    }
}

static void draw_partial(const struct sheet *sheet, struct canvas *canvas, int y)
{
    int x = TEXT;
    for (size_t i = 0; i < sheet->n_partial; i++) {
        x = canvas_printf(canvas, y, x, ROLE_WARN, "%s%s: %s", i > 0 ? "; " : "",
                          sheet->partial[i].key, sheet->partial[i].text);
    }
}

void export_draw(const struct app *app, struct canvas *canvas)
{
    static const char *const labels[LINES] = {"rows", "columns", "format", "formulas",
                                              "partial"};
    const struct exporter *exporter = &app->exporter;
    const struct sheet *sheet = exporter->offered->sheet;
    const struct sheet_format *chosen = sheet_format_of_path(app->prompt.edit.text);
    int lines = sheet->n_partial > 0 ? LINES : LINES - 1;
    int y = canvas->rows - 1 - lines;
    if (y < 1) {
        return; /* no room: the prompt alone */
    }
    chosen = chosen != NULL ? chosen : sheet_formats[0];
    for (int i = -1; i < lines; i++) {
        canvas_fill(canvas, y + i, 0, canvas->cols, ROLE_TEXT, " ");
        if (i >= 0) {
            canvas_text(canvas, y + i, 1, ROLE_DIM, labels[i]);
        }
    }
    canvas_rule(canvas, y - 1, sheet->title);
    canvas_text(canvas, y, TEXT, ROLE_STRONG, format_grouped(sheet->n_rows).text);
    draw_columns(sheet, canvas, y + 1);
    draw_formats(chosen, canvas, y + 2);
    draw_guard(exporter, chosen, canvas, y + 3);
    if (sheet->n_partial > 0) {
        draw_partial(sheet, canvas, y + 4);
    }
}

bool export_draw_progress(const struct app *app, struct canvas *canvas, int y)
{
    const struct query *writing = app->exporter.writing;
    if (writing == NULL) {
        return false;
    }
    uint64_t done = atomic_load_explicit(&writing->done, memory_order_relaxed);
    uint64_t total = atomic_load_explicit(&writing->total, memory_order_relaxed);
    int x = canvas_printf(canvas, y, 1, ROLE_TEXT, "writing %s ",
                          app_base_name(app->exporter.path));
    if (total > 0) {
        x = canvas_printf(canvas, y, x, ROLE_STRONG, "%.0f %% ",
                          100 * (double)done / (double)total);
    }
    canvas_text(canvas, y, x, ROLE_DIM, "Ctrl-C cancels");
    return true;
}
