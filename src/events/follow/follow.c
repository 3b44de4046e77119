#define _GNU_SOURCE
#include "events/follow/follow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "base/paths.h"
#include "events/described.h"
#include "events/events_count.h"
#include "events/follow/follow_state.h"
#include "events/follow/tail.h"
#include "events/formats.h"
#include "events/log_reading.h"
#include "events/user_hour_text.h"

enum { LOOK = 16 << 20 /* bytes of a log taken at once */, DAY = 86400 };

struct follow {
    char *log, *zone, *format_name;
    int year;
    int64_t slack, window;
    const struct log_format *format; /* held; NULL until the log says */
    struct tail *tail;
    struct follow_state state;
    bool known; /* that has been written */
    int lock;
    char *windows;
    char identity[TABLE_HASH_TEXT];
};

/* ---- files of the directory ---- */

static char *open_lines(const struct follow *follow, uint64_t generation, struct status *status)
{
    char name[40];
    snprintf(name, sizeof name, "open.%" PRIu64, generation);
    return paths_join(follow->state.directory, name, status);
}

static bool fail(struct status *status, const char *path)
{
    return status_set(status, STATUS_IO, "%.300s: %s", path, strerror(errno));
}

static bool write_all(int file, const char *bytes, size_t length, uint64_t at)
{
    for (size_t done = 0; done < length;) {
        ssize_t got = pwrite(file, bytes + done, length - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            errno = got == 0 ? EIO : errno;
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

/* Puts bytes behind the first `length` ones of a file; what stands there, counts for nothing.
 */
static bool append(const char *path, uint64_t length, const char *bytes, size_t n,
                   struct status *status)
{
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = file >= 0 && ftruncate(file, (off_t)length) == 0 &&
                write_all(file, bytes, n, length) && fsync(file) == 0;
    good = good || fail(status, path);
    if (file >= 0) {
        close(file);
    }
    return good;
}

/* A file whole, with padding behind it. */
static char *read_all(const char *path, uint64_t length, struct status *status)
{
    char *bytes = mem_new(length + EVENT_PADDING, 1, "open windows", status);
    int file = bytes != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    size_t have = 0;
    ssize_t got = 1;
    while (file >= 0 && have < length && got > 0) {
        got = pread(file, bytes + have, length - have, (off_t)have);
        have += got > 0 ? (size_t)got : 0;
    }
    if (file >= 0) {
        close(file);
    }
    if (bytes != NULL && have < length) {
        status_set(status, STATUS_IO, "%.300s: lines of open windows are gone", path);
        free(bytes);
        return NULL;
    }
    if (bytes != NULL) {
        memset(bytes + length, 0, EVENT_PADDING);
    }
    return bytes;
}

/* ---- lines ---- */

/* What becomes of lines: those before `until` go to `before`, others to `behind`; late ones and
 * those that count for nothing, to neither. */
struct sorting {
    struct follow *follow;
    int64_t until, late_before;
    bool count; /* for the first time */
    int64_t now;
    struct tail_text *before, *behind;
    const char *last; /* the line that was put last: it may hold several events */
    struct status *status;
};

static bool put_line(struct tail_text *text, struct span line, struct status *status)
{
    if (!mem_grow(&text->bytes, &text->capacity, text->length + line.length + 1 + EVENT_PADDING,
                  1, "open windows", status)) {
        return false;
    }
    memcpy(text->bytes + text->length, line.bytes, line.length);
    text->length += line.length;
    text->bytes[text->length++] = '\n';
    return true;
}

static bool take_line(void *context, const struct event *event)
{
    struct sorting *sorting = context;
    struct follow_state *state = &sorting->follow->state;
    if (event->reject != EVENT_FINE) {
        if (sorting->count && event->reject == EVENT_LEFT_OUT) {
            state->left_out++;
        } else if (sorting->count && event->reject > EVENT_HEADER) {
            state->rejected++;
        }
        return true;
    }
    if (event->line.bytes == sorting->last) {
        return true;
    }
    sorting->last = event->line.bytes;
    if (event->time < sorting->late_before) {
        state->late += sorting->count;
        return true;
    }
    if (sorting->count) {
        state->lines++;
        /* A clock that is wrong by more than a day is not the log's. */
        if (event->time > state->latest && event->time <= sorting->now + DAY) {
            state->latest = event->time;
            state->arrived = sorting->now;
        }
    }
    return put_line(event->time < sorting->until ? sorting->before : sorting->behind,
                    event->line, sorting->status);
}

/* A line with readable bytes behind it, in force until the text has another. */
static bool copy_header(const struct follow *follow, char **copy, struct span *line,
                        struct status *status)
{
    const char *header = follow->state.header;
    *copy = NULL;
    if (header != NULL) {
        line->length = strlen(header);
        *copy = mem_zero(line->length + EVENT_PADDING, 1, "a header", status);
        if (*copy != NULL) {
            memcpy(*copy, header, line->length);
        }
        line->bytes = *copy;
    }
    return header == NULL || *copy != NULL;
}

/* `first`: the text begins a file. */
static bool sort_lines(struct follow *follow, const char *bytes, size_t length, bool first,
                       int64_t now, struct sorting *sorting, struct status *status)
{
    struct log_reading reading;
    struct status problem = {0};
    const struct log_format *format = follow->format;
    struct event_text text = {
        .bytes = bytes, .length = length, .format = format, .status = &problem};
    struct span named;
    char *copy;
    if (!copy_header(follow, &copy, &text.header, status)) {
        return false;
    }
    bool names = format->header != NULL && format->header(format, bytes, length, first, &named);
    if (names && (copy == NULL || (first && format->header_first))) {
        text.header = named;
    }
    sorting->follow = follow;
    sorting->now = now;
    sorting->status = &problem;
    bool good = log_reading_open(&reading, format, follow->zone, follow->year, status);
    if (good && length > 0) {
        reading.settings.newest = now;
        text.settings = &reading.settings;
        format->scan(&text, take_line, sorting);
        good =
            problem.code == STATUS_OK || status_set(status, problem.code, "%s", problem.text);
    }
    good = good && (!names || follow_state_header(&follow->state, named, status));
    log_reading_close(&reading);
    free(copy);
    return good;
}

/* ---- windows ---- */

struct counting {
    struct outfile *rows;
    uint64_t n;
    bool novelty; /* the table has its columns */
    char *line;
    size_t capacity;
};

static bool take_row(void *context, const struct user_hour *row, struct status *status)
{
    static const char none[] = ",,,,,\n"; /* columns of novelty */
    struct counting *counting = context;
    char dt[USER_HOUR_DT];
    size_t dt_length = user_hour_dt(row->time, dt);
    if (!mem_grow(&counting->line, &counting->capacity, USER_HOUR_REST + 2 * row->user.length,
                  1, "a line", status)) {
        return false;
    }
    size_t length = user_hour_line(row, dt, dt_length, counting->line);
    if (counting->novelty) {
        outfile_write(counting->rows, counting->line, length - 1);
        outfile_write(counting->rows, none, sizeof none - 1);
    } else {
        outfile_write(counting->rows, counting->line, length);
    }
    counting->n++;
    return true;
}

static bool count_file(struct follow *follow, const char *path, struct counting *counting,
                       struct parallel *parallel, struct status *status)
{
    struct events_report report;
    struct events_input input = {.paths = &path,
                                 .n = 1,
                                 .format = follow->format,
                                 .rules = userhours_defaults(),
                                 .zone = follow->zone,
                                 .year = follow->year};
    input.rules.min_events = follow->format->min_events;
    input.rules.slack = EVENT_TIME_MAX; /* what is out of order has been sorted out */
    return events_count(&input, take_row, counting, &report, NULL, parallel, NULL, status);
}

/* The user-hours of lines, as text. */
static bool count_lines(struct follow *follow, const struct tail_text *lines,
                        struct counting *counting, struct parallel *parallel,
                        struct status *status)
{
    char *path = paths_join(follow->state.directory, "closing", status);
    const char *header = follow->state.header;
    size_t n = header != NULL ? strlen(header) : 0;
    bool good = path != NULL && append(path, 0, header, n, status) &&
                append(path, n, "\n", header != NULL, status) &&
                append(path, n + (header != NULL), lines->bytes, lines->length, status);
    counting->novelty = follow->format->novelty;
    counting->rows = good ? outfile_memory(status) : NULL;
    good = counting->rows != NULL && count_file(follow, path, counting, parallel, status);
    if (path != NULL) {
        unlink(path);
    }
    free(path);
    free(counting->line);
    return good;
}

/* Windows before `until` close: their rows go to the table, the other lines stay. */
static bool close_windows(struct follow *follow, int64_t until, int64_t now,
                          struct parallel *parallel, struct status *status)
{
    struct follow_state *state = &follow->state;
    struct tail_text before = {.bytes = NULL}, behind = {.bytes = NULL};
    struct sorting sorting = {
        .until = until, .late_before = INT64_MIN, .before = &before, .behind = &behind};
    struct counting counting = {.rows = NULL};
    char *old = open_lines(follow, state->generation, status);
    char *new = open_lines(follow, state->generation + 1, status);
    char *bytes = old != NULL && new != NULL ? read_all(old, state->open_bytes, status) : NULL;
    bool good =
        bytes != NULL &&
        sort_lines(follow, bytes, state->open_bytes, false, now, &sorting, status) &&
        (before.length == 0 || count_lines(follow, &before, &counting, parallel, status)) &&
        append(new, 0, behind.bytes, behind.length, status);
    size_t length = 0;
    const char *rows = NULL;
    if (good && counting.rows != NULL) {
        rows = outfile_bytes(counting.rows, &length);
        good = rows != NULL || status_set(status, STATUS_NOMEM, "out of memory: user-hours");
    }
    good = good && append(follow->windows, state->table_bytes, rows, length, status);
    if (good) {
        struct follow_state then = *state;
        state->table_bytes += length;
        state->rows += counting.n;
        state->generation++;
        state->open_bytes = behind.length;
        state->closed = until;
        good = follow_state_write(state, tail_places(follow->tail), status);
        if (good) {
            unlink(old);
        } else {
            *state = then;
        }
    }
    outfile_abandon(counting.rows);
    free(before.bytes);
    free(behind.bytes);
    free(bytes);
    free(old);
    free(new);
    return good;
}

static int64_t window_of(const struct follow *follow, int64_t time)
{
    int64_t rest = time % follow->window;
    return time - (rest < 0 ? rest + follow->window : rest);
}

/* Up to where windows may close: by the log's clock, which goes on like the wall's while no
 * line comes. (The two need not show the same: many logs do not say their zone.) */
static int64_t closing(const struct follow *follow, int64_t now)
{
    const struct follow_state *state = &follow->state;
    if (state->latest == INT64_MIN) {
        return INT64_MIN;
    }
    int64_t passed = now > state->arrived ? now - state->arrived : 0;
    int64_t until = window_of(follow, state->latest + passed - follow->slack);
    int64_t last = window_of(follow, state->latest) + follow->window;
    return until < last ? until : last;
}

/* ---- looks ---- */

static bool find_format(struct follow *follow, const struct tail_text *text,
                        struct status *status)
{
    if (follow->format != NULL) {
        return true;
    }
    const char *name = follow->format_name != NULL ? follow->format_name : follow->state.format;
    if (name != NULL) {
        follow->format = formats_find(name, status);
    } else if (!formats_recognise(text->bytes, text->length, &follow->format, status)) {
        return false;
    } else if (follow->format == NULL) {
        return status_set(status, STATUS_INPUT,
                          "%.200s does not look like a log that can be followed: name its "
                          "format with --input",
                          follow->log);
    }
    return follow->format != NULL &&
           follow_state_format(&follow->state, follow->format->name, status);
}

static bool begin_table(struct follow *follow, struct status *status)
{
    struct follow_state *state = &follow->state;
    const char *header = follow->format->novelty ? user_hour_header_novelty : user_hour_header;
    if (state->table_bytes > 0) {
        return true;
    }
    state->table_bytes = strlen(header);
    return append(follow->windows, 0, header, strlen(header), status);
}

/* What has come goes to the lines of open windows, as far as it counts. */
static bool take_text(struct follow *follow, struct tail_text *text, int64_t now,
                      struct status *status)
{
    struct follow_state *state = &follow->state;
    struct tail_text lines = {.bytes = NULL};
    struct sorting sorting = {.until = INT64_MIN,
                              .late_before = state->closed,
                              .count = true,
                              .before = &lines,
                              .behind = &lines};
    char *path = open_lines(follow, state->generation, status);
    bool good =
        path != NULL && find_format(follow, text, status) && begin_table(follow, status) &&
        sort_lines(follow, text->bytes, text->length, text->begins, now, &sorting, status) &&
        append(path, state->open_bytes, lines.bytes, lines.length, status);
    if (good) {
        state->open_bytes += lines.length;
        good = follow_state_write(state, tail_places(follow->tail), status);
    }
    free(path);
    free(lines.bytes);
    return good;
}

/* As it was written last: what was counted since then comes again. */
static bool go_back(struct follow *follow)
{
    struct status problem = {0};
    return follow_state_read(&follow->state, tail_places(follow->tail), &problem);
}

bool follow_look(struct follow *follow, int64_t now, struct parallel *parallel, bool *more,
                 struct status *status)
{
    struct tail_text text = {.bytes = NULL};
    bool good = tail_read(follow->tail, &text, LOOK, now, more, status);
    if (good && text.length > 0) {
        good = take_text(follow, &text, now, status);
    } else if (good && !follow->known && tail_places(follow->tail)->n > 0) {
        /* Where it begins: what it is renamed to from now on is not of old. */
        good = follow_state_write(&follow->state, tail_places(follow->tail), status);
    }
    follow->known = follow->known || (good && tail_places(follow->tail)->n > 0);
    free(text.bytes);
    int64_t until = good && !*more ? closing(follow, now) : INT64_MIN;
    if (good && until > follow->state.closed) {
        good = close_windows(follow, until, now, parallel, status);
    }
    if (!good) {
        go_back(follow);
    }
    return good;
}

struct follow_counts follow_counts(const struct follow *follow)
{
    const struct follow_state *state = &follow->state;
    return (struct follow_counts){.rows = state->rows,
                                  .told = state->told,
                                  .lines = state->lines,
                                  .late = state->late,
                                  .left_out = state->left_out,
                                  .rejected = state->rejected,
                                  .latest = state->latest,
                                  .closed = state->closed};
}

const char *follow_windows(const struct follow *follow)
{
    return follow->windows;
}

const char *follow_log(const struct follow *follow)
{
    return follow->log;
}

const char *follow_identity(const struct follow *follow)
{
    return follow->identity;
}

bool follow_tell(struct follow *follow, struct status *status)
{
    uint64_t told = follow->state.told;
    follow->state.told = follow->state.rows;
    if (follow_state_write(&follow->state, tail_places(follow->tail), status)) {
        return true;
    }
    follow->state.told = told;
    return false;
}

/* ---- life ---- */

/* follow/HASH in the data directory, by where the log is. */
static char *default_directory(const char *log, struct status *status)
{
    char name[40];
    snprintf(name, sizeof name, "follow/%016" PRIx64, (uint64_t)XXH3_64bits(log, strlen(log)));
    return paths_of(PATHS_DATA, name, status);
}

/* The whole path of a log that may not be there yet. */
static char *whole_path(const char *log, struct status *status)
{
    char *path = realpath(log, NULL);
    const char *slash = strrchr(log, '/');
    if (path != NULL || slash == log) {
        return path != NULL ? path : mem_text(log, strlen(log), status);
    }
    char *folder =
        slash == NULL ? mem_text(".", 1, status) : mem_text(log, (size_t)(slash - log), status);
    char *whole = folder != NULL ? realpath(folder, NULL) : NULL;
    if (folder != NULL && whole == NULL) {
        status_set(status, STATUS_IO, "%.300s: %s", folder, strerror(errno));
    }
    path = whole != NULL ? paths_join(whole, slash == NULL ? log : slash + 1, status) : NULL;
    free(folder);
    free(whole);
    return path;
}

static bool lock(struct follow *follow, struct status *status)
{
    const char *directory = follow->state.directory;
    if (!paths_make_folders(follow->windows, status)) {
        return false;
    }
    follow->lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (follow->lock < 0) {
        return fail(status, directory);
    }
    return flock(follow->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK ||
           status_set(status, STATUS_USAGE,
                      "%.300s is followed by another process already (its state is in %.300s)",
                      follow->log, directory);
}

/* What a process that was killed has left: half a state, lines of windows that have closed. */
static void remove_leftovers(const struct follow *follow)
{
    char open_now[40];
    snprintf(open_now, sizeof open_now, "open.%" PRIu64, follow->state.generation);
    DIR *list = opendir(follow->state.directory);
    for (struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;) {
        const char *name = entry->d_name;
        bool lines = strncmp(name, "open.", 5) == 0 && strcmp(name, open_now) != 0 &&
                     name[5 + strspn(name + 5, "0123456789")] == '\0';
        if (lines || strcmp(name, "closing") == 0 || outfile_is_temporary(name, "state.json")) {
            unlinkat(dirfd(list), name, 0);
        }
    }
    if (list != NULL) {
        closedir(list);
    }
}

static bool copy(char **to, const char *from, struct status *status)
{
    *to = from != NULL ? mem_text(from, strlen(from), status) : NULL;
    return *to != NULL || from == NULL;
}

static bool take_up(struct follow *follow, const struct follow_options *options,
                    struct status *status)
{
    if ((follow->log = whole_path(options->log, status)) == NULL ||
        !copy(&follow->zone, options->zone, status) ||
        !copy(&follow->format_name, options->format, status)) {
        return false;
    }
    char *directory = options->directory != NULL
                          ? mem_text(options->directory, strlen(options->directory), status)
                          : default_directory(follow->log, status);
    if (directory == NULL ||
        !follow_state_init(&follow->state, directory, follow->log, status)) {
        free(directory);
        return false;
    }
    free(directory);
    XXH128_hash_t known = XXH3_128bits(follow->log, strlen(follow->log));
    snprintf(follow->identity, sizeof follow->identity, "%016" PRIx64 "%016" PRIx64,
             (uint64_t)known.high64, (uint64_t)known.low64);
    follow->windows = paths_join(follow->state.directory, "windows.csv", status);
    follow->tail = follow->windows != NULL ? tail_new(follow->log, status) : NULL;
    bool good = follow->tail != NULL && lock(follow, status) &&
                follow_state_read(&follow->state, tail_places(follow->tail), status);
    if (good) {
        remove_leftovers(follow);
    }
    return good;
}

struct follow *follow_open(const struct follow_options *options, struct status *status)
{
    struct follow *follow = mem_zero(1, sizeof *follow, "a log", status);
    if (follow == NULL) {
        return NULL;
    }
    follow->year = options->year;
    follow->slack = options->slack;
    follow->window = userhours_defaults().window;
    follow->lock = -1;
    if (!take_up(follow, options, status)) {
        follow_close(follow);
        return NULL;
    }
    return follow;
}

void follow_close(struct follow *follow)
{
    if (follow != NULL) {
        if (follow->lock >= 0) {
            close(follow->lock);
        }
        log_format_release(follow->format);
        tail_free(follow->tail);
        follow_state_clear(&follow->state);
        free(follow->windows);
        free(follow->log);
        free(follow->zone);
        free(follow->format_name);
        free(follow);
    }
}
