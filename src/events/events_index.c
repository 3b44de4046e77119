#include "events/events_index_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "events/described.h"
#include "table/input/source.h"

static const char what[] = "an index of a log";

struct events_index *events_index_new(const struct log_format *format,
                                      const struct userhours_options *options,
                                      struct status *status)
{
    struct events_index *index = mem_zero(1, sizeof *index, what, status);
    if (index != NULL) {
        index->format = log_format_hold(format);
        index->options = *options;
        if (!events_index_set_reading(index, "", 0, status)) {
            events_index_free(index);
            return NULL;
        }
    }
    return index;
}

void events_index_free(struct events_index *index)
{
    if (index != NULL) {
        for (size_t i = 0; i < index->n_files; i++) {
            free(index->files[i].path);
            free(index->files[i].full);
        }
        for (size_t i = 0; i < index->n_headers; i++) {
            free(index->headers[i].line);
        }
        log_format_release(index->format);
        free(index->files);
        free(index->headers);
        free(index->zone);
        free(index->ranges);
        free(index);
    }
}

const struct log_format *events_index_format(const struct events_index *index)
{
    return index->format;
}

bool events_index_usable(const struct events_index *index, const char **why)
{
    *why = index->unusable[0] != '\0' ? index->unusable : NULL;
    return *why == NULL;
}

/* ---- files ---- */

struct index_state events_index_state(const struct stat *stat)
{
    return (struct index_state){stat->st_size, stat->st_mtim.tv_sec, stat->st_mtim.tv_nsec};
}

int events_index_open(const char *path)
{
    char file[PATH_MAX];
    const size_t length = source_path_length(path);
    if (length >= sizeof file) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(file, path, length);
    file[length] = '\0';
    return open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* Why a file cannot be read again, or NULL. */
static const char *look_at(const char *path, struct stat *stat)
{
    if (strcmp(path, "-") == 0) {
        return "the log came from a pipe, which cannot be read again";
    }
    int fd = events_index_open(path);
    bool file = fd >= 0 && fstat(fd, stat) == 0 && S_ISREG(stat->st_mode);
    if (fd >= 0) {
        close(fd);
    }
    return file ? NULL : "the log is no file that can be read again";
}

/* Sets the two paths of a file; on failure it is as it was. */
static bool name_file(struct index_file *file, const char *path, struct status *status)
{
    char room[PATH_MAX];
    const size_t length = source_path_length(path); /* a member of an archive may follow */
    char *named = mem_text(path, strlen(path), status);
    char *file_name = named != NULL ? mem_text(path, length, status) : NULL;
    if (file_name == NULL) {
        free(named);
        return false;
    }
    const char *whole = realpath(file_name, room); /* NULL: a pipe, or gone already */
    whole = whole != NULL ? whole : file_name;
    const size_t n = strlen(whole), rest = strlen(path + length);
    char *full = mem_new(n + rest + 1, 1, what, status);
    if (full == NULL) {
        free(named);
        free(file_name);
        return false;
    }
    memcpy(full, whole, n);
    memcpy(full + n, path + length, rest + 1);
    free(file_name);
    free(file->path);
    free(file->full);
    file->path = named;
    file->full = full;
    return true;
}

bool events_index_add_file(struct events_index *index, const char *path, struct status *status)
{
    if (!mem_grow(&index->files, &index->file_capacity, index->n_files + 1,
                  sizeof *index->files, what, status)) {
        return false;
    }
    struct index_file *file = &index->files[index->n_files];
    *file = (struct index_file){0};
    if (!name_file(file, path, status)) {
        return false;
    }
    index->n_files++;
    struct stat stat = {0};
    const char *why = look_at(path, &stat);
    file->state = events_index_state(&stat);
    if (index->unusable[0] == '\0' && why != NULL) {
        snprintf(index->unusable, sizeof index->unusable, "%s", why);
    }
    return true;
}

bool events_index_moved(struct events_index *index, const char *path, struct status *status)
{
    struct stat stat;
    if (index->n_files != 1 || index->unusable[0] != '\0' || look_at(path, &stat) != NULL ||
        stat.st_size != index->files[0].state.size) {
        return true;
    }
    if (!name_file(&index->files[0], path, status)) {
        return false;
    }
    index->files[0].state = events_index_state(&stat);
    return true;
}

/* ---- how it was read ---- */

bool events_index_set_reading(struct events_index *index, const char *zone, int year,
                              struct status *status)
{
    const char *name = zone != NULL ? zone : "";
    char *copy = mem_text(name, strlen(name), status);
    if (copy == NULL) {
        return false;
    }
    free(index->zone);
    index->zone = copy;
    index->year = year;
    return true;
}

static bool add_header(struct events_index *index, uint64_t file, uint64_t offset,
                       struct span line, struct status *status)
{
    if (!mem_grow(&index->headers, &index->header_capacity, index->n_headers + 1,
                  sizeof *index->headers, what, status)) {
        return false;
    }
    char *copy = mem_text(line.bytes, line.length, status);
    if (copy == NULL) {
        return false;
    }
    index->headers[index->n_headers++] = (struct index_header){file, offset, copy, line.length};
    return true;
}

bool events_index_add_header(struct events_index *index, uint64_t offset, struct span line,
                             struct status *status)
{
    return index->unusable[0] != '\0' ||
           add_header(index, index->n_files - 1, offset, line, status);
}

/* ---- ranges ---- */

size_t events_index_place(const struct events_index *index, int64_t window, size_t file)
{
    size_t low = 0, high = index->n_ranges;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct index_range *range = &index->ranges[middle];
        if (range->window < window || (range->window == window && range->file < file)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool events_index_add_range(struct events_index *index, int64_t window, uint64_t start,
                            uint64_t end, int64_t latest, struct status *status)
{
    if (index->unusable[0] != '\0') {
        return true;
    }
    size_t file = index->n_files - 1;
    size_t at = events_index_place(index, window, file);
    if (at < index->n_ranges && index->ranges[at].window == window &&
        index->ranges[at].file == file) {
        index->ranges[at].end = end; /* ranges come in the order of the log */
        return true;
    }
    if (!mem_grow(&index->ranges, &index->range_capacity, index->n_ranges + 1,
                  sizeof *index->ranges, what, status)) {
        return false;
    }
    memmove(index->ranges + at + 1, index->ranges + at,
            (index->n_ranges - at) * sizeof *index->ranges);
    index->ranges[at] = (struct index_range){window, file, start, end, latest};
    index->n_ranges++;
    return true;
}

/* ---- kept ---- */

void events_index_put(const struct events_index *index, struct archive_out *archive)
{
    const int64_t rules[] = {index->options.window, index->options.slack};
    archive_put(archive, "lrul", rules, sizeof *rules, 2);
    archive_put_text(archive, "lwhy", index->unusable);
    archive_put_count(archive, "lfls", index->n_files);
    for (size_t i = 0; i < index->n_files; i++) {
        archive_put_text(archive, "lnam", index->files[i].path);
        archive_put_text(archive, "lful", index->files[i].full);
        archive_put(archive, "lsta", &index->files[i].state, sizeof(struct index_state), 1);
    }
    if (index->format->description != NULL) {
        const int64_t year = index->year;
        archive_put_text(archive, "lzon", index->zone);
        archive_put(archive, "lyea", &year, sizeof year, 1);
        archive_put_count(archive, "lhds", index->n_headers);
        for (size_t i = 0; i < index->n_headers; i++) {
            const uint64_t at[] = {index->headers[i].file, index->headers[i].offset};
            archive_put(archive, "lhat", at, sizeof *at, 2);
            archive_put_text(archive, "lhln", index->headers[i].line);
        }
    }
    archive_put(archive, "lrng", index->ranges, sizeof *index->ranges, index->n_ranges);
}

static bool senseless(struct status *status)
{
    return status_set(status, STATUS_INPUT, "the index of the log does not make sense");
}

static bool get_why(struct events_index *index, struct archive_in *archive,
                    struct status *status)
{
    char *why = archive_get_text(archive, "lwhy", status);
    if (why != NULL) {
        snprintf(index->unusable, sizeof index->unusable, "%s", why);
    }
    free(why);
    return why != NULL;
}

static bool get_files(struct events_index *index, struct archive_in *archive,
                      struct status *status)
{
    uint64_t n;
    if (!archive_get_count(archive, "lfls", &n, status)) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        if (!mem_grow(&index->files, &index->file_capacity, index->n_files + 1,
                      sizeof *index->files, what, status)) {
            return false;
        }
        struct index_file *file = &index->files[index->n_files++];
        *file = (struct index_file){.path = archive_get_text(archive, "lnam", status)};
        file->full = file->path != NULL ? archive_get_text(archive, "lful", status) : NULL;
        if (file->full == NULL ||
            !archive_get_into(archive, "lsta", &file->state, sizeof file->state, 1, status)) {
            return false;
        }
    }
    return true;
}

static bool get_headers(struct events_index *index, struct archive_in *archive,
                        struct status *status)
{
    uint64_t n;
    if (!archive_get_count(archive, "lhds", &n, status)) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at[2];
        if (!archive_get_into(archive, "lhat", at, sizeof *at, 2, status)) {
            return false;
        }
        char *line = archive_get_text(archive, "lhln", status);
        bool good = line != NULL && (at[0] < index->n_files || senseless(status)) &&
                    add_header(index, at[0], at[1], (struct span){line, strlen(line)}, status);
        free(line);
        if (!good) {
            return false;
        }
    }
    return true;
}

/* What only described formats have. */
static bool get_reading(struct events_index *index, struct archive_in *archive,
                        struct status *status)
{
    int64_t year;
    if (index->format->description == NULL) {
        return true;
    }
    char *zone = archive_get_text(archive, "lzon", status);
    bool good = zone != NULL &&
                archive_get_into(archive, "lyea", &year, sizeof year, 1, status) &&
                ((year >= 0 && year <= 9999) || senseless(status)) &&
                events_index_set_reading(index, zone, (int)year, status) &&
                get_headers(index, archive, status);
    free(zone);
    return good;
}

static bool range_makes_sense(const struct events_index *index, size_t i)
{
    const struct index_range *range = &index->ranges[i];
    bool after = i == 0 || range[-1].window < range->window ||
                 (range[-1].window == range->window && range[-1].file < range->file);
    return after && range->file < index->n_files && range->window >= 0 &&
           range->window <= EVENT_TIME_MAX / index->options.window &&
           range->start <= range->end &&
           range->end <= INT64_MAX && /* of a packed log more than its size */
           range->latest <= EVENT_TIME_MAX;
}

static bool get_ranges(struct events_index *index, struct archive_in *archive,
                       struct status *status)
{
    size_t n;
    index->ranges = archive_get_copy(archive, "lrng", sizeof *index->ranges, &n, status);
    if (index->ranges == NULL) {
        return false;
    }
    index->n_ranges = index->range_capacity = n;
    for (size_t i = 0; i < index->n_files; i++) {
        if (index->files[i].state.size < 0) {
            return senseless(status);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!range_makes_sense(index, i)) {
            return senseless(status);
        }
    }
    return true;
}

struct events_index *events_index_get(struct archive_in *archive,
                                      const struct log_format *format, struct status *status)
{
    int64_t rules[2];
    struct userhours_options options = userhours_defaults();
    if (!archive_get_into(archive, "lrul", rules, sizeof *rules, 2, status)) {
        return NULL;
    }
    options.window = rules[0];
    options.slack = rules[1];
    if (rules[0] < 1 || rules[0] > USERHOURS_WINDOW_MAX || rules[1] < 0 ||
        rules[1] > EVENT_TIME_MAX) {
        senseless(status);
        return NULL;
    }
    struct events_index *index = events_index_new(format, &options, status);
    if (index != NULL &&
        !(get_why(index, archive, status) && get_files(index, archive, status) &&
          get_reading(index, archive, status) && get_ranges(index, archive, status))) {
        events_index_free(index);
        index = NULL;
    }
    return index;
}
