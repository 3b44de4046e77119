/* prompt: the line at the foot of the screen where something is typed: `:` with completion,
 * `/`,
 * `&`, a question, a confirmation. Holds what is typed; what it means is the app's. */
#ifndef ODDHOURS_TUI_PROMPT_H
#define ODDHOURS_TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/app.h"
#include "widgets/line_edit.h"

enum prompt_kind {
    PROMPT_NONE,
    PROMPT_COMMAND,
    PROMPT_SEARCH,
    PROMPT_FILTER,
    PROMPT_QUESTION,
    PROMPT_EXPORT,
    PROMPT_CONFIRM
};

enum {
    PROMPT_LABEL = 200,
    PROMPT_COMMENT = 200,
    PROMPT_HISTORY = 100,
    PROMPT_CHOICES = 8,
    PROMPT_WORD = 120
};

struct prompt {
    enum prompt_kind kind;
    char label[PROMPT_LABEL];
    struct line_edit edit;
    char comment[PROMPT_COMMENT]; /* live feedback */
    char echo[512];               /* PROMPT_FILTER: as it is understood, or */
    bool wrong;                   /* what is wrong with it */
    struct question question;     /* PROMPT_QUESTION, PROMPT_FILTER */
    keycode yes;                  /* PROMPT_CONFIRM */
    void (*confirmed)(void *context, struct app *app);
    void *context;

    /* PROMPT_COMMAND, and PROMPT_FILTER after Tab: what is typed could become these. */
    enum action choices[PROMPT_CHOICES];
    size_t n_choices, n_matching; /* shown; in all */
    size_t choice;                /* n_choices: none */
    bool of_words; /* behind a name: the choices are words, in place of the last one */
    char words[PROMPT_CHOICES][PROMPT_WORD];

    /* The n-th word that may follow an action's name in place of what is `typed`, whether it
     * begins so or not; 0 when there are no more. Set once by the app; may be NULL. */
    size_t (*word)(struct app *app, enum action action, const char *typed, size_t n, char *word,
                   size_t size);
    struct app *app;

    struct prompt_entry {
        enum prompt_kind kind;
        char text[LINE_EDIT_SIZE];
    } * history; /* ring of PROMPT_HISTORY, allocated with the first */
    size_t n_history, recalled;
};

void prompt_open(struct prompt *prompt, enum prompt_kind kind, const char *label,
                 const char *initial);
void prompt_close(struct prompt *prompt); /* remembers what was typed */

/* Puts a text into the history, as if it had been typed. */
void prompt_remember(struct prompt *prompt, enum prompt_kind kind, const char *text);
void prompt_free(struct prompt *prompt);

/* Looks for choices anew: what they are made of has changed. */
void prompt_complete(struct prompt *prompt);

enum prompt_event { PROMPT_IGNORED, PROMPT_EDITED, PROMPT_ACCEPTED, PROMPT_ABANDONED };

/* Takes a key. After PROMPT_ACCEPTED the text is edit.text, until prompt_close(). */
enum prompt_event prompt_key(struct prompt *prompt, keycode key);

/* Draws into the last line of the canvas, and the choices above it; the cursor's cell is left
 * selected. */
void prompt_draw(const struct prompt *prompt, const struct keymap *keymap,
                 struct canvas *canvas);

#endif
