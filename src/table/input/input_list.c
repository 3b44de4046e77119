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

static bool ends_in(const char *name, const char *const *ends, size_t n_ends)
{
    const size_t length = strlen(name);
    for (size_t i = 0; i < n_ends; i++) {
        const size_t n = strlen(ends[i]);
        if (length > n && ascii_same(name + length - n, ends[i], n)) {
            return true;
        }
    }
    return false;
}

/* What the files of a folder are by their names. */
enum name_kind { NAME_OTHER, NAME_NOTE, NAME_TABLE, NAME_PARQUET };

/* Tables, packed or not; those that stand beside Parquet files are mostly notes. Programs that
 * write Parquet give names that begin with _ or . to what is no table. */
static enum name_kind kind_of(const char *name)
{
    static const char *const tables[] = {".csv", ".tsv", ".psv", ".json", ".jsonl", ".ndjson",
                                         ".gz",  ".bz2", ".xz",  ".zst",  ".zip"};
    static const char *const notes[] = {".txt", ".log"};
    static const char *const parquet[] = {".parquet", ".parq", ".pq"};
    if (name[0] == '.') {
        return NAME_OTHER;
    }
    return ends_in(name, tables, sizeof tables / sizeof *tables)      ? NAME_TABLE
           : ends_in(name, notes, sizeof notes / sizeof *notes)       ? NAME_NOTE
           : name[0] == '_'                                           ? NAME_OTHER
           : ends_in(name, parquet, sizeof parquet / sizeof *parquet) ? NAME_PARQUET
                                                                      : NAME_OTHER;
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

/* What is found in a folder: its own tables in text, and the Parquet files in it and in the
 * folders below. */
struct found {
    struct input_list tables, notes, parquet;
    bool beside; /* Parquet files stand in the folder itself */
    unsigned depth, folders;
};

static bool is_run(const char *folder)
{
    return holds(folder, "run.odd") || holds(folder, "run.json");
}

static bool add_found(struct found *found, const char *path, const char *name,
                      struct status *status);

/* Walks a folder. What cannot be opened has nothing. */
static bool walk(struct found *found, const char *folder, struct status *status)
{
    bool good = true;
    DIR *names = opendir(folder);
    for (struct dirent *entry; good && names != NULL && (entry = readdir(names)) != NULL;) {
        char *path = paths_join(folder, entry->d_name, status);
        good = path != NULL && add_found(found, path, entry->d_name, status);
        free(path);
    }
    if (names != NULL) {
        closedir(names);
    }
    return good;
}

/* A folder below: not of a run, and not so many that somebody must have meant another one. */
static bool go_down(struct found *found, const char *folder, struct status *status)
{
    enum { MOST_DEPTH = 32, MOST_FOLDERS = 4096 }; /* links may lead in circles */
    if (found->depth == MOST_DEPTH || is_run(folder)) {
        return true;
    }
    if (++found->folders > MOST_FOLDERS) {
        return found->tables.n > 0 ||
               status_set(status, STATUS_USAGE,
                          "there are more than %d folders down to '%.200s': name the one that "
                          "holds the table",
                          MOST_FOLDERS, folder);
    }
    found->depth++;
    bool good = walk(found, folder, status);
    found->depth--;
    return good;
}

static bool add_found(struct found *found, const char *path, const char *name,
                      struct status *status)
{
    const enum name_kind kind = kind_of(name);
    if (name[0] != '.' && name[0] != '_' && is_directory(path)) {
        return go_down(found, path, status);
    }
    if (kind == NAME_OTHER || (kind != NAME_PARQUET && found->depth > 0) || !is_regular(path)) {
        return true;
    }
    found->beside = found->beside || (kind == NAME_PARQUET && found->depth == 0);
    return add(kind == NAME_TABLE  ? &found->tables
               : kind == NAME_NOTE ? &found->notes
                                   : &found->parquet,
               path, strlen(path), status);
}

static bool add_all(struct input_list *list, const struct input_list *from,
                    struct status *status)
{
    bool good = true;
    for (size_t i = 0; i < from->n && good; i++) {
        good = add(list, from->paths[i], strlen(from->paths[i]), status);
    }
    return good;
}

/* The tables in a folder; `alone`: nothing else was named, so that a folder without any, or of
 * a run, is left to those who know about runs. */
static bool add_folder(struct input_list *list, const char *folder, bool alone,
                       struct status *status)
{
    struct found found = {.depth = 0};
    const size_t before = list->n;
    const bool run = is_run(folder);
    bool good = run || walk(&found, folder, status);
    if (good && found.tables.n > 0 && found.beside) {
        good =
            status_set(status, STATUS_USAGE,
                       "'%.200s' has Parquet files and other tables: name those of one kind, "
                       "such as '%.200s/*.parquet'",
                       folder, folder);
    } else if (good && found.tables.n == 0 && found.parquet.n > 0) {
        good = add_all(list, &found.parquet, status);
    } else if (good) {
        good = add_all(list, &found.tables, status) && add_all(list, &found.notes, status);
    }
    input_list_clear(&found.tables);
    input_list_clear(&found.notes);
    input_list_clear(&found.parquet);
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
