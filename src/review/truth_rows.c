/* Truth meets the rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "review/truth_internal.h"
#include "table/timestamp.h"

static int by_row_user_hour(const void *a, const void *b)
{
    const struct truth_mark *one = a, *two = b;
    if (one->row != two->row) {
        return one->row < two->row ? -1 : 1;
    }
    if (one->user != two->user) {
        return one->user < two->user ? -1 : 1;
    }
    if (one->hour != two->hour) {
        return one->hour < two->hour ? -1 : 1;
    }
    return (one->incident > two->incident) - (one->incident < two->incident);
}

/* One mark for each row, user and hour of an incident, however many lines. A user-hour that two
 * incidents claim keeps both, the first one counting for the row. */
static size_t fold(struct truth_mark *marks, size_t n)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (used > 0 && by_row_user_hour(&marks[used - 1], &marks[i]) == 0) {
            marks[used - 1].lines += marks[i].lines;
        } else {
            marks[used++] = marks[i];
        }
    }
    return used;
}

static bool same_user_hour(const struct truth_mark *one, const struct truth_mark *two)
{
    return one->row == two->row && one->user == two->user && one->hour == two->hour;
}

/* The first mark of this user and hour, or n. */
static size_t find(const struct truth_mark *marks, size_t n, uint32_t user, int64_t hour)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (marks[middle].user < user ||
            (marks[middle].user == user && marks[middle].hour < hour)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n && marks[low].user == user && marks[low].hour == hour ? low : n;
}

static bool add(struct truth *truth, size_t *capacity, uint32_t row, size_t mark,
                struct status *status)
{
    size_t both = *capacity;
    if (!mem_grow(&truth->positive, &both, truth->n_positive + 1, sizeof *truth->positive,
                  "positive rows", status) ||
        !mem_grow(&truth->positive_mark, capacity, truth->n_positive + 1,
                  sizeof *truth->positive_mark, "positive rows", status)) {
        return false;
    }
    truth->positive[truth->n_positive] = row;
    truth->positive_mark[truth->n_positive++] = (uint32_t)mark;
    truth->bits[row / 64] |= (uint64_t)1 << (row % 64);
    return true;
}

/* Every row of a user who is in the list is looked up; the others are turned away by one bit.
 */
static bool lay_hours(struct truth *truth, const struct table *table, struct status *status)
{
    size_t n_times = dict_count(table->times), capacity = 0;
    int64_t *hours = mem_new(n_times, sizeof *hours, "hours", status);
    bool *listed = mem_zero(dict_count(table->users), sizeof *listed, "users", status);
    bool good = hours != NULL && listed != NULL;
    for (size_t i = 0; good && i < n_times; i++) {
        int64_t seconds = table->time_seconds[i];
        hours[i] = seconds == TABLE_NO_TIME ? INT64_MIN : timestamp_hour(seconds);
    }
    for (size_t i = 0; good && i < truth->n_marks; i++) {
        listed[truth->marks[i].user] = true;
    }
    for (size_t row = 0; good && row < table->n_rows; row++) {
        uint32_t user = table->row_user[row];
        int64_t hour = listed[user] ? hours[table->row_time[row]] : INT64_MIN;
        size_t mark =
            hour == INT64_MIN ? truth->n_marks : find(truth->marks, truth->n_marks, user, hour);
        if (mark == truth->n_marks) {
            continue;
        }
        good = add(truth, &capacity, (uint32_t)row, mark, status);
        for (size_t i = mark;
             i < truth->n_marks && same_user_hour(&truth->marks[i], &truth->marks[mark]); i++) {
            truth->marks[i].rows++;
        }
    }
    free(hours);
    free(listed);
    return good;
}

static bool lay_rows(struct truth *truth, struct status *status)
{
    size_t capacity = 0;
    for (size_t i = 0; i < truth->n_marks; i++) {
        bool again = i > 0 && truth->marks[i].row == truth->marks[i - 1].row;
        if (!again && !add(truth, &capacity, truth->marks[i].row, i, status)) {
            return false;
        }
        truth->marks[i].rows = 1;
    }
    return true;
}

/* Counts lines by their fate, and incidents that have a row. */
static bool account(struct truth *truth, struct status *status)
{
    bool *seen = mem_zero(dict_count(truth->incidents), sizeof *seen, "incidents", status);
    if (seen == NULL) {
        return false;
    }
    for (size_t i = 0; i < truth->n_marks; i++) {
        const struct truth_mark *mark = &truth->marks[i];
        if (mark->rows == 0) {
            truth->unknown_hour += mark->lines;
            continue;
        }
        truth->matched += mark->lines;
        truth->n_matched++;
        truth->n_incidents += !seen[mark->incident];
        seen[mark->incident] = true;
    }
    free(seen);
    return true;
}

/* Negative lines that name a positive mark. */
static size_t contradictions(const struct truth_list *list, const struct truth *truth)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n_negative; i++) {
        const struct truth_mark *wanted = &list->negatives[i];
        size_t low = 0, high = truth->n_marks;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (by_row_user_hour(&truth->marks[middle], wanted) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        n += low < truth->n_marks && same_user_hour(&truth->marks[low], wanted);
    }
    return n;
}

bool truth_lay(struct truth_list *list, struct status *status)
{
    struct truth *truth = list->truth;
    truth->bits =
        mem_zero((truth->n_rows + 63) / 64, sizeof *truth->bits, "truth labels", status);
    if (truth->bits == NULL) {
        return false;
    }
    if (list->n > 0) {
        qsort(list->marks, list->n, sizeof *list->marks, by_row_user_hour);
    }
    truth->n_marks = fold(list->marks, list->n);
    truth->marks = list->marks;
    list->marks = NULL;
    truth->contradicted = contradictions(list, truth);
    bool good = truth->form == TRUTH_ROWS ? lay_rows(truth, status)
                                          : lay_hours(truth, list->table, status);
    return good && account(truth, status);
}

/* The distinct users of the positive rows' marks: they are sorted by user. */
static size_t users_of(const struct truth *truth)
{
    size_t users = 0;
    uint32_t last = DICT_NONE;
    for (size_t i = 0; i < truth->n_marks; i++) {
        if (truth->marks[i].rows > 0 && truth->marks[i].user != last) {
            last = truth->marks[i].user;
            users++;
        }
    }
    return users;
}

void truth_text(const struct truth *truth, char *text, size_t size)
{
    size_t missing = truth->unknown_user + truth->unknown_hour + truth->unknown_row;
    char fates[160] = "", users[48] = "";
    const struct {
        size_t count;
        const char *words;
    } parts[] = {{truth->unknown_user, "of unknown users"},
                 {truth->unknown_hour, "in hours their user has no row"},
                 {truth->unknown_row, "naming no such row"}};
    for (size_t i = 0; i < 3; i++) {
        size_t used = strlen(fates);
        if (parts[i].count > 0) {
            snprintf(fates + used, sizeof fates - used, "%s%zu %s", used > 0 ? ", " : ": ",
                     parts[i].count, parts[i].words);
        }
    }
    if (truth->form != TRUTH_ROWS) {
        snprintf(users, sizeof users, " of %zu users", users_of(truth));
    }
    char labels[160] = "";
    if (truth->has_labels) {
        int used = snprintf(labels, sizeof labels, " (%zu positive, %zu negative%s)",
                            truth->positive_lines, truth->negative_lines,
                            truth->negative_lines == 1 ? "" : "s");
        if (truth->contradicted > 0 && used > 0) {
            snprintf(labels + used - 1, sizeof labels - (size_t)used + 1,
                     "; %zu of the negative ones name what is positive by another)",
                     truth->contradicted);
        }
    }
    char unused[60] = "";
    if (truth->unused_columns > 0) {
        snprintf(unused, sizeof unused, "; %zu other column%s not used", truth->unused_columns,
                 truth->unused_columns == 1 ? "" : "s");
    }
    snprintf(
        text, size,
        "%zu lines%s: %zu found in the table, %zu duplicate, %zu unreadable, %zu not found%s; "
        "%zu rows%s in %zu incidents are positive%s",
        truth->lines, labels, truth->matched, truth->duplicate, truth->unreadable, missing,
        fates, truth->n_positive, users, truth->n_incidents, unused);
}
