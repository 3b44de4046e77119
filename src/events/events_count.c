#include "events/events_count.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/format.h"
#include "base/mem.h"
#include "events/events_chunk.h"
#include "events/events_index.h"
#include "events/events_reader.h"
#include "events/format/description.h"
#include "events/log_format.h"
#include "events/log_reading.h"

enum { ANY_ORDER = 4000000 }; /* lines of a pipe; some 200 bytes each when all are user-hours */

/* DESIGN. The log is read in batches, each cut at line ends into chunks. While the chunks of
 * one batch are counted in parallel, one task reads (and inflates) the next batch. Then, in the
 * order of the log, chunks are settled: whether a line is late depends on the latest time of
 * all lines before it, which a chunk can know only when those before it are done. A chunk that
 * kept a line which proves to be late is counted again; in an ordered log there is none.
 *
 * A log in another order (newest first, shuffled, several servers one after the other) is read
 * twice: the first time tells how far behind lines are, and with that as the slack the same
 * counting is right the second time. A pipe cannot be read twice: there all windows stay open
 * for as many lines as memory is sure to hold, and a chunk is cut where that ends. */

struct counting {
    const struct events_input *input;
    struct events_report *report;
    struct userhours_options rules; /* of this reading */
    struct userhours_options later; /* of the lines behind the first `any_order` */
    uint64_t any_order;             /* lines from the beginning in any order; 0: no more */
    bool may_repeat;                /* late lines are no loss: there is a second reading */
    int64_t behind;                 /* most seconds that a late line is behind */
    struct events_index *index;
    struct parallel *parallel;
    const struct progress *progress;
    struct userhours *counter;
    struct events_reader *reader;
    struct events_chunk *chunks;
    struct events_chunk **order; /* (chunk_capacity) the same, as userhours_add() wants them */
    size_t n_chunks, chunk_capacity;
    size_t path;         /* the input that the last batch came from */
    uint64_t lines;      /* physical lines before this batch */
    uint64_t file_lines; /* the same in this input */
    int64_t latest;      /* the latest time so far; INT64_MIN: none */
    int64_t earliest;
    struct left_out left_out;
    struct span header; /* the line in force that names the columns */
    struct arena headers;
    struct log_reading reading;
    bool read_fine;
    struct status read_status;
};

static const char what[] = "reading a log";

/* ---- cutting ---- */

static bool need_chunks(struct counting *counting, size_t n, struct status *status)
{
    if (n <= counting->chunk_capacity) {
        return true;
    }
    struct events_chunk *chunks = mem_zero(n, sizeof *chunks, what, status);
    struct events_chunk **order = mem_new(n, sizeof(struct events_chunk *), what, status);
    if (chunks == NULL || order == NULL) {
        free(chunks);
        free(order);
        return false;
    }
    if (counting->chunks != NULL) {
        memcpy(chunks, counting->chunks, counting->chunk_capacity * sizeof *chunks);
    }
    free(counting->chunks);
    free(counting->order);
    for (size_t i = 0; i < n; i++) {
        order[i] = &chunks[i];
    }
    counting->chunks = chunks;
    counting->order = order;
    counting->chunk_capacity = n;
    return true;
}

/* Where the first `any_order` lines end, which may be before `end`; `lines` are before `at`. */
static size_t end_of_any_order(const struct counting *counting, const char *text, size_t at,
                               size_t end, uint64_t *lines)
{
    uint64_t own = events_count_lines(text + at, end - at);
    if (*lines >= counting->any_order || own <= counting->any_order - *lines) {
        *lines += own;
        return end;
    }
    for (; *lines < counting->any_order; ++*lines) {
        const char *newline = memchr(text + at, '\n', end - at);
        at = (size_t)(newline - text) + 1;
    }
    return at;
}

/* The line of names that is in force behind a chunk. */
static bool take_header(struct counting *counting, const struct events_batch *batch,
                        const struct events_chunk *chunk, bool first, struct status *status)
{
    const struct log_format *format = counting->input->format;
    struct span line;
    if (format->header == NULL ||
        !format->header(format, chunk->text.bytes, chunk->text.length, first, &line) ||
        (line.length == counting->header.length &&
         memcmp(line.bytes, counting->header.bytes, line.length) == 0)) {
        return true;
    }
    char *copy = arena_take(&counting->headers, line.length + EVENT_PADDING, what, status);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, line.bytes, line.length);
    counting->header = (struct span){copy, line.length};
    uint64_t offset = batch->offset + (uint64_t)(line.bytes - batch->text);
    return counting->index == NULL ||
           events_index_add_header(counting->index, offset, counting->header, status);
}

static bool cut(struct counting *counting, const struct events_batch *batch,
                struct status *status)
{
    size_t step = events_reader_chunk(counting->reader);
    if (!need_chunks(counting, batch->length / step + 2, status)) {
        return false;
    }
    size_t at = 0;
    uint64_t lines = counting->lines;
    counting->n_chunks = 0;
    while (at < batch->length) {
        size_t end = batch->length;
        if (batch->length - at > step) {
            const char *from = batch->text + at + step - 1;
            const char *newline = memchr(from, '\n', batch->length - at - step + 1);
            end = (size_t)(newline - batch->text) + 1; /* the batch ends with one */
        }
        struct events_chunk *chunk = &counting->chunks[counting->n_chunks++];
        chunk->options = &counting->rules;
        if (counting->any_order > 0) {
            chunk->options = lines < counting->any_order ? &counting->rules : &counting->later;
            end = end_of_any_order(counting, batch->text, at, end, &lines);
        }
        chunk->format = counting->input->format;
        chunk->text = (struct event_text){.bytes = batch->text + at,
                                          .length = end - at,
                                          .cut = batch->cut && end == batch->length,
                                          .settings = &counting->reading.settings};
        chunk->latest = counting->latest;
        chunk->want_ranges = counting->index != NULL;
        chunk->text.header = counting->header;
        bool first = batch->begins_file && at == 0;
        if (!take_header(counting, batch, chunk, first, status)) {
            return false;
        }
        if (first && counting->input->format->header_first) {
            chunk->text.header = counting->header;
        }
        at = end;
    }
    return true;
}

static void count_physical_lines(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct events_chunk *chunk = &((struct counting *)context)->chunks[task];
    chunk->first_line = events_count_lines(chunk->text.bytes, chunk->text.length);
}

/* Blocks are counted in lines, so a chunk has to know how many there are before it. */
static void number_lines(struct counting *counting)
{
    if (counting->rules.block > 0) {
        parallel_run(counting->parallel, counting->n_chunks, count_physical_lines, counting);
    }
    uint64_t before = counting->lines;
    for (size_t i = 0; i < counting->n_chunks; i++) {
        uint64_t own = counting->chunks[i].first_line;
        counting->chunks[i].first_line = before;
        before += own;
    }
}

/* ---- settling ---- */

static bool too_late(const struct counting *counting, const struct events_chunk *chunk)
{
    return counting->latest > chunk->latest && chunk->counted > 0 &&
           chunk->earliest_kept < counting->latest - chunk->options->slack;
}

static bool keep_reject(struct counting *counting, uint64_t line, const char *reason,
                        struct status *status)
{
    struct events_report *report = counting->report;
    const char *path = counting->input->paths[counting->path];
    if (counting->input->strict) {
        return status_set(status, STATUS_INPUT, "%s, line %" PRIu64 ": %s", path, line, reason);
    }
    if (report->n_rejects < TABLE_REJECTS_KEPT) {
        struct events_rejected *reject = &report->rejects[report->n_rejects++];
        reject->path = counting->path;
        reject->line = line;
        snprintf(reject->reason, sizeof reject->reason, "%s", reason);
    }
    return true;
}

static bool settle_rejects(struct counting *counting, const struct events_chunk *chunk,
                           struct status *status)
{
    for (int why = 0; why < EVENT_REJECTS; why++) {
        counting->report->rejected_by[why] += chunk->rejected[why];
        counting->report->rejected += chunk->rejected[why];
    }
    if (chunk->earliest_late != INT64_MAX) { /* how late depends on all lines before */
        int64_t behind = chunk->behind;
        if (counting->latest != INT64_MIN && counting->latest - chunk->earliest_late > behind) {
            behind = counting->latest - chunk->earliest_late;
        }
        counting->behind = behind > counting->behind ? behind : counting->behind;
    }
    for (size_t i = 0; i < chunk->n_rejects; i++) {
        const struct events_chunk_reject *reject = &chunk->rejects[i];
        if (reject->why == EVENT_LATE && counting->may_repeat) {
            continue;
        }
        char late[sizeof reject->reason];
        const char *reason = reject->reason;
        if (reject->why == EVENT_LATE) {
            int64_t latest =
                reject->latest > counting->latest ? reject->latest : counting->latest;
            snprintf(late, sizeof late, "%lld s before the latest line so far (see --slack)",
                     (long long)(latest - reject->time));
            reason = late;
        }
        if (!keep_reject(counting, counting->file_lines + reject->line + 1, reason, status)) {
            return false;
        }
    }
    return true;
}

static bool settle_ranges(struct counting *counting, const struct events_batch *batch,
                          const struct events_chunk *chunk, int64_t latest_before,
                          struct status *status)
{
    uint64_t start = batch->offset + (uint64_t)(chunk->text.bytes - batch->text);
    for (size_t i = 0; counting->index != NULL && i < chunk->n_ranges; i++) {
        const struct events_range *range = &chunk->ranges[i];
        int64_t latest = range->latest > latest_before ? range->latest : latest_before;
        if (!events_index_add_range(counting->index, range->window, start + range->start,
                                    start + range->end, latest, status)) {
            return false;
        }
    }
    return true;
}

static void settle_odd(struct events_report *report, const struct events_chunk *chunk)
{
    if (report->unknown == 0) {
        memcpy(report->unknown_result, chunk->unknown_result, sizeof report->unknown_result);
    }
    report->unknown += chunk->unknown;
    report->headers += chunk->headers;
    for (unsigned i = 0; i < EVENT_ODDITIES; i++) {
        report->odd[i] += chunk->odd[i];
    }
}

static bool settle_chunk(struct counting *counting, const struct events_batch *batch,
                         struct events_chunk *chunk, struct status *status)
{
    if (chunk->status.code == STATUS_OK && too_late(counting, chunk)) {
        chunk->latest = counting->latest;
        events_chunk_count(chunk);
    }
    if (chunk->status.code != STATUS_OK) {
        return status_set(status, chunk->status.code, "%s", chunk->status.text);
    }
    if (!settle_rejects(counting, chunk, status) ||
        !settle_ranges(counting, batch, chunk, counting->latest, status)) {
        return false;
    }
    if (!left_out_unite(&counting->left_out, &chunk->left_out, status)) {
        return false;
    }
    settle_odd(counting->report, chunk);
    counting->report->counted += chunk->counted;
    counting->lines += chunk->physical_lines;
    counting->file_lines += chunk->physical_lines;
    if (chunk->order.latest > counting->latest) {
        counting->latest = chunk->order.latest;
    }
    if (chunk->earliest_kept < counting->earliest) {
        counting->earliest = chunk->earliest_kept;
    }
    return true;
}

static bool settle_damage(struct counting *counting, const struct events_batch *batch,
                          struct status *status)
{
    if (batch->damage[0] == '\0') {
        return true;
    }
    counting->report->rejected++;
    counting->report->rejected_by[EVENT_CUT]++;
    return keep_reject(counting, counting->file_lines + 1, batch->damage, status);
}

/* ---- the loop ---- */

/* Dates without a year are not later than their file, or than now where it comes through a
 * pipe. */
static void date_file(struct counting *counting, size_t path)
{
    const struct events_input *input = counting->input;
    struct stat stat_of;
    int64_t newest = stat(input->paths[path], &stat_of) == 0 && S_ISREG(stat_of.st_mode)
                         ? stat_of.st_mtim.tv_sec
                         : time(NULL);
    counting->reading.settings.newest = newest;
    if (log_reading_lacks_year(input->format)) {
        counting->report->year_until =
            input->year > 0 ? input->year : (int)format_civil(newest / 86400).year;
    }
}

static void work(void *context, size_t task, unsigned worker)
{
    (void)worker;
    struct counting *counting = context;
    if (task == 0) { /* first, since it takes longest when it inflates */
        counting->read_fine =
            events_reader_fill(counting->reader, counting->progress, &counting->read_status);
    } else if (!progress_cancelled(counting->progress)) {
        events_chunk_count(&counting->chunks[task - 1]);
    }
}

static bool count_batch(struct counting *counting, const struct events_batch *batch,
                        struct status *status)
{
    if (batch->begins_file) {
        counting->path = batch->path;
        counting->file_lines = 0;
        date_file(counting, batch->path);
        if (counting->index != NULL &&
            !events_index_add_file(counting->index, counting->input->paths[batch->path],
                                   status)) {
            return false;
        }
    }
    if (!cut(counting, batch, status)) {
        return false;
    }
    number_lines(counting);
    parallel_run(counting->parallel, counting->n_chunks + 1, work, counting);
    if (progress_cancelled(counting->progress)) {
        return status_cancelled(status);
    }
    for (size_t i = 0; i < counting->n_chunks; i++) {
        if (!settle_chunk(counting, batch, &counting->chunks[i], status)) {
            return false;
        }
    }
    if (!settle_damage(counting, batch, status)) {
        return false;
    }
    if (!counting->read_fine) {
        return status_set(status, counting->read_status.code, "%s", counting->read_status.text);
    }
    if (counting->any_order > 0 && counting->lines >= counting->any_order) {
        counting->any_order = 0;
        counting->rules = counting->later;
        userhours_set_slack(counting->counter, counting->later.slack);
    }
    return userhours_add(counting->counter, counting->order, counting->n_chunks,
                         counting->latest, counting->parallel, status);
}

static bool count_all(struct counting *counting, struct status *status)
{
    if (!events_reader_fill(counting->reader, counting->progress, status)) {
        return false;
    }
    const struct events_batch *batch;
    while ((batch = events_reader_take(counting->reader)) != NULL) {
        if (!count_batch(counting, batch, status)) {
            return false;
        }
    }
    return userhours_finish(counting->counter, status);
}

static bool finish_report(struct counting *counting, struct status *status)
{
    struct events_report *report = counting->report;
    const struct log_description *description = counting->input->format->description;
    bool records = description != NULL && (description->container == CONTAINER_JSON ||
                                           description->container == CONTAINER_XML);
    snprintf(report->unit, sizeof report->unit, "%s", records ? "record" : "line");
    if (description != NULL) {
        snprintf(report->title, sizeof report->title, "%s", counting->input->format->title);
    }
    left_out_summarise(&counting->left_out, &report->left_out);
    report->lines = report->counted + report->left_out.all + report->rejected;
    report->written = userhours_written(counting->counter);
    report->dropped = userhours_dropped(counting->counter);
    size_t pair_bytes;
    report->pairs = userhours_pairs(counting->counter, &pair_bytes);
    report->pair_bytes = pair_bytes;
    report->user_hours = report->written + report->dropped;
    report->bytes = events_reader_bytes(counting->reader);
    events_reader_hash(counting->reader, report->hash);
    report->change = events_reader_change(counting->reader, &report->state);
    if (counting->input->n > 1) {
        report->state = (struct input_state){0};
    }
    report->first_time = report->counted > 0 ? counting->earliest : -1;
    report->latest_time = report->counted > 0 ? counting->latest : -1;
    if (report->counted > 0) {
        return true;
    }
    const char *path = counting->input->paths[0];
    if (report->left_out.all > 0 && report->rejected == 0) {
        char why[200];
        left_out_text(&report->left_out, why, sizeof why);
        return status_set(status, STATUS_INPUT, "%s has no login to count: left out: %s", path,
                          why);
    }
    if (report->rejected == 0) {
        return status_set(status, STATUS_INPUT, "%s is empty: there are no lines in it", path);
    }
    return status_set(status, STATUS_INPUT,
                      "%s is no authentication log: none of its %" PRIu64
                      " lines can be counted; line %" PRIu64 ": %s",
                      path, report->lines, report->rejects[0].line, report->rejects[0].reason);
}

static bool prepare(struct counting *counting, struct source *take_source, userhours_sink *sink,
                    void *context, bool want_index, struct status *status)
{
    const struct events_input *input = counting->input;
    counting->reader =
        events_reader_new(input->paths, input->n, input->format, take_source,
                          input->chunk_bytes, parallel_threads(counting->parallel), status);
    if (counting->reader == NULL || !log_reading_open(&counting->reading, input->format,
                                                      input->zone, input->year, status)) {
        return false;
    }
    counting->counter = userhours_new(&counting->rules, sink, context, status);
    if (counting->counter == NULL) {
        return false;
    }
    counting->index =
        want_index ? events_index_new(input->format, &counting->rules, status) : NULL;
    return !want_index ||
           (counting->index != NULL &&
            events_index_set_reading(counting->index, input->zone, input->year, status));
}

/* One reading. `counting` has the rules and whether it may be repeated, and says afterwards how
 * far lines are behind. */
static bool count_once(struct counting *counting, struct source *take_source,
                       userhours_sink *sink, void *context, struct events_index **index,
                       struct status *status)
{
    *counting->report = (struct events_report){0};
    counting->latest = INT64_MIN;
    counting->earliest = INT64_MAX;
    counting->read_fine = true;
    bool fine = prepare(counting, take_source, sink, context, index != NULL, status) &&
                count_all(counting, status) && finish_report(counting, status);
    for (size_t i = 0; i < counting->chunk_capacity; i++) {
        events_chunk_free(&counting->chunks[i]);
    }
    free(counting->chunks);
    free(counting->order);
    events_reader_free(counting->reader);
    userhours_free(counting->counter);
    left_out_free(&counting->left_out);
    arena_free(&counting->headers);
    log_reading_close(&counting->reading);
    if (index != NULL) {
        *index = fine ? counting->index : NULL;
    }
    if (!fine) {
        events_index_free(counting->index);
    }
    return fine;
}

/* ---- logs in another order ---- */

/* What is no file may be a member of one. */
bool events_can_repeat(const struct events_input *input)
{
    struct stat stat_of;
    for (size_t i = 0; i < input->n; i++) {
        const char *path = input->paths[i];
        if (strcmp(path, "-") == 0 ||
            (stat(path, &stat_of) == 0 && !S_ISREG(stat_of.st_mode))) {
            return false;
        }
    }
    return input->restart != NULL;
}

/* What a second reading holds: the user-hours of the time that lines are behind, of which there
 * are fewer than lines. */
static void say_plan(const struct events_report *report, int64_t behind, char *text,
                     size_t size)
{
    enum { NAME = 32, HOSTS = 64 };
    double most = (double)report->lines * (sizeof(struct user_group) + NAME + HOSTS);
    snprintf(text, size,
             "the log is not in the order of time (a line is %" PRId64
             " s behind one before it): it is read a second time, with the user-hours of so "
             "many seconds in memory, which may take up to %.3g MB",
             behind, most / 1e6);
}

bool events_count(const struct events_input *input, userhours_sink *sink, void *context,
                  struct events_report *report, struct events_index **index,
                  struct parallel *parallel, const struct progress *progress,
                  struct status *status)
{
    bool may_repeat = events_can_repeat(input);
    struct counting counting = {.input = input,
                                .report = report,
                                .rules = input->rules,
                                .may_repeat = may_repeat,
                                .parallel = parallel,
                                .progress = progress};
    if (!may_repeat && input->restart != NULL) {
        counting.later = input->rules;
        counting.rules.slack = EVENT_TIME_MAX;
        counting.any_order = input->any_order > 0       ? input->any_order
                             : input->format->unordered ? UINT64_MAX
                                                        : ANY_ORDER;
    }
    if (!count_once(&counting, input->take_source, sink, context, index, status)) {
        return false;
    }
    int64_t behind = counting.behind;
    bool lost = input->rows_lost != NULL && *input->rows_lost;
    if (!may_repeat || (behind == 0 && !lost)) {
        return true;
    }
    if (index != NULL) {
        events_index_free(*index);
        *index = NULL;
    }
    char plan[300];
    say_plan(report, behind, plan, sizeof plan);
    if (!input->restart(context, behind > 0 ? plan : NULL, status)) {
        return false;
    }
    counting = (struct counting){.input = input,
                                 .report = report,
                                 .rules = input->rules,
                                 .parallel = parallel,
                                 .progress = progress};
    counting.rules.slack = behind > input->rules.slack ? behind : input->rules.slack;
    bool fine = count_once(&counting, NULL, sink, context, index, status);
    report->behind = behind;
    return fine;
}
