#include "events/authlog_index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* Lines of one window in one file stand between start and end; lines of other windows may stand
 * there, too, when the log is out of order. */
struct range {
    int64_t window;
    size_t file;
    uint64_t start, end;
    int64_t latest; /* the latest time of any line before start */
};

struct file {
    char *path;
    struct stat stat; /* how it was when it was read */
};

struct authlog_index {
    struct userhours_options options;
    size_t n_files, file_capacity;
    struct file *files;
    const char *unusable; /* why; NULL: it is usable */
    size_t n_ranges, range_capacity;
    struct range *ranges; /* by window, then file */
};

static const char what[] = "an index of a log";

struct authlog_index *authlog_index_new(const struct userhours_options *options,
                                        struct status *status)
{
    struct authlog_index *index = mem_zero(1, sizeof *index, what, status);
    if (index != NULL) {
        index->options = *options;
    }
    return index;
}

void authlog_index_free(struct authlog_index *index)
{
    if (index != NULL) {
        for (size_t i = 0; i < index->n_files; i++) {
            free(index->files[i].path);
        }
        free(index->files);
        free(index->ranges);
        free(index);
    }
}

bool authlog_index_usable(const struct authlog_index *index, const char **why)
{
    *why = index->unusable;
    return index->unusable == NULL;
}

/* Why a file cannot be read again, or NULL. */
static const char *look_at(const char *path, struct stat *stat)
{
    if (strcmp(path, "-") == 0) {
        return "the log came from a pipe, which cannot be read again";
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    unsigned char magic[2] = {0};
    const char *why = NULL;
    if (fd < 0 || fstat(fd, stat) != 0 || !S_ISREG(stat->st_mode)) {
        why = "the log is no file that can be read again";
    } else if (pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b) {
        why = "compressed log: gunzip it to see lines";
    }
    if (fd >= 0) {
        close(fd);
    }
    return why;
}

bool authlog_index_add_file(struct authlog_index *index, const char *path,
                            struct status *status)
{
    if (!mem_grow(&index->files, &index->file_capacity, index->n_files + 1,
                  sizeof *index->files, what, status)) {
        return false;
    }
    struct file *file = &index->files[index->n_files];
    *file = (struct file){.path = mem_text(path, strlen(path), status)};
    if (file->path == NULL) {
        return false;
    }
    index->n_files++;
    const char *why = look_at(path, &file->stat);
    index->unusable = index->unusable != NULL ? index->unusable : why;
    return true;
}

/* The first range that is not before (window, file). */
static size_t place(const struct authlog_index *index, int64_t window, size_t file)
{
    size_t low = 0, high = index->n_ranges;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct range *range = &index->ranges[middle];
        if (range->window < window || (range->window == window && range->file < file)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool authlog_index_add_run(struct authlog_index *index, int64_t window, uint64_t start,
                           uint64_t end, int64_t latest, struct status *status)
{
    if (index->unusable != NULL) {
        return true;
    }
    size_t file = index->n_files - 1;
    size_t at = place(index, window, file);
    if (at < index->n_ranges && index->ranges[at].window == window &&
        index->ranges[at].file == file) {
        index->ranges[at].end = end; /* runs come in the order of the log */
        return true;
    }
    if (!mem_grow(&index->ranges, &index->range_capacity, index->n_ranges + 1,
                  sizeof *index->ranges, what, status)) {
        return false;
    }
    memmove(index->ranges + at + 1, index->ranges + at,
            (index->n_ranges - at) * sizeof *index->ranges);
    index->ranges[at] = (struct range){window, file, start, end, latest};
    index->n_ranges++;
    return true;
}

/* ---- the lines ---- */

struct search {
    const struct authlog_index *index;
    int64_t window;
    struct span user;
    size_t most;
    const struct progress *progress;
    struct authlog_lines *lines;
    size_t event_capacity, byte_capacity, bytes;
    int64_t latest;
};

/* Copies a line; its fields are offsets until all lines are there. */
static bool keep_line(struct search *search, const struct auth_line *line, int64_t time,
                      struct status *status)
{
    struct authlog_lines *lines = search->lines;
    lines->total++;
    if (lines->n >= search->most) {
        return true;
    }
    if (!mem_grow(&lines->events, &search->event_capacity, lines->n + 1, sizeof *lines->events,
                  what, status) ||
        !mem_grow(&lines->bytes, &search->byte_capacity, search->bytes + line->length, 1, what,
                  status)) {
        return false;
    }
    memcpy(lines->bytes + search->bytes, line->bytes, line->length);
    struct authlog_event *event = &lines->events[lines->n++];
    event->time = time;
    for (int f = 0; f < AUTH_FIELDS; f++) {
        event->field[f] = auth_line_field(line, (enum auth_field)f);
        event->field[f].bytes = NULL;
    }
    search->bytes += line->length;
    return true;
}

/* The fields stand one after the other in `bytes`, with one separator between two. */
static void point_fields(struct authlog_lines *lines)
{
    const char *at = lines->bytes;
    for (size_t i = 0; i < lines->n; i++) {
        for (int f = 0; f < AUTH_FIELDS; f++) {
            lines->events[i].field[f].bytes = at;
            at += lines->events[i].field[f].length + (f + 1 < AUTH_FIELDS);
        }
    }
}

static bool search_text(struct search *search, const char *text, size_t length,
                        struct status *status)
{
    int64_t slack = search->index->options.slack;
    struct auth_scan scan = auth_scan_over(text, length);
    struct auth_line line;
    while (auth_scan_next(&scan, &line)) {
        int64_t time;
        if (auth_line_check(&line, &time) != AUTH_FINE) {
            continue;
        }
        if (time < search->latest && time < search->latest - slack) {
            continue;
        }
        search->latest = time > search->latest ? time : search->latest;
        struct span user = auth_line_field(&line, AUTH_SRC_USER);
        if (time / search->index->options.window == search->window &&
            user.length == search->user.length &&
            memcmp(user.bytes, search->user.bytes, user.length) == 0 &&
            !keep_line(search, &line, time, status)) {
            return false;
        }
    }
    return true;
}

static bool changed(const struct file *file, int fd)
{
    struct stat now;
    return fstat(fd, &now) != 0 || now.st_size != file->stat.st_size ||
           now.st_mtim.tv_sec != file->stat.st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != file->stat.st_mtim.tv_nsec;
}

/* Reads a range piece by piece, each cut at its last newline. */
static bool read_range(struct search *search, const struct range *range, int fd,
                       struct status *status)
{
    enum { PIECE = 1 << 22 };
    uint64_t all = range->end - range->start;
    size_t room = all < PIECE ? (size_t)all : PIECE;
    const char *path = search->index->files[range->file].path;
    char *text = mem_new(room + 1 + AUTH_PADDING, 1, what, status);
    size_t rest = 0;
    uint64_t at = range->start;
    bool fine = text != NULL;
    while (fine && (at < range->end || rest > 0)) {
        uint64_t left = range->end - at;
        size_t want = left < room - rest ? (size_t)left : room - rest;
        ssize_t got = want == 0 ? 0 : pread(fd, text + rest, want, (off_t)at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 || (got == 0 && want > 0)) {
            fine = status_set(status, STATUS_IO, "cannot read '%s' again: %s", path,
                              got < 0 ? strerror(errno) : "it has become shorter");
            break;
        }
        at += (uint64_t)got;
        size_t used = rest + (size_t)got, whole = used;
        if (at == range->end) {
            text[whole++] = '\n';
            used = whole;
        } else {
            while (whole > 0 && text[whole - 1] != '\n') {
                whole--;
            }
        }
        memset(text + used, 0, AUTH_PADDING);
        fine = search_text(search, text, whole, status) &&
               (!progress_cancelled(search->progress) || status_cancelled(status));
        rest = used - whole;
        if (rest == room && rest > AUTH_LINE_MAX) {
            rest = AUTH_LINE_MAX + 1; /* a line that is too long anyway: make room */
        }
        memmove(text, text + whole, rest);
    }
    free(text);
    return fine;
}

static bool search_range(struct search *search, const struct range *range,
                         struct status *status)
{
    const struct file *file = &search->index->files[range->file];
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return status_set(status, STATUS_IO, "cannot open '%s' again: %m", file->path);
    }
    bool fine = changed(file, fd)
                    ? status_set(status, STATUS_INPUT,
                                 "'%s' has changed since it was counted: count it "
                                 "anew to see single lines",
                                 file->path)
                    : true;
    search->latest = range->latest;
    fine = fine && read_range(search, range, fd, status);
    close(fd);
    return fine;
}

struct authlog_lines *authlog_lines(const struct authlog_index *index, int64_t time,
                                    struct span user, size_t most,
                                    const struct progress *progress, struct status *status)
{
    if (index->unusable != NULL) {
        status_set(status, STATUS_INPUT, "%s", index->unusable);
        return NULL;
    }
    struct authlog_lines *lines = mem_zero(1, sizeof *lines, what, status);
    if (lines == NULL) {
        return NULL;
    }
    struct search search = {.index = index,
                            .window = time / index->options.window,
                            .user = user,
                            .most = most,
                            .progress = progress,
                            .lines = lines};
    bool fine = true;
    for (size_t i = place(index, search.window, 0);
         fine && i < index->n_ranges && index->ranges[i].window == search.window; i++) {
        fine = search_range(&search, &index->ranges[i], status);
    }
    if (!fine) {
        authlog_lines_free(lines);
        return NULL;
    }
    point_fields(lines);
    return lines;
}

void authlog_lines_free(struct authlog_lines *lines)
{
    if (lines != NULL) {
        free(lines->events);
        free(lines->bytes);
        free(lines);
    }
}
