#include "events/formats.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/suggest.h"
#include "config.h"
#include "events/described.h"
#include "events/format/description.h"

static const char what[] = "formats";

/* ---- one file ---- */

/* All of a file; NULL with a status. */
static char *read_file(const char *path, size_t *length, struct status *status)
{
    int fd = infile_open_text(path, status);
    if (fd < 0) {
        return NULL;
    }
    char *text = mem_new(DESCRIPTION_MAX + 2, 1, what, status);
    size_t used = 0;
    while (text != NULL && used <= DESCRIPTION_MAX) {
        ssize_t got = read(fd, text + used, DESCRIPTION_MAX + 1 - used);
        if (got == 0) {
            break;
        }
        if (got < 0 && errno != EINTR) {
            status_set(status, STATUS_IO, "cannot read '%s': %m", path);
            free(text);
            text = NULL;
        }
        used += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    *length = used;
    return text;
}

/* "folder/okta.json" is okta. */
static bool name_of(const char *path, char *name, size_t size)
{
    const char *slash = strrchr(path, '/');
    const char *from = slash != NULL ? slash + 1 : path;
    size_t length = strlen(from);
    if (length > 5 && strcmp(from + length - 5, ".json") == 0) {
        length -= 5;
    }
    snprintf(name, size, "%.*s", (int)(length < size ? length : size - 1), from);
    return length > 0;
}

static const struct log_format *open_file(const char *path, struct status *status)
{
    char name[64];
    size_t length;
    char *text = read_file(path, &length, status);
    if (text == NULL) {
        return NULL;
    }
    name_of(path, name, sizeof name);
    const struct log_format *format = described_new(text, length, name, path, status);
    free(text);
    return format;
}

/* ---- folders ---- */

static bool is_folder(const char *path)
{
    struct stat it;
    return stat(path, &it) == 0 && S_ISDIR(it.st_mode);
}

/* The program's own folder; NULL when there is none (or without memory). */
static char *own_folder(void)
{
    static const char *const beside[] = {"data/formats", "share/oddhours/formats"};
    const char *named = getenv("ODDHOURS_FORMATS");
    if (named != NULL && named[0] != '\0') {
        return mem_text(named, strlen(named), NULL);
    }
    char self[1024];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    for (int up = 0; length > 0 && up < 2; up++) {
        while (length > 0 && self[--length] != '/') {
        }
    }
    self[length > 0 ? length : 0] = '\0';
    for (size_t i = 0; length > 0 && i < sizeof beside / sizeof *beside; i++) {
        char *path = paths_join(self, beside[i], NULL);
        if (path == NULL || is_folder(path)) {
            return path;
        }
        free(path);
    }
    return is_folder(FORMATS_FOLDER) ? mem_text(FORMATS_FOLDER, strlen(FORMATS_FOLDER), NULL)
                                     : NULL;
}

/* The place of a name, or where it would stand. */
static size_t place(const struct formats *formats, const char *name, bool *there)
{
    size_t i = 0;
    while (i < formats->n && strcmp(formats->list[i].name, name) < 0) {
        i++;
    }
    *there = i < formats->n && strcmp(formats->list[i].name, name) == 0;
    return i;
}

static void clear_entry(struct formats_entry *entry)
{
    free(entry->name);
    free(entry->path);
    log_format_release(entry->format);
    *entry = (struct formats_entry){0};
}

static bool take_file(struct formats *formats, const char *folder, const char *file,
                      struct status *status)
{
    char name[64];
    bool there;
    name_of(file, name, sizeof name);
    size_t at = place(formats, name, &there);
    struct formats_entry entry = {.name = mem_text(name, strlen(name), status),
                                  .path = paths_join(folder, file, status)};
    if (entry.name == NULL || entry.path == NULL ||
        (!there && !mem_grow(&formats->list, &formats->capacity, formats->n + 1,
                             sizeof *formats->list, what, status))) {
        clear_entry(&entry);
        return false;
    }
    struct status wrong = {0};
    entry.format = open_file(entry.path, &wrong);
    if (entry.format == NULL) {
        snprintf(entry.problem, sizeof entry.problem, "%s", wrong.text);
    }
    if (there) {
        clear_entry(&formats->list[at]);
    } else {
        memmove(&formats->list[at + 1], &formats->list[at],
                (formats->n - at) * sizeof *formats->list);
        formats->n++;
    }
    formats->list[at] = entry;
    if (entry.format == NULL && wrong.code == STATUS_NOMEM) {
        return status_set(status, STATUS_NOMEM, "%s", wrong.text);
    }
    return true;
}

static bool take_folder(struct formats *formats, const char *folder, struct status *status)
{
    DIR *stream = folder != NULL ? opendir(folder) : NULL;
    bool good = true;
    if (stream == NULL) {
        return true;
    }
    for (struct dirent *file; good && (file = readdir(stream)) != NULL;) {
        size_t length = strlen(file->d_name);
        if (length > 5 && file->d_name[0] != '.' &&
            strcmp(file->d_name + length - 5, ".json") == 0) {
            good = take_file(formats, folder, file->d_name, status);
        }
    }
    closedir(stream);
    return good;
}

bool formats_load(struct formats *formats, struct status *status)
{
    *formats = (struct formats){0};
    char *own = own_folder(), *users = paths_of(PATHS_CONFIG, "formats", NULL);
    bool good = take_folder(formats, own, status) && take_folder(formats, users, status);
    free(own);
    free(users);
    if (!good) {
        formats_free(formats);
    }
    return good;
}

void formats_free(struct formats *formats)
{
    for (size_t i = 0; i < formats->n; i++) {
        clear_entry(&formats->list[i]);
    }
    free(formats->list);
    *formats = (struct formats){0};
}

/* ---- asked ---- */

static bool is_file(const char *name)
{
    size_t length = strlen(name);
    return strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".json") == 0);
}

static const struct log_format *find_described(const char *name, struct status *status)
{
    struct formats formats;
    struct suggestion suggestion = {0};
    const struct log_format *found = NULL;
    bool there;
    if (!formats_load(&formats, status)) {
        return NULL;
    }
    size_t at = place(&formats, name, &there);
    for (size_t i = 0; !there && i < formats.n; i++) {
        suggest_consider(&suggestion, name, formats.list[i].name);
    }
    for (size_t i = 0; !there && log_formats[i] != NULL; i++) {
        suggest_consider(&suggestion, name, log_formats[i]->name);
    }
    if (there && formats.list[at].format != NULL) {
        found = log_format_hold(formats.list[at].format);
    } else if (there) {
        status_set(status, STATUS_INPUT, "%s", formats.list[at].problem);
    } else {
        status_set(
            status, STATUS_USAGE,
            "there is no format '%.60s'%s (oddhours formats lists them; a file of one ends "
            "in .json)",
            name, suggest_hint(suggestion.word, "'", "'").text);
    }
    formats_free(&formats);
    return found;
}

const struct log_format *formats_find(const char *name, struct status *status)
{
    const struct log_format *own = log_format_find(name);
    return own != NULL     ? own
           : is_file(name) ? open_file(name, status)
                           : find_described(name, status);
}

static bool say_both(const struct log_format *const *claims, size_t n, struct status *status)
{
    char names[300];
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof names; i++) {
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s (%.60s)",
                                 i == 0       ? ""
                                 : i + 1 == n ? " and "
                                              : ", ",
                                 claims[i]->name, claims[i]->title);
    }
    return status_set(status, STATUS_USAGE,
                      "this may be a log of several formats: %s; say which with --input=%s",
                      names, claims[0]->name);
}

bool formats_recognise(const char *bytes, size_t length, const struct log_format **format,
                       struct status *status)
{
    enum { MOST = 6 };
    const struct log_format *claims[MOST];
    struct formats formats;
    size_t n = 0;
    *format = NULL;
    for (size_t i = 0; log_formats[i] != NULL; i++) {
        if (log_formats[i]->recognise(log_formats[i], bytes, length)) {
            *format = log_formats[i];
            return true;
        }
    }
    if (!formats_load(&formats, status)) {
        return false;
    }
    for (size_t i = 0; i < formats.n && n < MOST; i++) {
        const struct log_format *one = formats.list[i].format;
        if (one != NULL && one->recognise(one, bytes, length)) {
            claims[n++] = one;
        }
    }
    bool good = n < 2 || say_both(claims, n, status);
    *format = n == 1 ? log_format_hold(claims[0]) : NULL;
    formats_free(&formats);
    return good;
}
