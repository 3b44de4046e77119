#define _GNU_SOURCE
#include "review/truth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/infile.h"
#include "base/mem.h"
#include "base/count.h"
#include "review/truth_internal.h"
#include "table/csv/csv_records.h"
#include "table/csv/column_names.h"
#include "table/printable.h"
#include "table/time_column.h"
#include "table/timestamp.h"

#define NO_FIELD TRUTH_NO_FIELD

bool truth_whole(struct span span, uint64_t *value)
{
    const uint64_t most = UINT64_C(999999999999999999); /* a sum of such is no overflow */
    return count_read(span.bytes, span.length, most, value);
}

/* A line that says nothing of this table: counted, and the first ones kept. */
static bool problem(struct truth *truth, uint64_t line, size_t *counter, const char *reason)
{
    ++*counter;
    if (truth->n_problems < TRUTH_PROBLEMS_KEPT) {
        truth->problems[truth->n_problems].line = line;
        snprintf(truth->problems[truth->n_problems].reason,
                 sizeof truth->problems[truth->n_problems].reason, "%s", reason);
        truth->n_problems++;
    }
    return true;
}

/* -- one line -- */

/* The incident of a line: its own column, or the user's day. */
static bool incident_of(struct truth_list *list, const struct line *line,
                        struct truth_mark *mark, struct span user)
{
    struct truth *truth = list->truth;
    char text[64] = "";
    struct span name = {text, 0};
    char *joined = NULL;
    if (list->incident != NO_FIELD) {
        name = line->fields[list->incident];
    } else if (mark->user != DICT_NONE) {
        int64_t day = timestamp_day(mark->hour * TIMESTAMP_HOUR) - list->table->first_day;
        snprintf(text, sizeof text, " day %" PRId64, day);
        size_t length = strlen(text);
        joined = mem_new(user.length + length, 1, "an incident", list->status);
        if (joined == NULL) {
            return false;
        }
        memcpy(joined, user.bytes, user.length);
        memcpy(joined + user.length, text, length);
        name = (struct span){joined, user.length + length};
    } else {
        snprintf(text, sizeof text, "row %" PRIu32, mark->row);
        name.length = strlen(text);
    }
    size_t before = dict_count(truth->incidents);
    mark->incident = dict_add(truth->incidents, name.bytes, name.length, list->status);
    free(joined);
    if (mark->incident == DICT_NONE ||
        !mem_grow(&truth->incident_kind, &list->kind_capacity, (size_t)mark->incident + 1,
                  sizeof *truth->incident_kind, "incidents", list->status)) {
        return false;
    }
    if (mark->incident == before) { /* a new one: its kind is that of its first line */
        uint32_t kind = DICT_NONE;
        if (list->kind != NO_FIELD) {
            struct span span = line->fields[list->kind];
            kind = dict_add(truth->kinds, span.bytes, span.length, list->status);
        }
        truth->incident_kind[before] = kind;
        return list->kind == NO_FIELD || kind != DICT_NONE;
    }
    return true;
}

/* The clock of a line's time: as the table has the same text, or by itself. Seconds are of a
 * red team's list, or of what is no time otherwise. */
static int64_t clock_of(const struct truth_list *list, struct span text)
{
    const struct time_options options = {0};
    uint64_t second;
    int64_t clock;
    int32_t offset;
    if (list->truth->form == TRUTH_REDTEAM) {
        return truth_whole(text, &second) ? (int64_t)second : TABLE_NO_TIME;
    }
    uint32_t same = dict_find(list->table->times, text.bytes, text.length);
    if (same != DICT_NONE && list->table->time_seconds[same] != TABLE_NO_TIME) {
        return list->table->time_seconds[same];
    }
    if (time_text_read(text, &options, &clock, &offset)) {
        return clock;
    }
    return truth_whole(text, &second) ? (int64_t)second : TABLE_NO_TIME;
}

/* The account of this name, whatever blanks are around it. */
static uint32_t user_of(const struct truth_list *list, struct span name)
{
    uint32_t user = dict_find(list->table->users, name.bytes, name.length);
    if (user == DICT_NONE) {
        name = column_names_trimmed(name);
        user = dict_find(list->table->users, name.bytes, name.length);
    }
    return user;
}

/* Whether row `row` has this dt and src_user, as far as the list and the table have them. */
static bool row_agrees(const struct truth_list *list, const struct line *line, size_t row)
{
    const struct table *table = list->table;
    if (list->user != NO_FIELD && table->row_user != NULL &&
        user_of(list, line->fields[list->user]) != table->row_user[row]) {
        return false;
    }
    if (list->dt != NO_FIELD && table->row_time != NULL) {
        struct span text = dict_get(table->times, table->row_time[row]);
        struct span wanted = line->fields[list->dt];
        int64_t seconds = table->time_seconds[table->row_time[row]];
        return (text.length == wanted.length &&
                memcmp(text.bytes, wanted.bytes, text.length) == 0) ||
               (seconds != TABLE_NO_TIME && seconds == clock_of(list, wanted));
    }
    return true;
}

static bool read_row(struct truth_list *list, const struct line *line, struct truth_mark *mark,
                     struct span *user, bool *useful)
{
    struct truth *truth = list->truth;
    const struct table *table = list->table;
    uint64_t row;
    *useful = false;
    if (!truth_read_row(line->fields[list->row_id], list->c_locale, &row)) {
        return problem(truth, line->number + 1, &truth->unreadable,
                       "its row_id is no whole number");
    }
    if (row >= table->n_rows || !row_agrees(list, line, (size_t)row)) {
        return problem(truth, line->number + 1, &truth->unknown_row,
                       row >= table->n_rows ? "the table has no such row"
                                            : "that row is of another user or time");
    }
    mark->row = (uint32_t)row;
    if (table->row_user != NULL && table->row_time != NULL &&
        table->time_seconds[table->row_time[row]] != TABLE_NO_TIME) {
        int64_t seconds = table->time_seconds[table->row_time[row]];
        mark->user = table->row_user[row];
        mark->hour = timestamp_hour(seconds);
        *user = dict_get(table->users, mark->user);
    }
    *useful = true;
    return true;
}

static bool read_hour(struct truth_list *list, const struct line *line, struct truth_mark *mark,
                      struct span *user, bool *useful)
{
    struct truth *truth = list->truth;
    int64_t clock = clock_of(list, line->fields[list->dt]);
    *user = line->fields[list->user];
    *useful = false;
    if (clock == TABLE_NO_TIME) {
        return problem(truth, line->number + 1, &truth->unreadable, "its time cannot be read");
    }
    mark->hour = timestamp_hour(clock);
    mark->user = user_of(list, *user);
    if (mark->user == DICT_NONE) {
        return problem(truth, line->number + 1, &truth->unknown_user,
                       "its user is not in the table");
    }
    *user = dict_get(list->table->users, mark->user);
    *useful = true;
    return true;
}

/* Whether the line is positive. A label that cannot be read is an error: the line could be
 * either. */
static bool read_label(struct truth_list *list, const struct line *line, bool *positive)
{
    char text[60];
    *positive = true;
    if (list->label == NO_FIELD) {
        truth_watch_others(list, line);
        return true;
    }
    struct span label = line->fields[list->label];
    if (!truth_read_label(label, list->c_locale, positive)) {
        return status_set(list->status, STATUS_INPUT,
                          "line %" PRIu64 " of the truth list: the label '%s' is neither "
                          "positive (1, true, yes, malicious, attack) nor negative (0, false, "
                          "no, benign, normal)",
                          line->number + 1, printable(text, sizeof text, label));
    }
    list->truth->positive_lines += *positive;
    list->truth->negative_lines += !*positive;
    return true;
}

static bool add_negative(struct truth_list *list, const struct truth_mark *mark)
{
    if (!mem_grow(&list->negatives, &list->negative_capacity, list->n_negative + 1,
                  sizeof *list->negatives, "truth labels", list->status)) {
        return false;
    }
    list->negatives[list->n_negative++] = *mark;
    list->truth->negative++;
    return true;
}

/* A positive line that has come before says nothing new. */
static bool is_new(struct truth_list *list, const struct line *line, bool *new_one)
{
    /* The fields stand in memory one after the other, with a delimiter between. */
    const struct span *last = &line->fields[line->n_fields - 1];
    const char *from = line->fields[0].bytes;
    size_t before = dict_count(list->seen);
    if (dict_add(list->seen, from, (size_t)(last->bytes + last->length - from), list->status) ==
        DICT_NONE) {
        return false;
    }
    *new_one = dict_count(list->seen) > before;
    list->truth->duplicate += !*new_one;
    return true;
}

static bool read_line(void *context, const struct line *line)
{
    struct truth_list *list = context;
    struct truth *truth = list->truth;
    bool is_header = false, useful;
    if (!list->started) {
        const struct span *first = &line->fields[0];
        if (first->length > 0 &&
            (first->bytes[0] == '#' || /* a comment, a spreadsheet's */
             (first->length == 4 && memcmp(first->bytes, "sep=", 4) == 0))) {
            return true;
        }
        if (!truth_start(list, line, &is_header)) {
            return false;
        }
        if (is_header) {
            return true;
        }
    }
    truth->lines++;
    if (line->n_fields != list->n_fields) {
        return problem(truth, line->number + 1, &truth->unreadable,
                       "it has another number of fields");
    }
    bool positive, new_one = true;
    if (!read_label(list, line, &positive) || (positive && !is_new(list, line, &new_one))) {
        return false;
    }
    if (!new_one) {
        return true;
    }
    struct truth_mark mark = {.user = DICT_NONE, .row = DICT_NONE, .lines = 1};
    struct span user = {"", 0};
    bool good = truth->form == TRUTH_ROWS ? read_row(list, line, &mark, &user, &useful)
                                          : read_hour(list, line, &mark, &user, &useful);
    if (!good || !useful) {
        return good;
    }
    if (!positive) {
        return add_negative(list, &mark);
    }
    if (!incident_of(list, line, &mark, user) ||
        !mem_grow(&list->marks, &list->capacity, list->n + 1, sizeof *list->marks,
                  "truth labels", list->status)) {
        return false;
    }
    list->marks[list->n++] = mark;
    return true;
}

/* -- the whole list -- */

void truth_free(struct truth *truth)
{
    if (truth == NULL) {
        return;
    }
    free(truth->bits);
    free(truth->positive);
    free(truth->positive_mark);
    free(truth->marks);
    dict_free(truth->incidents);
    dict_free(truth->kinds);
    free(truth->incident_kind);
    free(truth);
}

static bool list_new(struct truth_list *list, const struct table *table, struct status *status)
{
    *list = (struct truth_list){.table = table,
                                .row_id = NO_FIELD,
                                .dt = NO_FIELD,
                                .user = NO_FIELD,
                                .kind = NO_FIELD,
                                .incident = NO_FIELD,
                                .label = NO_FIELD,
                                .c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0),
                                .status = status};
    list->truth = mem_zero(1, sizeof *list->truth, "truth labels", status);
    if (list->c_locale == (locale_t)0) {
        return status_set(status, STATUS_NOMEM, "no memory for the C locale");
    }
    list->seen = list->truth != NULL ? dict_new(status) : NULL;
    if (list->seen == NULL) {
        return false;
    }
    list->truth->n_rows = table->n_rows;
    list->truth->incidents = dict_new(status);
    return list->truth->incidents != NULL;
}

static struct truth *finish(struct truth_list *list, bool good, struct status *status)
{
    if (good && !list->started) {
        good = status_set(status, STATUS_INPUT, "the truth list is empty");
    }
    const struct truth *truth = list->truth;
    if (good && truth->lines > 0 && truth->unreadable == truth->lines) {
        good = status_set(status, STATUS_INPUT,
                          "none of the %zu lines of the truth list can be read; line %" PRIu64
                          ": %s",
                          truth->lines, truth->problems[0].line, truth->problems[0].reason);
    }
    good = good && truth_check_others(list, status) && truth_lay(list, status);
    dict_free(list->seen);
    free(list->marks);
    free(list->negatives);
    if (list->c_locale != (locale_t)0) {
        freelocale(list->c_locale);
    }
    if (!good) {
        truth_free(list->truth);
        return NULL;
    }
    return list->truth;
}

struct truth *truth_load(const char *path, const struct table *table,
                         const struct progress *progress, struct status *status)
{
    struct truth_list list;
    bool good = list_new(&list, table, status) &&
                (strcmp(path, "-") == 0 || infile_check_text(path, status)) &&
                csv_records_any(path, read_line, &list, progress, status);
    return finish(&list, good, status);
}

struct truth *truth_parse(const char *bytes, size_t length, const struct table *table,
                          struct status *status)
{
    struct truth_list list;
    bool good =
        list_new(&list, table, status) &&
        csv_records_any_bytes(bytes, length, "the truth list", read_line, &list, status);
    return finish(&list, good, status);
}
