#define _GNU_SOURCE
#include "table/input/input_list.h"

#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/ascii.h"
#include "base/mem.h"
#include "base/paths.h"

static bool add(struct input_list *list, const char *path, size_t length, struct status *status)
{
    size_t room = list->n;
    if (!mem_grow(&list->paths, &room, list->n + 1, sizeof *list->paths, "names of files",
                  status)) {
        return false;
    }
    char *copy = mem_text(path, length, status);
    if (copy != NULL) {
        list->paths[list->n++] = copy;
    }
    return copy != NULL;
}

void input_list_clear(struct input_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->paths[i]);
    }
    free(list->paths);
    *list = (struct input_list){.n = 0};
}

static bool is_there(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0;
}

bool input_list_split(struct input_list *list, const char *input, struct status *status)
{
    *list = (struct input_list){.n = 0};
    if (strchr(input, '\n') == NULL || is_there(input)) {
        bool good = add(list, input, strlen(input), status);
        if (!good) {
            input_list_clear(list);
        }
        return good;
    }
    for (const char *end; *input != '\0'; input = end + (*end == '\n')) {
        end = strchrnul(input, '\n');
        if (end > input && !add(list, input, (size_t)(end - input), status)) {
            input_list_clear(list);
            return false;
        }
    }
    return true;
}

char *input_list_name(const char *input, struct status *status)
{
    struct input_list list;
    if (!input_list_split(&list, input, status)) {
        return NULL;
    }
    enum { WORDS = 40 };
    size_t size = list.n > 0 ? strlen(list.paths[0]) + WORDS : WORDS;
    char *name = mem_new(size, 1, "a name", status);
    if (name != NULL && list.n > 1) {
        snprintf(name, size, "%s and %zu more", list.paths[0], list.n - 1);
    } else if (name != NULL) {
        snprintf(name, size, "%s", list.n > 0 ? list.paths[0] : "");
    }
    input_list_clear(&list);
    return name;
}

/* ---- what the user named ---- */

/* Names of tables, packed or not. */
static bool is_table_name(const char *name)
{
    static const char *const ends[] = {".csv",   ".tsv",    ".psv", ".txt", ".json",
                                       ".jsonl", ".ndjson", ".log", ".gz",  ".bz2",
                                       ".xz",    ".zst",    ".zip"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends && name[0] != '.'; i++) {
        size_t n = strlen(ends[i]);
        if (length > n && ascii_same(name + length - n, ends[i], n)) {
            return true;
        }
    }
    return false;
}

static bool is_regular(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

static bool is_directory(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool holds(const char *folder, const char *name)
{
    char *path = paths_join(folder, name, NULL);
    bool found = path != NULL && is_there(path);
    free(path);
    return found;
}

/* The tables in a folder; `alone`: nothing else was named, so that a folder without any, or of
 * a run, is left to those who know about runs. */
static bool add_folder(struct input_list *list, const char *folder, bool alone,
                       struct status *status)
{
    const size_t before = list->n;
    bool good = true, run = holds(folder, "run.odd") || holds(folder, "run.json");
    DIR *names = run ? NULL : opendir(folder);
    for (struct dirent *entry; good && names != NULL && (entry = readdir(names)) != NULL;) {
        char *path =
            is_table_name(entry->d_name) ? paths_join(folder, entry->d_name, status) : NULL;
        good = path != NULL || !is_table_name(entry->d_name);
        if (path != NULL && is_regular(path)) {
            good = add(list, path, strlen(path), status);
        }
        free(path);
    }
    if (names != NULL) {
        closedir(names);
    }
    if (!good || list->n > before) {
        return good;
    }
    if (alone) {
        return add(list, folder, strlen(folder), status);
    }
    return status_set(status, STATUS_USAGE,
                      run ? "'%.200s' is a run: it cannot be one of several inputs"
                          : "'%.200s' is a directory without a table",
                      folder);
}

static bool add_pattern(struct input_list *list, const char *pattern, struct status *status)
{
    glob_t found;
    int result = glob(pattern, GLOB_NOSORT | GLOB_BRACE | GLOB_TILDE, NULL, &found);
    if (result == GLOB_NOMATCH) {
        return status_set(status, STATUS_USAGE, "no file is called '%.200s'", pattern);
    }
    if (result != 0) {
        return status_set(status, result == GLOB_NOSPACE ? STATUS_NOMEM : STATUS_IO,
                          "cannot look for '%.200s'", pattern);
    }
    bool good = true;
    for (size_t i = 0; i < found.gl_pathc && good; i++) {
        const char *path = found.gl_pathv[i];
        good = is_directory(path) || add(list, path, strlen(path), status);
    }
    globfree(&found);
    return good;
}

static bool add_operand(struct input_list *list, const char *operand, bool alone,
                        struct status *status)
{
    if (is_directory(operand)) {
        return add_folder(list, operand, alone, status);
    }
    if (strpbrk(operand, "*?[") != NULL && !is_there(operand)) {
        return add_pattern(list, operand, status);
    }
    if (!alone && strcmp(operand, "-") == 0) {
        return status_set(status, STATUS_USAGE,
                          "standard input ('-') cannot be one of several inputs");
    }
    return add(list, operand, strlen(operand), status);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *joined(const struct input_list *list, struct status *status)
{
    size_t length = 1;
    for (size_t i = 0; i < list->n; i++) {
        length += strlen(list->paths[i]) + 1;
        if (list->n > 1 && strchr(list->paths[i], '\n') != NULL) {
            status_set(status, STATUS_USAGE,
                       "a file whose name has a line end cannot be one of several: '%.200s'",
                       list->paths[i]);
            return NULL;
        }
    }
    char *text = mem_new(length, 1, "names of files", status), *end = text;
    for (size_t i = 0; i < list->n && text != NULL; i++) {
        if (i > 0 && strcmp(list->paths[i], list->paths[i - 1]) == 0) {
            continue; /* named, and among the files of a pattern or a folder, too */
        }
        if (i > 0) {
            *end++ = '\n';
        }
        end = stpcpy(end, list->paths[i]);
    }
    return text;
}

char *input_list_join(char *const *operands, size_t n, struct status *status)
{
    struct input_list list = {.n = 0};
    char *text = NULL;
    bool good = true;
    for (size_t i = 0; i < n && good; i++) {
        good = add_operand(&list, operands[i], n == 1, status);
    }
    if (good && list.n == 0) {
        good = status_set(status, STATUS_USAGE, "no file is named");
    }
    if (good) {
        qsort(list.paths, list.n, sizeof *list.paths, by_name);
        text = joined(&list, status);
    }
    input_list_clear(&list);
    return text;
}
