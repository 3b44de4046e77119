#include "app/script.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/infile.h"
#include "base/mem.h"

enum { LINE_BYTES = 1024, MOST_LINES = 100000 };

enum step_kind { STEP_COMMAND, STEP_KEYS, STEP_TYPE, STEP_WAIT, STEP_PAUSE };

struct step {
    enum step_kind kind;
    char *text;
    size_t line;    /* in the file, from 1 */
    double seconds; /* STEP_PAUSE */
};

struct script {
    struct step *steps;
    size_t n, capacity;
    size_t next;
    double resume_at; /* STEP_PAUSE that has begun; 0: none */
    char *path;
    bool begun;
    size_t errors; /* of the app that have been looked at */
    size_t doing;  /* the last step that did something */
};

static bool is_condition(const char *word)
{
    static const char *const known[] = {"preview", "table", "scaled", "done", "idle"};
    const char *name;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(word, known[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; (name = run_result_name(NULL, i)) != NULL; i++) {
        if (strcmp(word, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_keys(const char *text)
{
    for (const char *word = text + strspn(text, " "); *word != '\0';
         word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        if (keycode_parse(word, length) == KEY_NONE) {
            return false;
        }
        word += length;
    }
    return true;
}

/* Understands one line, whose newline is gone. False with STATUS_INPUT. */
static bool parse(const char *line, struct step *step, struct status *status)
{
    size_t length = strcspn(line, " ");
    const char *rest = line + length + strspn(line + length, " ");
    double ms;
    char after;
    if (strncmp(line, "key ", 4) == 0) {
        *step = (struct step){.kind = STEP_KEYS};
        if (!check_keys(rest)) {
            return status_set(status, STATUS_INPUT, "'%s' holds a word that is no key", rest);
        }
    } else if (strncmp(line, "type ", 5) == 0) {
        *step = (struct step){.kind = STEP_TYPE};
        rest = line + 5; /* spaces count */
    } else if (sscanf(line, "wait ms %lf %c", &ms, &after) == 1 && ms >= 0 && ms < 1e9) {
        *step = (struct step){.kind = STEP_PAUSE, .seconds = ms / 1000};
    } else if (strncmp(line, "wait ", 5) == 0) {
        *step = (struct step){.kind = STEP_WAIT};
        if (!is_condition(rest)) {
            return status_set(status, STATUS_INPUT, "there is no waiting for '%s'", rest);
        }
    } else if (action_find(line, length) != ACTION_NONE) {
        *step = (struct step){.kind = STEP_COMMAND};
        rest = line;
    } else {
        return status_set(status, STATUS_INPUT, "'%.*s' is no action", (int)length, line);
    }
    step->text = mem_text(rest, strlen(rest), status);
    return step->text != NULL;
}

/* The file that `import FILE` names is looked for beside the script first: a script and its
 * files may be anywhere. NULL: it stays as it stands. */
static char *beside(const char *script, const char *text)
{
    static const char word[] = "import ";
    const char *slash = strrchr(script, '/');
    if (strncmp(text, word, sizeof word - 1) != 0 || slash == NULL) {
        return NULL;
    }
    const char *name = text + sizeof word - 1;
    name += strspn(name, " ");
    size_t folder = (size_t)(slash - script) + 1;
    size_t size = sizeof word + folder + strlen(name);
    char *whole = name[0] != '/' && name[0] != '\0' ? mem_new(size, 1, "a script", NULL) : NULL;
    if (whole != NULL) {
        snprintf(whole, size, "%s%.*s%s", word, (int)folder, script, name);
        if (access(whole + sizeof word - 1, R_OK) == 0) {
            return whole;
        }
        free(whole);
    }
    return NULL;
}

static bool add_line(struct script *script, char *line, struct status *status)
{
    line[strcspn(line, "\r\n")] = '\0';
    line += strspn(line, " \t");
    if (line[0] == '\0' || line[0] == '#') {
        return true;
    }
    if (script->n >= MOST_LINES) {
        return status_set(status, STATUS_INPUT, "the script is too long");
    }
    return mem_grow(&script->steps, &script->capacity, script->n + 1, sizeof *script->steps,
                    "a script", status) &&
           parse(line, &script->steps[script->n], status) && ++script->n > 0;
}

static bool read_lines(struct script *script, FILE *file, const char *path,
                       struct status *status)
{
    char line[LINE_BYTES];
    for (size_t number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        struct status one = {0};
        size_t before = script->n;
        if (!add_line(script, line, &one)) {
            return status_set(status, one.code, "%s, line %zu: %s", path, number, one.text);
        }
        if (script->n == before) {
            continue;
        }
        struct step *step = &script->steps[before];
        char *found = step->kind == STEP_COMMAND ? beside(path, step->text) : NULL;
        step->line = number;
        if (found != NULL) {
            free(step->text);
            step->text = found;
        }
    }
    return ferror(file) == 0 ||
           status_set(status, STATUS_IO, "cannot read '%s': %s", path, strerror(errno));
}

struct script *script_load(const char *path, struct status *status)
{
    FILE *file = infile_stream_text(path, status);
    if (file == NULL) {
        return NULL;
    }
    struct script *script = mem_zero(1, sizeof *script, "a script", status);
    if (script != NULL && ((script->path = mem_text(path, strlen(path), status)) == NULL ||
                           !read_lines(script, file, path, status))) {
        script_free(script);
        script = NULL;
    }
    fclose(file);
    return script;
}

void script_free(struct script *script)
{
    if (script != NULL) {
        for (size_t i = 0; i < script->n; i++) {
            free(script->steps[i].text);
        }
        free(script->steps);
        free(script->path);
        free(script);
    }
}

/* ---- playing ---- */

static bool has_come(const char *what, const struct app *app)
{
    const struct session *session = &app->session;
    bool over = session->ended; /* what has not come by then never will */
    if (strcmp(what, "preview") == 0) {
        return session_table(session) != NULL || over;
    }
    if (strcmp(what, "table") == 0) {
        return session->has_table || over;
    }
    if (strcmp(what, "scaled") == 0) {
        return session->has_scaled || over;
    }
    if (strcmp(what, "done") == 0) {
        return over;
    }
    if (strcmp(what, "idle") == 0) {
        return over && app_idle(app);
    }
    const struct result *result =
        session->run != NULL ? run_result_find(session->run, what) : NULL;
    return result == NULL || session->has_result[result - session->run->results] || over;
}

static void press(struct app *app, const char *names)
{
    for (const char *word = names + strspn(names, " "); *word != '\0';
         word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        app_key(app, keycode_parse(word, length));
        word += length;
    }
}

static void type(struct app *app, const char *text)
{
    if (app->prompt.kind != PROMPT_NONE) {
        line_edit_insert(&app->prompt.edit, text, strlen(text));
        app_key(app, KEYS_END); /* so that completion and live comments see it */
        return;
    }
    for (; *text != '\0'; text++) {
        app_key(app, (keycode)(unsigned char)*text);
    }
}

/* Whether a line about the review comes before the table that the review is of, which is on its
 * way. */
static bool before_table(const struct app *app, const char *text)
{
    size_t length = strcspn(text, " ");
    enum action action = action_find(text, length);
    bool about_all = action == ACTION_IMPORT || action == ACTION_EXPORT_REVIEW ||
                     action == ACTION_VERSIONS || action == ACTION_MATCH;
    return about_all && app->review != NULL && !app->session.has_table && !app->session.ended;
}

/* Plays the next step; false when it has to wait. */
static bool play_step(struct script *script, struct app *app)
{
    const struct step *step = &script->steps[script->next];
    switch (step->kind) {
    case STEP_COMMAND:
        if (strncmp(step->text, "screenshot", 10) == 0 && app_reasons_wanted(app)) {
            return false; /* a picture has them */
        }
        if (before_table(app, step->text)) {
            return false;
        }
        if (strncmp(step->text, "screenshot", 10) != 0) {
            app->has_message = false; /* as with a key; but a picture shows what is said */
        }
        app_command(app, step->text);
        return true;
    case STEP_KEYS: press(app, step->text); return true;
    case STEP_TYPE: type(app, step->text); return true;
    case STEP_WAIT: return has_come(step->text, app);
    case STEP_PAUSE:
        if (script->resume_at == 0) {
            script->resume_at = clock_now() + step->seconds;
        }
        if (clock_now() < script->resume_at) {
            return false;
        }
        script->resume_at = 0;
        return true;
    }
    return true;
}

/* An error is of the last line that did something: answers come while the script waits. */
bool script_failed(struct script *script, const struct app *app, struct status *status)
{
    if (script == NULL || !script->begun || app->errors == script->errors) {
        return false;
    }
    const struct step *step = &script->steps[script->doing];
    script->errors = app->errors;
    script->next = script->n;
    status_set(status, STATUS_IO, "%s stopped at line %zu, '%.100s': %s", script->path,
               step->line, step->text, app->error);
    return true;
}

bool script_play(struct script *script, struct app *app, struct status *status)
{
    app->scripted = !script_ended(script);
    if (!app->scripted) {
        return true;
    }
    if (!script->begun) {
        script->begun = true;
        script->errors = app->errors; /* those before are not the script's */
    }
    if (script_failed(script, app, status)) {
        return false;
    }
    enum step_kind kind = script->steps[script->next].kind;
    if (kind != STEP_WAIT && kind != STEP_PAUSE) {
        script->doing = script->next;
    }
    app->playing = true;
    bool played = play_step(script, app);
    app->playing = false;
    if (played) {
        script->next++;
        app->dirty = true; /* the next line comes after a frame */
    }
    return true;
}

double script_patience(const struct script *script)
{
    if (script_ended(script) || script->resume_at == 0) {
        return -1;
    }
    return fmax(script->resume_at - clock_now(), 0);
}

bool script_ended(const struct script *script)
{
    return script == NULL || script->next >= script->n;
}
