/* Settings at run time: what glyphs, color, mouse and config do. The file is written by the
 * queries thread, the UI thread touches no disk. */
#include "app/app_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/paths.h"

void app_use_glyphs(struct app *app)
{
    enum glyph_set best = app->ascii_only ? GLYPHS_ASCII : GLYPHS_BLOCK;
    bool chosen = app->settings.glyphs_chosen && !app->ascii_only;
    app->glyphs = glyphs_get(chosen ? app->settings.glyphs : best);
    app->dirty = true;
}

static void set_glyphs(struct app *app, const char *name)
{
    enum glyph_set set = GLYPHS_BLOCK;
    bool automatic = strcmp(name, "auto") == 0;
    if (!automatic && !glyphs_parse(name, &set)) {
        app_say(app, LOG_ERROR, "glyphs are block, braille, ascii or auto, not '%s'", name);
        return;
    }
    app->settings.glyphs_chosen = !automatic;
    app->settings.glyphs = set;
    app_use_glyphs(app);
    if (app->ascii_only && set != GLYPHS_ASCII && !automatic) {
        app_say(app, LOG_WARNING, "the locale is not UTF-8: only ascii can be shown");
    } else {
        app_log(app, LOG_NOTE, "glyphs: %s", app->glyphs->name);
    }
}

static void set_color(struct app *app, const char *name)
{
    if (!color_mode_find(name, &app->settings.color)) {
        app_say(app, LOG_ERROR, "color is auto, always or never, not '%s'", name);
        return;
    }
    app->restyled = true;
    app_log(app, LOG_NOTE, "color: %s", name);
}

/* ---- what there is to say of the file ---- */

void app_settings_remarks(struct app *app, const char *path,
                          const struct settings_remarks *remarks)
{
    const struct settings_remark *first = NULL;
    size_t kept = remarks->n < SETTINGS_REMARKS ? remarks->n : SETTINGS_REMARKS;
    free(app->settings_path);
    app->settings_path = mem_text(path, strlen(path), NULL);
    app_log(app, LOG_NOTE, "settings from %s", path);
    for (size_t i = 0; i < kept; i++) {
        const struct settings_remark *remark = &remarks->list[i];
        app_log(app, remark->kind, "%s", remark->text);
        first = first == NULL && remark->kind == LOG_ERROR ? remark : first;
    }
    if (remarks->n > kept) {
        app_log(app, LOG_WARNING, "and %zu more like these", remarks->n - kept);
    }
    if (first != NULL) {
        app->has_message = true;
        app->message_kind = LOG_ERROR;
        if (remarks->errors > 1) {
            snprintf(app->message, sizeof app->message, "%zu errors in %.100s (8): %.300s",
                     remarks->errors, app_base_name(path), first->text);
        } else {
            snprintf(app->message, sizeof app->message, "%.100s: %.300s", app_base_name(path),
                     first->text);
        }
    }
}

/* ---- showing ---- */

static struct page *config_page(const struct app *app)
{
    const struct settings *settings = &app->settings;
    struct page *page = page_new("Settings");
    if (page == NULL) {
        return NULL;
    }
    page_add(page, ROLE_DIM, ":config FILE writes all of them, keys included");
    page_add(page, ROLE_TEXT, "%s", "");
    page_pair(page, "from", ROLE_TEXT, "%s",
              app->settings_path != NULL ? app->settings_path : "no file: the defaults");
    page_pair(page, "glyphs", ROLE_TEXT, "%s%s", app->glyphs->name,
              settings->glyphs_chosen ? "" : " (auto)");
    page_pair(page, "color", ROLE_TEXT, "%s", color_mode_name(settings->color));
    page_pair(page, "mouse", ROLE_TEXT, "%s", settings->mouse ? "on" : "off");
    page_pair(page, "k", ROLE_TEXT, "%s", format_grouped(app->session.selected.k).text);
    page_pair(page, "by", ROLE_TEXT, "%s", app->session.by_episode ? "episode" : "row");
    page_pair(page, "gap", ROLE_TEXT, "%g h", app->session.gap);
    page_pair(page, "columns", ROLE_TEXT, "%s", settings->columns);
    page_pair(page, "filter", ROLE_TEXT, "%s", settings->filter);
    page_add(page, ROLE_TEXT, "%s", "");
    page_add(page, ROLE_STRONG, "colours by role");
    for (int role = 0; role < ROLE_COUNT; role++) {
        char name[COLOR_NAME];
        palette_color_name(settings->palette.rich[role], name);
        page_pair(page, palette_role_name((enum role)role), (enum role)role, "%s", name);
    }
    return page;
}

/* ---- writing ---- */

struct config_file {
    struct query query; /* first: the queries thread knows only this */
    char *path;
    char *text;
    bool own; /* where it is looked for: its directories are made */
};

/* Whether `path` may be replaced: it is not there, empty, or a configuration. Other files in
 * JSON are kept: an exported list or review begins as a configuration does. */
static bool is_replaceable(const char *path, struct status *status)
{
    struct stat there;
    bool missing;
    if (stat(path, &there) != 0) {
        return true; /* not there, or opening it will say what is wrong */
    }
    if (!S_ISREG(there.st_mode)) {
        return status_set(status, STATUS_USAGE, "%s is no file", path);
    }
    if (there.st_size == 0) {
        return true;
    }
    struct settings *unused = mem_new(1, sizeof *unused, "settings", status);
    struct settings_remarks *remarks = mem_zero(1, sizeof *remarks, "settings", status);
    bool good = unused != NULL && remarks != NULL;
    if (good) {
        settings_init(unused);
        good =
            settings_load(unused, path, remarks, &missing, status) &&
            (remarks->known > 0 || remarks->n == 0 ||
             status_set(status, STATUS_USAGE, "%s is there, and no configuration: kept", path));
    }
    free(unused);
    free(remarks);
    return good;
}

static void write_config(struct query *query, const struct progress *progress)
{
    struct config_file *self = (struct config_file *)query;
    (void)progress;
    if (!is_replaceable(self->path, &query->status)) {
        return;
    }
    if (self->own && !paths_make_folders(self->path, &query->status)) {
        return;
    }
    struct outfile *file = outfile_open(self->path, &query->status);
    if (file != NULL) {
        if (self->own) {
            outfile_private(file);
        }
        outfile_write(file, self->text, strlen(self->text));
        outfile_write(file, "\n", 1);
        outfile_commit(file, &query->status);
    }
}

static void free_config(struct query *query)
{
    struct config_file *self = (struct config_file *)query;
    free(self->path);
    free(self->text);
    free(self);
}

bool app_settings_answer(struct app *app, struct query *query)
{
    const struct config_file *self = (const struct config_file *)query;
    if (query->work != write_config) {
        return false;
    }
    if (query->status.code != STATUS_OK) {
        app_say(app, LOG_ERROR, "%s", query->status.text);
    } else if (self->own) {
        app_say(app, LOG_NOTE, "the settings are in %s, where they are looked for", self->path);
    } else {
        app_say(app, LOG_NOTE, "the settings are in %s; --config uses them", self->path);
    }
    return true;
}

static void save(struct app *app, const char *path)
{
    struct status status = {0};
    struct settings now = app->settings;
    now.k = app->session.selected.k;
    now.by_episode = app->session.by_episode;
    now.gap = app->session.gap;
    struct config_file *self = mem_zero(1, sizeof *self, "the settings", &status);
    char *own = settings_default_path();
    if (self != NULL) {
        self->query.work = write_config;
        self->query.free = free_config;
        self->query.slot = SLOT_WRITE;
        self->path = mem_text(path, strlen(path), &status);
        self->text = settings_text(&now, &status);
        self->own = own != NULL && self->path != NULL && strcmp(own, self->path) == 0;
    }
    free(own);
    if (self == NULL || self->path == NULL || self->text == NULL) {
        if (self != NULL) {
            free_config(&self->query);
        }
        app_say(app, LOG_ERROR, "%s", status.text);
        return;
    }
    app_query(app, app, &self->query);
}

bool app_do_settings(struct app *app, enum action action, const char *argument)
{
    switch ((int)action) {
    case ACTION_GLYPHS: set_glyphs(app, argument); return true;
    case ACTION_MOUSE: app_use_mouse(app, argument); return true;
    case ACTION_COLOR: set_color(app, argument); return true;
    case ACTION_CONFIG:
        if (argument[0] == '\0') {
            app_page(app, config_page(app));
        } else {
            save(app, argument);
        }
        return true;
    default: return false;
    }
}
