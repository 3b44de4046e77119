/* Names of files for the palette. The UI thread touches no disk: the folder of what is typed is
 * listed by the queries thread, once, and the choices appear when the list has come. */
#include "app/app_state.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/paths.h"

enum { ENTRIES_MAX = 5000 };

struct folder_query {
    struct query query;         /* first: the queries thread knows only this */
    char shown[LINE_EDIT_SIZE]; /* as typed, up to the last slash */
    struct folder found;
};

void folder_clear(struct folder *folder)
{
    for (size_t i = 0; i < folder->n; i++) {
        free(folder->names[i]);
    }
    free(folder->names);
    memset(folder, 0, sizeof *folder);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A folder's name ends in a slash. */
static char *name_of(DIR *directory, const char *name)
{
    struct stat info;
    size_t length = strlen(name);
    char *copy = mem_new(length + 2, 1, "a name", NULL);
    if (copy != NULL) {
        bool folder = fstatat(dirfd(directory), name, &info, 0) == 0 && S_ISDIR(info.st_mode);
        snprintf(copy, length + 2, "%s%s", name, folder ? "/" : "");
    }
    return copy;
}

static void list_folder(struct query *query, const struct progress *progress)
{
    struct folder_query *self = (struct folder_query *)query;
    struct folder *folder = &self->found;
    char *path = paths_expand(self->shown[0] == '\0' ? "." : self->shown, NULL);
    DIR *directory = path != NULL ? opendir(path) : NULL;
    free(path);
    size_t room = 0;
    if (directory == NULL) {
        return; /* nothing to complete */
    }
    for (struct dirent *entry; folder->n < ENTRIES_MAX && !progress_cancelled(progress) &&
                               (entry = readdir(directory)) != NULL;) {
        char *name = entry->d_name[0] != '.' ? name_of(directory, entry->d_name) : NULL;
        if (name != NULL && mem_grow(&folder->names, &room, folder->n + 1,
                                     sizeof *folder->names, "names", NULL)) {
            folder->names[folder->n++] = name;
        } else {
            free(name);
        }
    }
    closedir(directory);
    if (folder->n > 0) {
        qsort(folder->names, folder->n, sizeof *folder->names, by_name);
    }
}

static void free_query(struct query *query)
{
    struct folder_query *self = (struct folder_query *)query;
    folder_clear(&self->found);
    free(self);
}

static void ask(struct app *app, const char *shown)
{
    struct folder_query *self = mem_zero(1, sizeof *self, "a folder", NULL);
    if (self == NULL) {
        return;
    }
    self->query.work = list_folder;
    self->query.free = free_query;
    self->query.slot = SLOT_FOLDER;
    snprintf(self->shown, sizeof self->shown, "%s", shown);
    folder_clear(&app->folder);
    snprintf(app->folder.shown, sizeof app->folder.shown, "%s", shown);
    app->folder.asked = true;
    app_query(app, app, &self->query);
}

void app_file_word(struct app *app, const char *typed, size_t n, char *word, size_t size)
{
    char shown[LINE_EDIT_SIZE];
    const char *slash = strrchr(typed, '/');
    snprintf(shown, sizeof shown, "%.*s", slash != NULL ? (int)(slash - typed) + 1 : 0, typed);
    if (!app->folder.asked || strcmp(app->folder.shown, shown) != 0) {
        ask(app, shown);
        return;
    }
    if (n < app->folder.n && strlen(shown) + strlen(app->folder.names[n]) < size) {
        snprintf(word, size, "%s%s", shown, app->folder.names[n]);
    }
}

void app_folder_answer(struct app *app, struct query *query)
{
    struct folder_query *self = (struct folder_query *)query;
    if (strcmp(self->shown, app->folder.shown) != 0 || query->status.code != STATUS_OK) {
        return;
    }
    folder_clear(&app->folder);
    app->folder = self->found;
    memset(&self->found, 0, sizeof self->found);
    snprintf(app->folder.shown, sizeof app->folder.shown, "%s", self->shown);
    app->folder.asked = true;
    if (app->prompt.kind == PROMPT_COMMAND) {
        prompt_complete(&app->prompt);
    }
    app->dirty = true;
}
