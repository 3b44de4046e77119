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
#include "table/timestamp.h"

#define NO_FIELD SIZE_MAX

static bool equals(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.bytes, text, span.length) == 0;
}

static bool whole(struct span span, uint64_t *value)
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

/* -- which form -- */

static bool header(struct truth_list *list, const struct line *line)
{
    struct {
        const char *name;
        size_t *field;
    } names[] = {{"row_id", &list->row_id},
                 {"dt", &list->dt},
                 {"src_user", &list->user},
                 {"kind", &list->kind},
                 {"incident", &list->incident}};
    for (size_t i = 0; i < line->n_fields; i++) {
        for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
            if (equals(line->fields[i], names[j].name)) {
                *names[j].field = i;
            }
        }
    }
    list->n_fields = line->n_fields;
    return list->row_id != NO_FIELD || (list->dt != NO_FIELD && list->user != NO_FIELD);
}

static bool start(struct truth_list *list, const struct line *line, bool *is_header)
{
    const struct table *table = list->table;
    uint64_t time;
    list->started = true;
    *is_header = header(list, line);
    if (*is_header) {
        list->truth->form = list->row_id != NO_FIELD ? TRUTH_ROWS : TRUTH_HOURS;
    } else if (line->n_fields == 4 && whole(line->fields[0], &time)) {
        list->truth->form = TRUTH_REDTEAM;
        list->n_fields = 4;
    } else {
        return status_set(list->status, STATUS_INPUT,
                          "the truth list is neither a red-team list (time,user,source,"
                          "destination, no header) nor a CSV with columns row_id, or dt and "
                          "src_user");
    }
    if (list->truth->form != TRUTH_ROWS &&
        (table->row_user == NULL || table->row_time == NULL)) {
        return status_set(list->status, STATUS_INPUT,
                          "the truth list names users and hours, but the table has no dt and "
                          "src_user: use row_id");
    }
    if (list->kind != NO_FIELD) {
        list->truth->kinds = dict_new(list->status);
        return list->truth->kinds != NULL;
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

/* The user and hour that a line names; false with a reason when it names none here. */
static bool user_hour(const struct truth_list *list, struct span user, struct span time,
                      bool seconds, struct truth_mark *mark, const char **reason)
{
    uint64_t second = 0;
    int64_t when = seconds && whole(time, &second) ? (int64_t)second
                   : seconds                       ? TABLE_NO_TIME
                                                   : timestamp_parse(time);
    if (when == TABLE_NO_TIME) {
        *reason = "its time cannot be read";
        return false;
    }
    mark->hour = timestamp_hour(when);
    mark->user = dict_find(list->table->users, user.bytes, user.length);
    return true;
}

/* Whether row `row` has this dt and src_user, as far as the list and the table have them. */
static bool row_agrees(const struct truth_list *list, const struct line *line, size_t row)
{
    const struct table *table = list->table;
    if (list->user != NO_FIELD && table->row_user != NULL) {
        struct span name = dict_get(table->users, table->row_user[row]);
        struct span wanted = line->fields[list->user];
        if (name.length != wanted.length ||
            memcmp(name.bytes, wanted.bytes, name.length) != 0) {
            return false;
        }
    }
    if (list->dt != NO_FIELD && table->row_time != NULL) {
        struct span text = dict_get(table->times, table->row_time[row]);
        struct span wanted = line->fields[list->dt];
        int64_t seconds = table->time_seconds[table->row_time[row]];
        return (text.length == wanted.length &&
                memcmp(text.bytes, wanted.bytes, text.length) == 0) ||
               (seconds != TABLE_NO_TIME && seconds == timestamp_parse(wanted));
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
    if (!whole(line->fields[list->row_id], &row)) {
        return problem(truth, line->number + 1, &truth->unreadable, "its row_id is no number");
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
    bool redteam = truth->form == TRUTH_REDTEAM;
    const char *reason = NULL;
    *user = line->fields[redteam ? 1 : list->user];
    *useful =
        user_hour(list, *user, line->fields[redteam ? 0 : list->dt], redteam, mark, &reason);
    if (!*useful) {
        return problem(truth, line->number + 1, &truth->unreadable, reason);
    }
    if (mark->user == DICT_NONE) {
        *useful = false;
        return problem(truth, line->number + 1, &truth->unknown_user,
                       "its user is not in the table");
    }
    return true;
}

static bool read_line(void *context, const struct line *line)
{
    struct truth_list *list = context;
    struct truth *truth = list->truth;
    bool is_header = false, useful;
    if (!list->started) {
        if (!start(list, line, &is_header)) {
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
    /* The fields stand in memory one after the other, with commas. */
    const struct span *last = &line->fields[line->n_fields - 1];
    const char *from = line->fields[0].bytes;
    size_t before = dict_count(list->seen);
    if (dict_add(list->seen, from, (size_t)(last->bytes + last->length - from), list->status) ==
        DICT_NONE) {
        return false;
    }
    if (dict_count(list->seen) == before) {
        truth->duplicate++;
        return true;
    }
    struct truth_mark mark = {.user = DICT_NONE, .row = DICT_NONE, .lines = 1};
    struct span user = {"", 0};
    bool good = truth->form == TRUTH_ROWS ? read_row(list, line, &mark, &user, &useful)
                                          : read_hour(list, line, &mark, &user, &useful);
    if (!good || !useful) {
        return good;
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
                                .status = status};
    list->truth = mem_zero(1, sizeof *list->truth, "truth labels", status);
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
    good = good && truth_lay(list, status);
    dict_free(list->seen);
    free(list->marks);
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
                csv_records(path, read_line, &list, progress, status);
    return finish(&list, good, status);
}

struct truth *truth_parse(const char *bytes, size_t length, const struct table *table,
                          struct status *status)
{
    struct truth_list list;
    bool good = list_new(&list, table, status) &&
                csv_records_bytes(bytes, length, "the truth list", read_line, &list, status);
    return finish(&list, good, status);
}
