/* What is typed: keys, and the lines of the palette, of a filter, a search and a question. */
#include "app/app_state.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"

/* The contexts that count now: a page takes only moving, from the keys' point of view, and of a
 * user-hour verdicts. */
static unsigned contexts(const struct app *app)
{
    if (app->page != NULL) {
        return CONTEXT_MOVE | (app->page->of_row ? CONTEXT_REVIEW : 0);
    }
    return app_view(app)->contexts;
}

/* ---- the palette's line ---- */

static void unknown(struct app *app, const char *name)
{
    struct suggestion suggestion = {0};
    if (strcmp(name, "set") == 0 || strcmp(name, "settings") == 0) { /* as elsewhere */
        app_say(app, LOG_ERROR,
                "there is no '%s': config shows the settings; k, glyphs, color, mouse set one",
                name);
        return;
    }
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        suggest_consider(&suggestion, name, action_info((enum action)i)->name);
    }
    app_say(app, LOG_ERROR, "there is no '%s'%s", name,
            suggest_hint(suggestion.word, "'", "'").text);
}

/* A name may be shortened as long as only one action begins so. */
static enum action find_short(const char *name, size_t length)
{
    enum action found = action_find(name, length);
    size_t n = 0;
    if (found != ACTION_NONE || length == 0) {
        return found;
    }
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        if (strncmp(action_info((enum action)i)->name, name, length) == 0) {
            found = (enum action)i;
            n++;
        }
    }
    return n == 1 ? found : ACTION_NONE;
}

bool app_command(struct app *app, const char *line)
{
    line += strspn(line, " ");
    size_t length = strcspn(line, " ");
    if (length == 0) {
        return true;
    }
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), line);
    enum action action = find_short(line, length);
    if (action == ACTION_NONE) {
        unknown(app, name);
        return false;
    }
    const char *argument = line + length + strspn(line + length, " ");
    if (argument[0] != '\0' && action_info(action)->kind == ARGUMENT_NONE &&
        action != ACTION_COMMAND) { /* which begins with it */
        app_say(app, LOG_ERROR, "'%s' stands alone, without '%.40s'", action_info(action)->name,
                argument);
        return true;
    }
    app_do(app, action, argument);
    return true;
}

/* ---- keys ---- */

/* A line that cannot be right leaves the prompt open for correction: were it closed, the keys
 * of the next attempt would go to the view below it, and give verdicts. */
static bool unfinished(struct app *app, const char *text)
{
    struct prompt *prompt = &app->prompt;
    const char *name = text + strspn(text, " ");
    size_t length = strcspn(name, " ");
    if (prompt->kind == PROMPT_FILTER) {
        return app_filter_wrong(app, text);
    }
    if (prompt->kind == PROMPT_COMMAND && length > 0 &&
        find_short(name, length) == ACTION_NONE) {
        char word[64];
        snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), name);
        unknown(app, word);
        prompt->n_choices = prompt->n_matching = 0; /* they would lie over what is said */
        return true;
    }
    return false;
}

static void accept(struct app *app)
{
    struct prompt *prompt = &app->prompt;
    enum prompt_kind kind = prompt->kind;
    char text[LINE_EDIT_SIZE];
    memcpy(text, prompt->edit.text, sizeof text);
    if (unfinished(app, text)) {
        return;
    }
    prompt_close(prompt);
    switch (kind) {
    case PROMPT_COMMAND: app_command(app, text); break;
    case PROMPT_SEARCH: app_search_for(app, text[0] != '\0' ? text : app->search); break;
    case PROMPT_FILTER:
    case PROMPT_QUESTION: prompt->question.done(prompt->question.context, app, text); break;
    case PROMPT_EXPORT: export_accept(app, text); break;
    case PROMPT_CONFIRM: prompt->confirmed(prompt->context, app); break;
    case PROMPT_NONE: break;
    }
}

static void live(struct app *app, const char *text)
{
    struct prompt *prompt = &app->prompt;
    bool asks = prompt->kind == PROMPT_QUESTION || prompt->kind == PROMPT_FILTER;
    if (asks && prompt->question.live != NULL) {
        prompt->comment[0] = '\0';
        prompt->question.live(prompt->question.context, app, text, prompt->comment,
                              sizeof prompt->comment);
    }
}

static void key_in_prompt(struct app *app, keycode key)
{
    struct prompt *prompt = &app->prompt;
    if (prompt->kind == PROMPT_EXPORT && export_key(app, key)) {
        return;
    }
    switch (prompt_key(prompt, key)) {
    case PROMPT_ACCEPTED: accept(app); break;
    case PROMPT_EDITED: live(app, prompt->edit.text); break;
    case PROMPT_ABANDONED:
        if (prompt->kind == PROMPT_QUESTION) {
            live(app, prompt->question.initial == NULL ? "" : prompt->question.initial);
        }
        if (prompt->kind == PROMPT_EXPORT) {
            export_close(app);
        }
        prompt_close(prompt);
        if (key == KEY_CTRL('C')) {
            app->cancelled_at = app_now(app); /* the first of two, which quit */
        }
        break;
    case PROMPT_IGNORED: break;
    }
}

void app_key(struct app *app, keycode key)
{
    app->dirty = app->moved = true;
    app->has_message = false;
    if (app->prompt.kind != PROMPT_NONE) {
        key_in_prompt(app, key);
        export_continue(app);
        return;
    }
    enum action action = keymap_action(&app->settings.keymap, key, contexts(app));
    if (action != ACTION_NONE) {
        app_do(app, action, "");
        return;
    }
    char name[KEY_NAME];
    keycode_name(key, name);
    app_say(app, LOG_NOTE, "%s has no meaning here; ? shows the keys", name);
}
