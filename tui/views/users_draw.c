/* What the Users view looks like: a line on all, and a line a user. */
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "screen/session.h"
#include "table/timestamp.h"
#include "views/users_view.h"
#include "widgets/columns.h"

enum { NAME_BYTES = 512, WIDE_COLS = 60, KINDS_COLS = 120 };

static const char *why_not(const struct users_view *view, const struct session *session)
{
    if (!session->has_table) {
        return "the table is not there yet";
    }
    if (session->run->table->row_user == NULL) {
        return "this table has no src_user column: no users to list";
    }
    if (view->problem[0] != '\0') {
        return view->problem;
    }
    if (!view->ready) {
        return "adding up the hours of every user";
    }
    return view->sums.n == 0 ? "no user has a user-hour that passes the filter" : NULL;
}

/* " (61 % person, 30 % machine)": the share of each kind that there is, the largest first. */
static int draw_kinds(const struct users_view *view, struct canvas *canvas, int x)
{
    size_t count[ACCOUNT_KINDS + 1] = {0};
    bool first = true;
    for (size_t i = 0; i < view->sums.n; i++) {
        count[view->sums.of[i].kind]++;
    }
    if (canvas->cols < KINDS_COLS || count[ACCOUNT_KINDS] > 0) {
        return x;
    }
    for (;;) {
        int most = 0;
        for (int kind = 1; kind < ACCOUNT_KINDS; kind++) {
            most = count[kind] > count[most] ? kind : most;
        }
        if (count[most] == 0) {
            break;
        }
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, "%s%s %s", first ? " (" : ", ",
                          format_percent((double)count[most] / (double)view->sums.n).text,
                          account_kind_name((enum account_kind)most));
        count[most] = 0;
        first = false;
    }
    return first ? x : canvas_printf(canvas, 0, x, ROLE_TEXT, ")");
}

/* "100 users; 1,440 of 144,000 hours flagged by Isolation Forest with user:U66*" */
static void draw_head(const struct users_view *view, const struct session *session,
                      struct canvas *canvas)
{
    bool wide = canvas->cols >= WIDE_COLS;
    const struct result *by = &session->run->results[view->by];
    int x =
        canvas_printf(canvas, 0, 1, ROLE_STRONG, "%s", format_count(view->sums.n, "user").text);
    x = draw_kinds(view, canvas, x);
    if (view->scored) {
        x = canvas_phrases(canvas, 0, x, ROLE_TEXT,
                           wide ? "; %s of %s hours flagged by %s" : ", %s/%s flagged by %s",
                           format_grouped(view->flagged).text, format_grouped(view->rows).text,
                           wide ? by->title : by->brief);
    } else {
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, "; %s, no scores by %s yet",
                          format_count(view->rows, "hour").text, by->title);
    }
    if (view->filter[0] != '\0') {
        x = canvas_printf(canvas, 0, x, ROLE_TEXT, " with %s", view->filter);
    }
    if (view->scored && by->partial[0] != '\0') {
        canvas_printf(canvas, 0, x, ROLE_WARN, "  %s", by->partial);
    }
}

/* The columns, by their keys. */
static void lay_out(struct columns *columns, size_t at[USER_KEYS], int cols)
{
    static const struct {
        enum user_key key;
        struct column column;
    } all[] = {
        {USER_KEY_NAME, {"user", 17, 40, 0, TEXT_LEFT}},
        {USER_KEY_KIND, {"kind", 9, 9, 4, TEXT_LEFT}},
        {USER_KEY_CLOCK, {"of 24 h", 7, 7, 5, TEXT_RIGHT}},
        {USER_KEY_ROWS, {"hours", 6, 10, 1, TEXT_RIGHT}},
        {USER_KEY_FLAGGED, {"flagged", 8, 10, 0, TEXT_RIGHT}},
        {USER_KEY_RANK, {"worst rank", 11, 11, 0, TEXT_RIGHT}},
        {USER_KEY_FIRST, {"first", 8, 8, 3, TEXT_LEFT}},
        {USER_KEY_LAST, {"last", 8, 8, 2, TEXT_LEFT}},
    };
    memset(columns, 0, sizeof *columns);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        at[all[i].key] = columns_add(columns, all[i].column);
        columns_sortable(columns, at[all[i].key], user_key_name(all[i].key));
    }
    columns_place(columns, cols);
}

static struct shown show_time(const struct table *table, uint32_t time)
{
    if (time == DICT_NONE) {
        return (struct shown){"-"};
    }
    int64_t seconds = table->time_seconds[time];
    return format_when(timestamp_day(seconds) - table->first_day,
                       timestamp_hour_of_day(seconds));
}

static void draw_user(const struct users_view *view, const struct table *table, size_t i,
                      const struct columns *columns, const size_t at[USER_KEYS],
                      struct canvas *canvas, int y)
{
    const struct user_sum *sum = &view->sums.of[i];
    struct span name = dict_get(table->users, sum->user);
    char safe[NAME_BYTES];
    text_safe(safe, sizeof safe, name.bytes, name.length, canvas->glyphs->ascii);
    columns_field(columns, canvas, y, at[USER_KEY_NAME], ROLE_TEXT, safe);
    columns_field(columns, canvas, y, at[USER_KEY_KIND], ROLE_DIM,
                  sum->kind < ACCOUNT_KINDS ? account_kind_name((enum account_kind)sum->kind)
                                            : "-");
    columns_field(columns, canvas, y, at[USER_KEY_CLOCK], ROLE_DIM,
                  sum->clock != 0 ? format_grouped((uint64_t)user_sum_clock(sum)).text : "-");
    columns_field(columns, canvas, y, at[USER_KEY_ROWS], ROLE_TEXT,
                  format_grouped(sum->rows).text);
    columns_field(columns, canvas, y, at[USER_KEY_FLAGGED],
                  sum->flagged > 0 ? ROLE_FLAGGED : ROLE_DIM,
                  view->scored ? format_grouped(sum->flagged).text : "-");
    columns_field(columns, canvas, y, at[USER_KEY_RANK], ROLE_TEXT,
                  sum->worst_rank > 0 ? format_grouped(sum->worst_rank).text : "-");
    columns_field(columns, canvas, y, at[USER_KEY_FIRST], ROLE_DIM,
                  show_time(table, sum->first).text);
    columns_field(columns, canvas, y, at[USER_KEY_LAST], ROLE_DIM,
                  show_time(table, sum->last).text);
}

void users_draw(void *state, const struct app *app, struct canvas *canvas)
{
    struct users_view *view = state;
    const struct session *session = app_session(app);
    const char *text = why_not(view, session);
    struct columns columns;
    size_t at[USER_KEYS];
    if (text != NULL) {
        canvas_wrapped(canvas, 0, 1, ROLE_DIM, text);
        return;
    }
    struct canvas part = canvas_part(canvas, 1, 1, canvas->rows - 1, canvas->cols - 1);
    draw_head(view, session, canvas);
    lay_out(&columns, at, part.cols);
    columns_header(&columns, &part, 0, at[view->key],
                   user_key_falls(view->key) != view->reversed);
    listbox_show(&view->list, canvas, 2, canvas->rows - 2);
    for (size_t i = view->list.top; i < view->list.n; i++) {
        int y = (int)(i - view->list.top) + 2;
        if (y >= canvas->rows) {
            break;
        }
        draw_user(view, session->run->table, i, &columns, at, &part, y - 1);
        if (i == view->list.cursor) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
}
