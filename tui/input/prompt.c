#include "input/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- completion ---- */

/* Bytes of the first word, and whether it is all there is. */
static size_t first_word(const struct prompt *prompt, bool *alone)
{
    size_t length = strcspn(prompt->edit.text, " ");
    *alone = prompt->edit.text[length] == '\0';
    return length;
}

static bool matches(enum action action, const char *typed, bool beginning)
{
    const char *name = action_info(action)->name;
    bool begins = strncmp(name, typed, strlen(typed)) == 0;
    if (beginning) {
        return begins;
    }
    return !begins &&
           (text_contains(name, typed) || text_contains(action_info(action)->help, typed));
}

/* Where the last word of the line begins. */
static size_t last_word(const struct prompt *prompt)
{
    size_t at = prompt->edit.length;
    while (at > 0 && prompt->edit.text[at - 1] != ' ' && prompt->edit.text[at - 1] != ',') {
        at--;
    }
    return at;
}

/* The words that may follow the action and begin as the last one does; false when the action
 * takes no words that are known. */
static bool complete_words(struct prompt *prompt, enum action action)
{
    char word[PROMPT_WORD];
    const char *typed = prompt->edit.text + last_word(prompt);
    if (prompt->word == NULL || action == ACTION_NONE ||
        prompt->word(prompt->app, action, typed, 0, word, sizeof word) == 0) {
        return false;
    }
    prompt->of_words = true;
    for (size_t n = 0; prompt->word(prompt->app, action, typed, n, word, sizeof word) > 0;
         n++) {
        if (strncmp(word, typed, strlen(typed)) == 0) {
            if (prompt->n_choices < PROMPT_CHOICES) {
                memcpy(prompt->words[prompt->n_choices++], word, sizeof word);
            }
            prompt->n_matching++;
        }
    }
    prompt->choice = prompt->n_choices;
    return true;
}

/* Names that begin with what is typed come first, then those that contain it, in name or help.
 */
void prompt_complete(struct prompt *prompt)
{
    bool alone;
    size_t length = first_word(prompt, &alone);
    char typed[64];
    snprintf(typed, sizeof typed, "%.*s", (int)(length < 63 ? length : 63), prompt->edit.text);
    prompt->n_choices = prompt->n_matching = 0;
    prompt->of_words = false;
    if (prompt->kind == PROMPT_FILTER) {
        complete_words(prompt, ACTION_FILTER);
        return;
    }
    if (!alone && complete_words(prompt, action_find(prompt->edit.text, length))) {
        return;
    }
    for (int beginning = 1; beginning >= 0; beginning--) {
        for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
            if (!matches((enum action)action, typed, beginning != 0)) {
                continue;
            }
            if (prompt->n_choices < PROMPT_CHOICES) {
                prompt->choices[prompt->n_choices++] = (enum action)action;
            }
            prompt->n_matching++;
        }
    }
    prompt->choice = prompt->n_choices;
    if (!alone) { /* the name is finished: only what it takes is of interest */
        enum action action = action_find(prompt->edit.text, length);
        prompt->choices[0] = action;
        prompt->n_choices = prompt->n_matching = action != ACTION_NONE;
        prompt->choice = prompt->n_choices;
    }
}

static void choose(struct prompt *prompt, int step)
{
    size_t n = prompt->n_choices;
    if (n == 0) {
        return;
    }
    if (prompt->choice >= n) {
        prompt->choice = step > 0 ? 0 : n - 1;
    } else {
        prompt->choice = (prompt->choice + n + (step > 0 ? 1 : n - 1)) % n;
    }
}

/* A value is still to follow: "trees=". */
static bool ends_in_sign(const char *word)
{
    size_t length = strlen(word);
    return length > 0 && word[length - 1] == '=';
}

/* Writes the chosen word in place of the last one; with a blank when more may follow. */
static void take_word(struct prompt *prompt, bool more)
{
    char text[LINE_EDIT_SIZE];
    size_t at = last_word(prompt), length = strcspn(prompt->edit.text, " ");
    size_t choice = prompt->choice < prompt->n_choices ? prompt->choice : 0;
    more = more && prompt->kind == PROMPT_COMMAND &&
           action_info(action_find(prompt->edit.text, length))->kind == ARGUMENT_WORDS &&
           !ends_in_sign(prompt->words[choice]);
    snprintf(text, sizeof text, "%.*s%s%s", (int)at, prompt->edit.text, prompt->words[choice],
             more ? " " : "");
    line_edit_set(&prompt->edit, text);
    prompt_complete(prompt);
}

/* Writes the chosen name (or the first) in place of the typed word; `more`: and goes on. */
static void take_choice(struct prompt *prompt, bool more)
{
    bool alone;
    if (prompt->of_words) {
        if (prompt->n_choices > 0) {
            take_word(prompt, more);
        }
        return;
    }
    first_word(prompt, &alone);
    if (prompt->n_choices > 0 && alone) {
        size_t choice = prompt->choice < prompt->n_choices ? prompt->choice : 0;
        const struct action_info *info = action_info(prompt->choices[choice]);
        char text[64];
        snprintf(text, sizeof text, "%s%s", info->name, info->argument[0] != '\0' ? " " : "");
        line_edit_set(&prompt->edit, text);
        prompt_complete(prompt);
    }
}

/* ---- history ---- */

void prompt_remember(struct prompt *prompt, enum prompt_kind kind, const char *text)
{
    if (prompt->history == NULL) {
        prompt->history =
            mem_zero(PROMPT_HISTORY, sizeof *prompt->history, "the history", NULL);
        if (prompt->history == NULL) {
            return;
        }
    }
    struct prompt_entry *entry =
        &prompt->history[(prompt->n_history + PROMPT_HISTORY - 1) % PROMPT_HISTORY];
    if (prompt->n_history > 0 && entry->kind == kind && strcmp(entry->text, text) == 0) {
        return; /* the same again */
    }
    entry = &prompt->history[prompt->n_history++ % PROMPT_HISTORY];
    entry->kind = kind;
    snprintf(entry->text, sizeof entry->text, "%s", text);
}

/* Goes `step` entries of this kind back (positive) or forth in what was typed before. */
static void recall(struct prompt *prompt, int step)
{
    size_t kept = prompt->n_history < PROMPT_HISTORY ? prompt->n_history : PROMPT_HISTORY;
    size_t back = prompt->recalled;
    for (;;) {
        if (step > 0 ? back >= kept : back == 0) {
            return;
        }
        back = step > 0 ? back + 1 : back - 1;
        if (back == 0) {
            line_edit_set(&prompt->edit, "");
            break;
        }
        const struct prompt_entry *entry =
            &prompt->history[(prompt->n_history - back) % PROMPT_HISTORY];
        if (entry->kind == prompt->kind) {
            line_edit_set(&prompt->edit, entry->text);
            break;
        }
    }
    prompt->recalled = back;
}

/* ---- opening, keys ---- */

static void close_choices(struct prompt *prompt)
{
    prompt->n_choices = prompt->n_matching = prompt->choice = 0;
    prompt->of_words = false;
}

void prompt_open(struct prompt *prompt, enum prompt_kind kind, const char *label,
                 const char *initial)
{
    prompt->kind = kind;
    snprintf(prompt->label, sizeof prompt->label, "%s", label);
    line_edit_set(&prompt->edit, initial == NULL ? "" : initial);
    prompt->comment[0] = prompt->echo[0] = '\0';
    prompt->recalled = 0;
    close_choices(prompt);
    if (kind == PROMPT_COMMAND) {
        prompt_complete(prompt);
    }
}

void prompt_close(struct prompt *prompt)
{
    if (prompt->edit.length > 0 && prompt->kind != PROMPT_CONFIRM) {
        prompt_remember(prompt, prompt->kind, prompt->edit.text);
    }
    prompt->kind = PROMPT_NONE;
}

void prompt_free(struct prompt *prompt)
{
    free(prompt->history);
}

static enum prompt_event edit(struct prompt *prompt, keycode key)
{
    if (!line_edit_key(&prompt->edit, key)) {
        return PROMPT_IGNORED;
    }
    if (prompt->kind == PROMPT_COMMAND) {
        prompt_complete(prompt);
    } else {
        close_choices(prompt);
    }
    prompt->recalled = 0;
    return PROMPT_EDITED;
}

/* Tab: the choice, or the first; in a filter they are shown first, unless there is one only. */
static void tab(struct prompt *prompt)
{
    if (prompt->kind == PROMPT_FILTER && prompt->n_choices == 0) {
        prompt_complete(prompt);
        if (prompt->n_choices != 1) {
            return;
        }
    }
    if (prompt->kind == PROMPT_COMMAND || prompt->kind == PROMPT_FILTER) {
        take_choice(prompt, true);
    }
    if (prompt->kind == PROMPT_FILTER) {
        close_choices(prompt);
    }
}

/* Up and Down: in the choices, or in what was typed before; Ctrl-P and Ctrl-N always in that.
 */
static void up_or_down(struct prompt *prompt, bool up, bool history)
{
    bool listed = prompt->kind == PROMPT_COMMAND && (prompt->edit.length > 0 || !up) &&
                  prompt->recalled == 0;
    listed = listed || (prompt->kind == PROMPT_FILTER && prompt->n_choices > 0);
    if (listed && !history) {
        choose(prompt, up ? -1 : 1);
        return;
    }
    recall(prompt, up ? 1 : -1);
    if (prompt->kind == PROMPT_COMMAND) {
        prompt_complete(prompt);
    }
}

enum prompt_event prompt_key(struct prompt *prompt, keycode key)
{
    if (prompt->kind == PROMPT_CONFIRM) {
        return key == prompt->yes ? PROMPT_ACCEPTED : PROMPT_ABANDONED;
    }
    bool erasing = key == KEYS_BACKSPACE || key == 0x7F || key == KEY_CTRL('H');
    switch (key) {
    case KEYS_ESC:
    case KEY_CTRL('C'):
    case KEY_CTRL('G'): return PROMPT_ABANDONED;
    case KEYS_ENTER:
    case KEY_CTRL('J'):
        if (prompt->choice < prompt->n_choices) {
            take_choice(prompt, false);
        }
        return PROMPT_ACCEPTED;
    case KEYS_TAB: tab(prompt); return PROMPT_EDITED;
    case KEYS_UP:
    case KEYS_DOWN: up_or_down(prompt, key == KEYS_UP, false); return PROMPT_EDITED;
    case KEY_CTRL('P'):
    case KEY_CTRL('N'): up_or_down(prompt, key == KEY_CTRL('P'), true); return PROMPT_EDITED;
    default: break;
    }
    /* Erasing what is not there leaves the prompt, as in vi and less. */
    if (erasing && prompt->edit.length == 0 && prompt->kind != PROMPT_QUESTION) {
        return PROMPT_ABANDONED;
    }
    return edit(prompt, key);
}

/* ---- drawing ---- */

static void draw_action(enum action action, const struct keymap *keymap, struct canvas *canvas,
                        int y)
{
    const struct action_info *info = action_info(action);
    char keys[40], usage[64];
    keymap_keys(keymap, action, keys, sizeof keys);
    snprintf(usage, sizeof usage, "%s %s", info->name, info->argument);
    canvas_text(canvas, y, 1, ROLE_STRONG, usage);
    canvas_field(canvas, y, 28, 12, TEXT_LEFT, ROLE_KEY, keys);
    canvas_text(canvas, y, 41, ROLE_DIM, info->help);
}

static void draw_choices(const struct prompt *prompt, const struct keymap *keymap,
                         struct canvas *canvas)
{
    int rows = (int)prompt->n_choices;
    if (rows > canvas->rows - 2) {
        rows = canvas->rows - 2;
    }
    if (rows <= 0) {
        return;
    }
    int y = canvas->rows - 1 - rows;
    for (int i = 0; i < rows; i++, y++) {
        canvas_fill(canvas, y, 0, canvas->cols, ROLE_TEXT, " ");
        if (prompt->of_words) {
            canvas_text(canvas, y, 1, ROLE_STRONG, prompt->words[i]);
        } else {
            draw_action(prompt->choices[i], keymap, canvas, y);
        }
        if ((size_t)i == prompt->choice) {
            canvas_select(canvas, y, 0, canvas->cols);
        }
    }
    char title[48] = "";
    if (prompt->n_matching > (size_t)rows) {
        snprintf(title, sizeof title, "%d of %zu", rows, prompt->n_matching);
    }
    canvas_rule(canvas, canvas->rows - 2 - rows, title);
}

void prompt_draw(const struct prompt *prompt, const struct keymap *keymap,
                 struct canvas *canvas)
{
    int y = canvas->rows - 1;
    if (prompt->kind == PROMPT_COMMAND || prompt->kind == PROMPT_FILTER) {
        draw_choices(prompt, keymap, canvas);
    }
    canvas_fill(canvas, y, 0, canvas->cols, ROLE_TEXT, " ");
    int x = canvas_text(canvas, y, 0, ROLE_STRONG, prompt->label);
    if (prompt->kind == PROMPT_CONFIRM) {
        return;
    }
    /* The comment gets what the text leaves, but not more than it needs. */
    int room = canvas->cols - x;
    int text = (int)text_width(prompt->edit.text) + 2;
    int comment = (int)text_width(prompt->comment) + 1;
    int cols = comment < room - text ? room - comment : text;
    cols = comment <= 1 || cols > room ? room : cols;
    int cursor = line_edit_draw(&prompt->edit, canvas, y, x, cols);
    if (cols < room) {
        canvas_phrases(canvas, y, x + cols, ROLE_DIM, "%s", prompt->comment);
    }
    canvas_select(canvas, y, cursor, 1);
}
