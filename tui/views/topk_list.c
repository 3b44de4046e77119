/* The lines of the Top-K view: as wide as their content, scrolled sideways when that is more
 * than the screen has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/text.h"
#include "lists/user_hours.h"
#include "reviewing/reviewing.h"
#include "views/topk_view.h"

enum { HEADING_SIZE = 64, LOOK_AT = 1000, ROOMY_COLS = 100 };

/* ---- the line above ---- */

void topk_draw_head(const struct topk_view *view, const struct session *session,
                    struct canvas *canvas)
{
    char sorted[200];
    const struct row_list *rows = &view->rows;
    const struct result *result = &session->run->results[session->selected.result];
    bool own = rows->order.key != ROW_KEY_SCORE && view->sort.kind == ROW_COLUMN_RANK &&
               view->sort.index == ROW_COLUMN_IN_VIEW; /* the filter's sort: decides */
    topk_sort_words(view, session, sorted, sizeof sorted);
    int x = canvas_printf(canvas, 0, 1, ROLE_STRONG, "%s", result->title);
    struct shown n = format_grouped(rows->set.n), matching = format_grouped(rows->matching);
    bool by_episode = rows->folds != NULL && rows->folds->head != NULL;
    if (by_episode) {
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, ", %s %s, %s of %s flagged%s",
                          session->filter.whole ? "all"
                          : own                 ? "first"
                                                : "top",
                          format_count(rows->episodes.n, "episode").text, n.text, matching.text,
                          canvas->cols >= ROOMY_COLS ? " user-hours" : "");
    } else if (session->filter.whole && rows->set.n == rows->matching) {
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, ", all %s", n.text);
    } else {
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, ", %s %s of %s", own ? "first" : "top",
                          n.text, matching.text);
    }
    if (rows->folds != NULL && !by_episode && rows->folds->n == rows->set.n) {
        x = canvas_text(canvas, 0, x, ROLE_TEXT, ", no two alike");
    } else if (rows->folds != NULL && !by_episode) {
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, " in %s line%s",
                          format_grouped(rows->folds->n).text, rows->folds->n == 1 ? "" : "s");
    }
    if (sorted[0] != '\0') {
        x = canvas_printf(canvas, 0, x, ROLE_STRONG, " by %s", sorted);
    }
    if (rows->problem[0] != '\0') {
        x = canvas_printf(canvas, 0, x, ROLE_BAD, "  %s", rows->problem);
    } else if (!rows->ready) {
        x = canvas_text(canvas, 0, x, ROLE_DIM, "  looking");
    }
    if (session->filter.text[0] != '\0') {
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, " with %s", session->filter.understood);
    }
    if (result->partial[0] != '\0') {
        x = canvas_printf(canvas, 0, x, ROLE_WARN, "  %s", result->partial);
    }
    topk_precision_draw(view, canvas, x);
}

/* ---- what stands where ---- */

struct layout {
    struct row_columns shown;
    struct columns columns;
    char heading[COLUMNS_MAX][HEADING_SIZE];
    char name[COLUMNS_MAX][HEADING_SIZE]; /* that `sort` calls it */
    size_t sorted;                        /* shown.n: none */
    size_t n;                             /* lines */
    struct row_cell *cells;
};

/* Whether the list has this row in this group. Rows of a group rise. */
static bool holds(const struct topk_view *view, const struct table *table, size_t group,
                  uint32_t row)
{
    const struct row_folds *folds = view->rows.folds;
    const struct row_set *set = &view->rows.set;
    size_t low = folds->first[group], high = folds->first[group + 1];
    if (set->kind != ROW_SET_LIST) {
        size_t position = row_set_find(set, table->row_profile, row, folds->members[low]);
        return position != SIZE_MAX && folds->group[position] == group;
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (set->rows[folds->members[middle]] <= row) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return set->rows[folds->members[low]] == row;
}

/* Own verdicts on the rows that a line stands for: by its rows when they are few, else by the
 * verdicts on rows like it; `*more` when there were too many of both to look at. */
static size_t judged(const struct topk_view *view, const struct app *app, size_t group,
                     bool *more)
{
    const struct row_folds *folds = view->rows.folds;
    const struct verdict_set *own = session_own_verdicts(app_session(app));
    const struct table *table = app_session(app)->run->table;
    const uint32_t *member = folds->members + folds->first[group];
    size_t rows = folds->first[group + 1] - folds->first[group], n = 0, looked = 0;
    size_t head = row_list_at(&view->rows, member[0]);
    *more = false;
    if (own == NULL || own->n == 0 || head == SIZE_MAX) {
        return 0;
    }
    if (folds->head != NULL) {
        verdict_set_of_rows(own, episodes_rows(&view->rows.episodes, group), rows, &n);
        return n;
    }
    if (rows <= LOOK_AT && view->rows.set.kind == ROW_SET_LIST) {
        for (size_t i = 0; i < rows; i++) {
            const struct verdict_row *found =
                verdict_set_find(own, view->rows.set.rows[member[i]]);
            n += found != NULL && found->verdict != VERDICT_NONE;
        }
        return n;
    }
    for (size_t i = 0; i < own->n; i++) {
        uint32_t row = own->rows[i].row;
        if (own->rows[i].verdict == VERDICT_NONE || row >= table->n_rows ||
            table->row_profile[row] != table->row_profile[head]) {
            continue;
        }
        if (looked++ == LOOK_AT) {
            *more = true;
            break;
        }
        n += holds(view, table, group, row);
    }
    return n;
}

/* "x412" rows here, or "3/412" when some of them have a verdict. */
static void fill_here(const struct topk_view *view, const struct app *app,
                      const struct row_line *line, const struct glyphs *glyphs,
                      struct row_cell *cell)
{
    *cell = (struct row_cell){.role = ROLE_STRONG};
    if (line->rows < 2 || !line->head) {
        return;
    }
    bool more;
    size_t n = judged(view, app, line->group, &more);
    if (n > 0) {
        snprintf(cell->text, sizeof cell->text, "%s%s/%s", format_short((double)n).text,
                 more ? "+" : "", format_short((double)line->rows).text);
    } else {
        snprintf(cell->text, sizeof cell->text, "%s%s", glyphs->times,
                 format_short((double)line->rows).text);
    }
}

/* What the line of an episode says of all its user-hours; false: what it shows is its worst's.
 */
static bool fill_whole(const struct topk_view *view, const struct session *session, size_t line,
                       struct row_column column, struct row_cell *cell)
{
    size_t n;
    const uint32_t *rows = topk_whole(view, line, &n);
    const struct table *table = session->run->table;
    if (rows == NULL) {
        return false;
    }
    switch (column.kind) {
    case ROW_COLUMN_VERDICT:
        *cell = (struct row_cell){.role = ROLE_STRONG};
        session_episode_mark(session, rows, n, false, cell->text, sizeof cell->text);
        return true;
    case ROW_COLUMN_WHEN:
        *cell = (struct row_cell){.role = ROLE_TEXT};
        user_hours_span(table, rows[0], rows[n - 1], cell->text, sizeof cell->text);
        return true;
    default: return false;
    }
}

static bool is_rank(struct row_column column)
{
    return column.kind == ROW_COLUMN_RANK && column.index == ROW_COLUMN_IN_VIEW;
}

static void insert(struct row_columns *shown, size_t at, struct row_column column)
{
    shown->n += shown->n < COLUMNS_MAX;
    for (size_t i = shown->n - 1; i > at; i--) {
        shown->column[i] = shown->column[i - 1];
    }
    shown->column[at] = column;
}

/* A folded list says behind verdict and rank how many rows a line stands for; and what the list
 * is sorted by is shown behind the user, chosen or not. */
static void add_columns(const struct topk_view *view, const struct session *session,
                        struct row_columns *shown)
{
    size_t at = 0;
    bool sorted = topk_sorted_column(view, session, shown) < shown->n;
    while (at < shown->n &&
           (shown->column[at].kind == ROW_COLUMN_VERDICT || is_rank(shown->column[at]))) {
        at++;
    }
    if (view->rows.folds != NULL) {
        insert(shown, at++, (struct row_column){ROW_COLUMN_HERE, 0});
    }
    at += at < shown->n && shown->column[at].kind == ROW_COLUMN_USER;
    if (!sorted && view->rows.set.n > 0) {
        insert(shown, at, topk_sort_column(view, session));
    }
}

static void lay_out(const struct topk_view *view, const struct session *session,
                    struct layout *layout)
{
    row_columns_expand(&view->columns, session, &layout->shown);
    add_columns(view, session, &layout->shown);
    layout->sorted = topk_sorted_column(view, session, &layout->shown);
    for (size_t i = 0; i < layout->shown.n; i++) {
        struct row_column column = layout->shown.column[i];
        struct row_order order;
        columns_add(&layout->columns,
                    row_cell_column(session, column, layout->heading[i], HEADING_SIZE));
        if (column.kind == ROW_COLUMN_HERE && view->rows.episodes.n > 0) {
            snprintf(layout->heading[i], HEADING_SIZE, "hours");
        }
        if (row_column_order(column, session, false, &order)) {
            row_column_name(column, session, layout->name[i], HEADING_SIZE);
            columns_sortable(&layout->columns, i, layout->name[i]);
        }
    }
}

static int wider(int width, const char *text)
{
    int cells = (int)text_width(text);
    return cells > width ? cells : width;
}

/* Widths only grow while a list is looked at, so that columns do not jump under the eyes. */
static void measure(struct topk_view *view, struct layout *layout)
{
    struct columns *columns = &layout->columns;
    bool same = view->shown.n == layout->shown.n;
    for (size_t i = 0; same && i < layout->shown.n; i++) {
        same = row_column_equal(view->shown.column[i], layout->shown.column[i]);
    }
    if (!same) {
        view->shown = layout->shown;
        memset(view->widest, 0, sizeof view->widest);
    }
    for (size_t i = 0; i < columns->n; i++) {
        struct column *column = &columns->column[i];
        int cells = wider(view->widest[i], column->title);
        for (size_t line = 0; line < layout->n; line++) {
            cells = wider(cells, layout->cells[line * columns->n + i].text);
        }
        view->widest[i] = cells;
        cells += i == layout->sorted ? 1 : 0; /* the mark */
        if (column->most > 0 && cells > column->most) {
            cells = column->most;
        }
        column->most = cells > column->least ? cells : column->least;
        column->least =
            column->least > 0 && column->least < cells ? column->least : column->most;
    }
}

/* The columns that stay when others are scrolled: verdict, rank and user in front, as long as
 * they leave half of the screen. */
static size_t frozen(const struct layout *layout, int cols)
{
    int cells = 0;
    for (size_t i = 0; i < layout->shown.n; i++) {
        struct row_column column = layout->shown.column[i];
        bool stays = column.kind == ROW_COLUMN_VERDICT || column.kind == ROW_COLUMN_HERE ||
                     column.kind == ROW_COLUMN_USER || is_rank(column);
        cells += layout->columns.column[i].least + 1;
        if (!stays || cells > cols / 2 + 2) {
            return i;
        }
    }
    return layout->shown.n > 0 ? layout->shown.n - 1 : 0;
}

/* ---- drawing ---- */

/* Signs at the edges say that there are more columns. */
static void draw_header(const struct layout *layout, bool falling, struct canvas *canvas,
                        struct canvas *part)
{
    columns_header(&layout->columns, part, 0, layout->sorted, falling);
    if (layout->columns.more_left) {
        canvas_text(canvas, 0, 0, ROLE_KEY, "<");
    }
    if (layout->columns.more_right) {
        canvas_text(canvas, 0, canvas->cols - 1, ROLE_KEY, ">");
    }
}

static void draw_line(const struct topk_view *view, const struct layout *layout, size_t line,
                      struct canvas *canvas, int y)
{
    const struct columns *columns = &layout->columns;
    struct row_line what = topk_line(view, line);
    const char *mark = what.rows < 2 ? ""
                       : what.folded ? canvas->glyphs->cursor
                       : what.head   ? canvas->glyphs->down
                                     : canvas->glyphs->vline;
    const struct row_cell *cells = layout->cells + (size_t)(y - 1) * columns->n;
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 2);
    if (view->rows.folds != NULL) {
        canvas_text(canvas, y, 0, ROLE_DIM, mark);
    }
    for (size_t i = 0; i < columns->n; i++) {
        columns_field(columns, &part, y, i, cells[i].role, cells[i].text);
    }
    if (line == view->list.cursor) {
        canvas_select(canvas, y, 0, canvas->cols);
    }
}

/* Fills in the cells of the lines that fit. */
static bool fill(struct topk_view *view, const struct app *app, const struct canvas *canvas,
                 struct layout *layout)
{
    size_t page = canvas->rows > 1 ? (size_t)canvas->rows - 1 : 0, n = layout->columns.n;
    struct row_window window = {0};
    if (!mem_grow(&view->cells, &view->cells_capacity, page * n, sizeof *view->cells,
                  "a list on the screen", NULL)) {
        return false;
    }
    layout->cells = view->cells;
    for (size_t line = view->list.top; line < view->list.n && layout->n < page; line++) {
        struct row_line what = topk_line(view, line);
        size_t row = row_window_at(&window, &view->rows.set, what.position);
        if (row == SIZE_MAX) {
            break;
        }
        struct row_cell *cells = layout->cells + layout->n++ * n;
        for (size_t i = 0; i < n; i++) {
            struct row_column column = layout->shown.column[i];
            if (column.kind == ROW_COLUMN_HERE) {
                fill_here(view, app, &what, canvas->glyphs, &cells[i]);
            } else if (!fill_whole(view, app_session(app), line, column, &cells[i])) {
                row_cell_fill(app, column, row, canvas->glyphs, &cells[i]);
            }
        }
    }
    return true;
}

void topk_draw_list(struct topk_view *view, const struct app *app, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    struct layout *layout = mem_zero(1, sizeof *layout, "a list on the screen", NULL);
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 2);
    listbox_show(&view->list, canvas, 1, canvas->rows - 1);
    if (layout == NULL) {
        return;
    }
    lay_out(view, session, layout);
    if (fill(view, app, canvas, layout)) {
        measure(view, layout);
        columns_fit(&layout->columns, part.cols, frozen(layout, part.cols), &view->hidden);
        draw_header(layout, view->rows.order.falling, canvas, &part);
        for (size_t i = 0; i < layout->n; i++) {
            draw_line(view, layout, view->list.top + i, canvas, (int)i + 1);
        }
    }
    free(layout);
}
