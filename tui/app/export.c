/* DESIGN. The sheet of a list is made once, in the UI thread, when the action comes; the
 * dialog, the query that counts formulas and the one that writes share it, counted by the UI
 * thread, which makes and frees all of them. Whether a file is there is looked at by the query,
 * as the UI thread touches no disk: it comes back unwritten, the app asks, and writes for good.
 */
#include "app/export.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "app/app_state.h"
#include "base/format.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/paths.h"

enum { NAME = 100 };

struct export_query {
    struct query query; /* first: the queries thread knows only this */
    struct export_list *list;
    bool counts; /* formulas, instead of writing */
    const struct sheet_format *format;
    bool guard, replace;
    char path[LINE_EDIT_SIZE];
    /* the answer */
    bool there; /* a file is, and `replace` was not set: nothing was written */
    size_t old_bytes, bytes, formulas;
};

static struct export_list *hold(struct export_list *list)
{
    list->holders++;
    return list;
}

static void let_go(struct export_list *list)
{
    if (list != NULL && --list->holders == 0) {
        sheet_free(list->sheet);
        free(list);
    }
}

static const struct sheet_format *format_of(const char *path)
{
    const struct sheet_format *format = sheet_format_of_path(path);
    return format != NULL ? format : sheet_formats[0];
}

/* ---- on the queries thread ---- */

static void work(struct query *query, const struct progress *progress)
{
    struct export_query *self = (struct export_query *)query;
    struct stat old;
    if (self->counts) {
        sheet_count_formulas(self->list->sheet, progress, &self->formulas, &query->status);
        return;
    }
    if (!outfile_no_pipe(self->path, &query->status)) {
        return;
    }
    if (!self->replace && stat(self->path, &old) == 0 && S_ISREG(old.st_mode)) {
        self->there = true;
        self->old_bytes = (size_t)old.st_size;
        return;
    }
    sheet_write(self->list->sheet, self->format, self->guard, self->path, progress,
                &self->bytes, &query->status);
}

static void free_query(struct query *query)
{
    struct export_query *self = (struct export_query *)query;
    let_go(self->list);
    free(self);
}

/* ---- asking ---- */

static struct export_query *query_new(struct app *app, struct export_list *list)
{
    struct export_query *self = mem_zero(1, sizeof *self, "an export", NULL);
    if (self == NULL) {
        app_say(app, LOG_ERROR, "no memory for an export");
        return NULL;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->list = hold(list);
    return self;
}

static void write_list(struct app *app, struct export_list *list, const char *path,
                       bool replace)
{
    struct export_query *self = query_new(app, list);
    if (self == NULL) {
        return;
    }
    self->query.slot = SLOT_EXPORT;
    self->query.reports = true;
    self->format = format_of(path);
    self->guard = app->exporter.guard;
    self->replace = replace;
    memmove(app->exporter.path, path, strlen(path) + 1);
    snprintf(self->path, sizeof self->path, "%s", path);
    app->exporter.writing = app_query(app, app, &self->query) ? &self->query : NULL;
}

/* Writes to the file that was typed. */
static void write_to(struct app *app, struct export_list *list, const char *text)
{
    char path[LINE_EDIT_SIZE];
    char *meant = paths_expand(text, NULL);
    if (meant == NULL || strlen(meant) >= sizeof path) {
        app_say(app, LOG_ERROR, "the name of this file is too long");
    } else {
        memcpy(path, meant, strlen(meant) + 1);
        write_list(app, list, path, false);
    }
    free(meant);
}

static void count_formulas(struct app *app)
{
    struct exporter *exporter = &app->exporter;
    struct export_query *self = query_new(app, exporter->offered);
    exporter->counted = false;
    exporter->counting = self;
    if (self != NULL) {
        self->query.slot = SLOT_EXPORT_COUNT;
        self->counts = true;
        app_query(app, app, &self->query);
    }
}

/* The list of the page or view on top; NULL, and said so, when there is none. */
static struct export_list *list_of_view(struct app *app, char *name, size_t size)
{
    struct status status = {0};
    const struct view_ops *view = app_view(app);
    const struct page *page = app->page;
    if (page != NULL && page->sheet == NULL) {
        app_say(app, LOG_NOTE, "this page is no list; Esc, then e, writes the one below");
        return NULL;
    }
    if (page == NULL && view->sheet == NULL) {
        app_say(app, LOG_NOTE, "%s has no list to write", view->title);
        return NULL;
    }
    struct export_list *list = mem_zero(1, sizeof *list, "an export", &status);
    if (list != NULL) {
        list->sheet = page != NULL ? page->sheet(page, app, name, size, &status)
                                   : view->sheet(app_view_state(app), app, name, size, &status);
    }
    if (list == NULL || list->sheet == NULL) {
        app_say(app, status.code == STATUS_NOMEM ? LOG_ERROR : LOG_NOTE, "%s",
                status.text[0] != '\0' ? status.text : "there is no list to write yet");
        free(list);
        return NULL;
    }
    list->holders = 1;
    return list;
}

static void forget_stopped(struct exporter *exporter)
{
    let_go(exporter->stopped);
    exporter->stopped = NULL;
    exporter->asked = false;
}

void exporter_clear(struct exporter *exporter)
{
    let_go(exporter->offered);
    let_go(exporter->stopped);
}

void export_start(struct app *app, const char *path)
{
    struct exporter *exporter = &app->exporter;
    char name[NAME] = "list", file[NAME + 32];
    if (exporter->writing != NULL) {
        app_say(app, LOG_WARNING, "a list is being written; Ctrl-C cancels that");
        return;
    }
    struct export_list *list = list_of_view(app, name, sizeof name);
    if (list == NULL) {
        return;
    }
    if (path[0] != '\0') {
        write_to(app, list, path);
        let_go(list);
        return;
    }
    forget_stopped(exporter);
    export_close(app);
    exporter->offered = list;
    snprintf(file, sizeof file, "oddhours-%s%s", name, sheet_formats[0]->endings[0]);
    prompt_open(&app->prompt, PROMPT_EXPORT, "write to: ", file);
    snprintf(app->prompt.comment, sizeof app->prompt.comment, "Ctrl-U clears");
    count_formulas(app);
}

void export_accept(struct app *app, const char *path)
{
    struct export_list *list = app->exporter.offered;
    app->exporter.offered = NULL;
    app_query_cancel(app, SLOT_EXPORT_COUNT);
    if (path[0] == '\0') {
        app_say(app, LOG_NOTE, "nothing was written: the file has no name");
    } else {
        write_to(app, list, path);
    }
    let_go(list);
}

void export_close(struct app *app)
{
    let_go(app->exporter.offered);
    app->exporter.offered = NULL;
    app_query_cancel(app, SLOT_EXPORT_COUNT);
}

void export_forget(struct app *app)
{
    struct exporter *exporter = &app->exporter;
    bool asked = exporter->stopped != NULL && exporter->asked;
    if (app->prompt.kind == PROMPT_EXPORT || asked) {
        prompt_close(&app->prompt);
        app_say(app, LOG_WARNING, "the run has changed; the list was not written");
    }
    export_close(app);
    forget_stopped(exporter);
}

bool export_cancel(struct app *app)
{
    if (app->exporter.writing == NULL) {
        return false;
    }
    app_query_cancel(app, SLOT_EXPORT);
    return true;
}

/* ---- keys of the dialog ---- */

/* The next (or previous) format: the name gets its ending. */
static void step_format(struct line_edit *edit, bool forward)
{
    const struct sheet_format *now = format_of(edit->text),
                              *known = sheet_format_of_path(edit->text);
    char text[LINE_EDIT_SIZE];
    size_t n = 0, at = 0, length = edit->length;
    for (; sheet_formats[n] != NULL; n++) {
        at = sheet_formats[n] == now ? n : at;
    }
    if (known != NULL) {
        length = (size_t)(strrchr(edit->text, '.') - edit->text);
    }
    const char *ending = sheet_formats[(at + (forward ? 1 : n - 1)) % n]->endings[0];
    if (length + strlen(ending) < sizeof text) {
        snprintf(text, sizeof text, "%.*s%s", (int)length, edit->text, ending);
        line_edit_set(edit, text);
    }
}

bool export_key(struct app *app, keycode key)
{
    switch (key) {
    case KEYS_TAB: step_format(&app->prompt.edit, true); return true;
    case KEYS_BACK_TAB: step_format(&app->prompt.edit, false); return true;
    case KEY_CTRL('T'): app->exporter.guard = !app->exporter.guard; return true;
    default: return false;
    }
}

/* ---- answers ---- */

static void replace_confirmed(void *context, struct app *app)
{
    struct export_list *list = app->exporter.stopped;
    (void)context;
    app->exporter.stopped = NULL;
    app->exporter.asked = false;
    if (list != NULL) {
        write_list(app, list, app->exporter.path, true);
    }
    let_go(list);
}

void export_continue(struct app *app)
{
    struct exporter *exporter = &app->exporter;
    if (exporter->stopped == NULL || app->prompt.kind != PROMPT_NONE) {
        return;
    }
    if (exporter->asked) {
        forget_stopped(exporter);
        app_say(app, LOG_NOTE, "%s stays as it was", app_base_name(exporter->path));
        return;
    }
    exporter->asked = true;
    app_confirm(app, 'y', replace_confirmed, NULL, "%s is there already (%s). Replace it?",
                app_base_name(exporter->path), format_bytes(exporter->old_bytes).text);
}

static void say_written(struct app *app, const struct export_query *self)
{
    const struct sheet *sheet = self->list->sheet;
    app_say(app, LOG_NOTE, "%s row%s, %s, in %s (%s%s)", format_grouped(sheet->n_rows).text,
            sheet->n_rows == 1 ? "" : "s", format_bytes(self->bytes).text, self->path,
            self->format->title,
            self->guard && self->format->formulas ? ", formulas guarded" : "");
}

void export_answer(struct app *app, struct query *query)
{
    struct exporter *exporter = &app->exporter;
    struct export_query *self = (struct export_query *)query;
    if (self->counts) {
        if (exporter->counting == query && query->status.code == STATUS_OK) {
            exporter->counted = true;
            exporter->formulas = self->formulas;
        }
        app->dirty = true;
        return;
    }
    if (exporter->writing == query) {
        exporter->writing = NULL;
    }
    if (query->status.code == STATUS_CANCELLED) {
        app_say(app, LOG_WARNING, "cancelled: %s was not written", self->path);
    } else if (query->status.code != STATUS_OK) {
        app_say(app, LOG_ERROR, "%s", query->status.text);
    } else if (self->there && app_is_void(app, query)) {
        app_say(app, LOG_WARNING, "the run has changed; the list was not written");
    } else if (self->there) {
        forget_stopped(exporter);
        exporter->stopped = hold(self->list);
        exporter->old_bytes = self->old_bytes;
        snprintf(exporter->path, sizeof exporter->path, "%s", self->path);
        export_continue(app);
    } else {
        say_written(app, self);
    }
}
