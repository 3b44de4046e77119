#include "lists/user_hours.h"

#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "widgets/columns.h"

enum { VALUE_COLS = 8 };

static void from_dict(const struct dict *dict, uint32_t id, bool ascii, char *text, size_t size)
{
    struct span span = dict_get(dict, id);
    text_safe(text, size, span.bytes, span.length, ascii);
}

void user_hours_time(const struct table *table, size_t row, bool ascii, char *text, size_t size)
{
    text[0] = '\0';
    if (table->row_time != NULL) {
        from_dict(table->times, table->row_time[row], ascii, text, size);
    }
}

void user_hours_user(const struct table *table, size_t row, bool ascii, char *text, size_t size)
{
    text[0] = '\0';
    if (table->row_user != NULL) {
        from_dict(table->users, table->row_user[row], ascii, text, size);
    }
}

void user_hours_name(const struct table *table, size_t row, bool ascii, char *text, size_t size)
{
    char user[160];
    struct shown when = {""};
    int64_t day;
    int hour;
    user_hours_user(table, row, ascii, user, sizeof user);
    if (table_row_when(table, row, &day, &hour)) {
        when = format_when(day, hour);
    }
    bool both = user[0] != '\0' && when.text[0] != '\0';
    bool any = user[0] != '\0' || when.text[0] != '\0';
    snprintf(text, size, "%s%s%s%srow %s", user, both ? " " : "", when.text, any ? ", " : "",
             format_grouped(row).text);
}

void user_hours_span(const struct table *table, size_t first, size_t last, char *text,
                     size_t size)
{
    int64_t from_day, to_day;
    int from_hour, to_hour;
    if (!table_row_when(table, first, &from_day, &from_hour) ||
        !table_row_when(table, last, &to_day, &to_hour)) {
        user_hours_time(table, first, true, text, size);
        return;
    }
    struct shown from = format_when(from_day, from_hour), to = format_when(to_day, to_hour);
    if (from_day == to_day && from_hour == to_hour) {
        snprintf(text, size, "%s", from.text);
    } else if (from_day == to_day) {
        snprintf(text, size, "%s-%02dh", from.text, to_hour);
    } else {
        snprintf(text, size, "%s-%s", from.text, to.text);
    }
}

/* "unique_dst_computers" in 8 cells is "un_ds_co": a little of every word. */
void user_hours_heading(const char *name, size_t cells, char *text, size_t size)
{
    size_t words = 1, length = 0;
    if (text_width(name) <= cells) {
        snprintf(text, size, "%s", name);
        return;
    }
    for (const char *p = name; *p != '\0'; p++) {
        words += *p == '_';
    }
    size_t each = cells > words ? (cells - (words - 1)) / words : 1;
    for (const char *word = name; length + 1 < size && length < cells;) {
        size_t letters = strcspn(word, "_");
        size_t kept = letters < each ? letters : each;
        for (size_t i = 0; i < kept && length + 1 < size; i++) {
            text[length++] = word[i];
        }
        word += letters;
        if (*word == '\0') {
            break;
        }
        if (length + 1 < size) {
            text[length++] = *word++;
        }
    }
    text[length] = '\0';
}

static void add_features(const struct table *table, struct columns *columns,
                         char (*headings)[VALUE_COLS * 4])
{
    for (size_t i = 0; i < table->profiles.d && columns->n < COLUMNS_MAX; i++) {
        char safe[128];
        text_safe(safe, sizeof safe, table->feature_names[i], strlen(table->feature_names[i]),
                  true);
        user_hours_heading(safe, VALUE_COLS, headings[i], sizeof headings[i]);
        columns_add(columns,
                    (struct column){headings[i], VALUE_COLS, user_hours_most(safe, VALUE_COLS),
                                    (int)i + 1, TEXT_RIGHT});
    }
}

int user_hours_most(const char *name, int least)
{
    enum { MOST = 16 };
    int width = (int)text_width(name);
    return width < least + 3 ? least + 3 : width > MOST ? MOST : width;
}

void user_hours_headings(const struct table *table, const struct columns *columns, size_t first,
                         char *headings, size_t size)
{
    for (size_t i = 0; i + first < columns->n; i++) {
        char safe[128];
        text_safe(safe, sizeof safe, table->feature_names[i], strlen(table->feature_names[i]),
                  true);
        if ((int)text_width(safe) <= columns->width[i + first]) {
            user_hours_heading(safe, sizeof safe, headings + i * size, size);
        }
    }
}

static void draw_row(const struct table *table, const struct columns *columns, size_t row,
                     struct canvas *canvas, int y)
{
    char text[256];
    bool ascii = canvas->glyphs->ascii;
    size_t column = 0;
    columns_field(columns, canvas, y, column++, ROLE_DIM, format_grouped(row).text);
    if (table->row_time != NULL) {
        user_hours_time(table, row, ascii, text, sizeof text);
        columns_field(columns, canvas, y, column++, ROLE_TEXT, text);
    }
    if (table->row_user != NULL) {
        user_hours_user(table, row, ascii, text, sizeof text);
        columns_field(columns, canvas, y, column++, ROLE_TEXT, text);
    }
    const double *values = table_profile(table, table->row_profile[row]);
    for (size_t i = 0; column < columns->n; i++, column++) {
        columns_field(columns, canvas, y, column, values[i] != 0 ? ROLE_TEXT : ROLE_DIM,
                      format_value(values[i]).text);
    }
}

void user_hours_draw(const struct table *table, const uint32_t *rows, size_t n, size_t selected,
                     struct canvas *canvas)
{
    struct columns columns = {0};
    char headings[TABLE_FEATURES_MAX][VALUE_COLS * 4];
    columns_add(&columns, (struct column){"row", 6, 10, 3, TEXT_RIGHT});
    if (table->row_time != NULL) {
        columns_add(&columns, (struct column){"dt", 19, 19, 2, TEXT_LEFT});
    }
    if (table->row_user != NULL) {
        columns_add(&columns, (struct column){"src_user", 14, 24, 0, TEXT_LEFT});
    }
    size_t first = columns.n;
    add_features(table, &columns, headings);
    struct canvas part = canvas_part(canvas, 0, 1, canvas->rows, canvas->cols - 1);
    columns_place(&columns, part.cols);
    user_hours_headings(table, &columns, first, headings[0], sizeof headings[0]);
    columns_header(&columns, &part, 0, columns.n, false);
    for (size_t i = 0; i < n && (int)i + 1 < part.rows; i++) {
        draw_row(table, &columns, rows[i], &part, (int)i + 1);
        if (i == selected) {
            canvas_select(canvas, (int)i + 1, 0, canvas->cols);
        }
    }
}
