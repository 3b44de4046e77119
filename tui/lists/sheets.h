/* sheets: what views list, made into sheets for files (view_ops.sheet). In the UI thread; what
 * comes out holds all it needs but the run, and is read by the queries thread. */
#ifndef ODDHOURS_TUI_SHEETS_H
#define ODDHOURS_TUI_SHEETS_H

#include "screen/app.h"
#include "run/sheet/sheet.h"

struct sheets_rows {
    const char *position; /* title of the first column, the position: "rank", "place" */
    bool filtered;        /* the session's filter has chosen the rows: it is noted */
    bool blind;           /* no scores, ranks nor what others have judged */
    struct sheet *beside; /* taken: a line for every row, or NULL */
};

/* User-hours with their verdicts, where there are any; `take_rows` is taken. */
struct sheet *sheets_rows(const struct app *app, const char *title, struct row_set take_rows,
                          const struct sheets_rows *how, struct status *status);

/* The same for `n` rows, copied. */
struct sheet *sheets_list(const struct app *app, const char *title, const uint32_t *rows,
                          size_t n, const struct sheets_rows *how, struct status *status);

/* Says what the list is of: input and number of user-hours, partial detectors. */
void sheets_note(const struct app *app, struct sheet *sheet);

/* Part of a file's name: letters, digits, dot and dash; others become "_". */
void sheets_name(char *name, size_t size, const char *text, size_t length);

#endif
