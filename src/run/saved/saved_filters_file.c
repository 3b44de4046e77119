/* The file of saved filters: read, changed, written. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/paths.h"
#include "base/json.h"
#include "run/saved/saved_filters.h"

/* ---- changing in memory ---- */

static bool put(struct saved_filters *filters, const char *name, const char *text,
                struct status *status)
{
    size_t at = 0;
    while (at < filters->n && strcmp(filters->list[at].name, name) < 0) {
        at++;
    }
    bool there = at < filters->n && strcmp(filters->list[at].name, name) == 0;
    if (!there) {
        if (filters->n >= SAVED_FILTERS_MAX) {
            return status_set(status, STATUS_USAGE, "%d filters are saved: no more",
                              SAVED_FILTERS_MAX);
        }
        if (!mem_grow(&filters->list, &filters->room, filters->n + 1, sizeof *filters->list,
                      "saved filters", status)) {
            return false;
        }
        memmove(&filters->list[at + 1], &filters->list[at],
                (filters->n - at) * sizeof *filters->list);
        filters->n++;
    }
    snprintf(filters->list[at].name, SAVED_FILTER_NAME, "%s", name);
    snprintf(filters->list[at].text, SAVED_FILTER_TEXT, "%s", text);
    return true;
}

static bool take_out(struct saved_filters *filters, const char *name, struct status *status)
{
    for (size_t i = 0; i < filters->n; i++) {
        if (strcmp(filters->list[i].name, name) == 0) {
            filters->n--;
            memmove(&filters->list[i], &filters->list[i + 1],
                    (filters->n - i) * sizeof *filters->list);
            return true;
        }
    }
    return status_set(status, STATUS_USAGE, "no filter is saved as '%s'", name);
}

/* Puts a text at the end of the recent ones, once. */
static bool add_recent(struct saved_filters *filters, const char *text, struct status *status)
{
    if (filters->recent == NULL) {
        filters->recent =
            mem_new(SAVED_FILTERS_RECENT, sizeof *filters->recent, "recent filters", status);
        if (filters->recent == NULL) {
            return false;
        }
    }
    size_t drop = filters->n_recent == SAVED_FILTERS_RECENT ? 0 : filters->n_recent;
    for (size_t i = 0; i < filters->n_recent; i++) {
        drop = strcmp(filters->recent[i], text) == 0 ? i : drop;
    }
    if (drop < filters->n_recent) {
        filters->n_recent--;
        memmove(filters->recent[drop], filters->recent[drop + 1],
                (filters->n_recent - drop) * sizeof *filters->recent);
    }
    snprintf(filters->recent[filters->n_recent++], SAVED_FILTER_TEXT, "%s", text);
    return true;
}

/* ---- reading ---- */

static bool is_filter(const cJSON *item)
{
    return cJSON_IsString(item) && item->valuestring[0] != '\0' &&
           strlen(item->valuestring) < SAVED_FILTER_TEXT;
}

static bool read_saved(struct saved_filters *filters, const cJSON *saved, struct status *status)
{
    const cJSON *item;
    if (!cJSON_IsObject(saved)) {
        return status_set(status, STATUS_INPUT, "saved: wants an object of names and filters");
    }
    cJSON_ArrayForEach(item, saved)
    {
        if (!saved_filters_is_name(item->string)) {
            return status_set(status, STATUS_INPUT, "saved: '%.60s' is no name of a filter",
                              item->string);
        }
        if (!is_filter(item)) {
            return status_set(status, STATUS_INPUT, "saved.%s: is no filter", item->string);
        }
        if (!put(filters, item->string, item->valuestring, status)) {
            return false;
        }
    }
    return true;
}

static bool read_recent(struct saved_filters *filters, const cJSON *recent,
                        struct status *status)
{
    const cJSON *item;
    size_t i = 0;
    if (!cJSON_IsArray(recent)) {
        return status_set(status, STATUS_INPUT, "recent: wants an array of filters");
    }
    cJSON_ArrayForEach(item, recent)
    {
        if (!is_filter(item)) {
            return status_set(status, STATUS_INPUT, "recent[%zu]: is no filter", i);
        }
        if (!add_recent(filters, item->valuestring, status)) {
            return false;
        }
        i++;
    }
    return true;
}

static bool read_root(struct saved_filters *filters, const cJSON *root, struct status *status)
{
    const cJSON *item;
    if (!cJSON_IsObject(root)) {
        return status_set(status, STATUS_INPUT, "is no JSON object");
    }
    cJSON_ArrayForEach(item, root)
    {
        bool good = strcmp(item->string, "saved") == 0 ? read_saved(filters, item, status)
                    : strcmp(item->string, "recent") == 0
                        ? read_recent(filters, item, status)
                        : status_set(status, STATUS_INPUT, "'%.60s' is no key of this file",
                                     item->string);
        if (!good) {
            return false;
        }
    }
    return true;
}

bool saved_filters_parse(struct saved_filters *filters, const char *bytes, size_t length,
                         struct status *status)
{
    memset(filters, 0, sizeof *filters);
    if (memchr(bytes, '\0', length) != NULL) { /* texts would end there unseen */
        return status_set(status, STATUS_INPUT, "is no text: it has a zero byte");
    }
    cJSON *root = cJSON_ParseWithLength(bytes, length);
    bool good = read_root(filters, root, status);
    cJSON_Delete(root);
    if (!good) {
        saved_filters_clear(filters);
    }
    return good;
}

/* All bytes of a file, and how many; NULL with no error when there is none. */
static char *read_bytes(const char *path, size_t *length, struct status *status)
{
    struct status problem = {0};
    FILE *file = infile_stream_text(path, &problem);
    if (file == NULL) {
        if (errno != ENOENT && errno != ENOTDIR && status != NULL) {
            *status = problem;
        }
        return NULL;
    }
    char *bytes = mem_new(SAVED_FILTERS_BYTES + 1, 1, "saved filters", status);
    *length = bytes != NULL ? fread(bytes, 1, SAVED_FILTERS_BYTES + 1, file) : 0;
    if (bytes != NULL && (ferror(file) || *length > SAVED_FILTERS_BYTES)) {
        status_set(status, STATUS_IO, "%s: %s", path,
                   ferror(file) ? "cannot be read" : "is too large for saved filters");
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

bool saved_filters_load(struct saved_filters *filters, const char *path, struct status *status)
{
    struct status problem = {0};
    size_t length;
    memset(filters, 0, sizeof *filters);
    char *bytes = read_bytes(path, &length, &problem);
    bool good = bytes != NULL ? saved_filters_parse(filters, bytes, length, &problem)
                              : problem.code == STATUS_OK;
    free(bytes);
    if (!good && problem.code == STATUS_INPUT) {
        return status_set(status, STATUS_INPUT, "%s: %.300s", path, problem.text);
    }
    if (!good) {
        *status = problem;
    }
    return good;
}

/* ---- writing ---- */

static bool write_file(const struct saved_filters *filters, const char *path,
                       struct status *status)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *saved = json_object(root, "saved");
    for (size_t i = 0; i < filters->n; i++) {
        json_text(saved, filters->list[i].name, filters->list[i].text);
    }
    cJSON *recent = json_array(root, "recent");
    for (size_t i = 0; i < filters->n_recent; i++) {
        json_item_text(recent, filters->recent[i]);
    }
    char *text = json_print(root, status);
    cJSON_Delete(root);
    if (text == NULL) {
        return false;
    }
    struct outfile *file = outfile_open(path, status);
    if (file != NULL) {
        outfile_private(file);
        outfile_write(file, text, strlen(text));
        outfile_write(file, "\n", 1);
    }
    free(text);
    return file != NULL && outfile_commit(file, status);
}

/* Keeps others from changing the file between our reading and our writing; the file itself is
 * replaced, so that it cannot carry a lock. -1 where there are no locks: then the last one
 * wins.
 */
static int lock_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash != NULL ? mem_text(path, (size_t)(slash - path) + 1, NULL)
                                 : mem_text(".", 1, NULL);
    int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        if (errno != EINTR) {
            close(fd);
            fd = -1;
        }
    }
    return fd;
}

static bool change(struct saved_filters *filters, const char *path, const char *name,
                   const char *text, struct status *status)
{
    if (!saved_filters_load(filters, path, status)) {
        return false;
    }
    bool good = name == NULL   ? add_recent(filters, text, status)
                : text == NULL ? take_out(filters, name, status)
                               : put(filters, name, text, status);
    if (!good || !write_file(filters, path, status)) {
        saved_filters_clear(filters);
        return false;
    }
    return true;
}

bool saved_filters_change(struct saved_filters *filters, const char *path, const char *name,
                          const char *text, struct status *status)
{
    if (!paths_make_folders(path, status)) {
        return false;
    }
    int lock = lock_folder(path);
    bool good = change(filters, path, name, text, status);
    if (lock >= 0) {
        close(lock);
    }
    return good;
}
