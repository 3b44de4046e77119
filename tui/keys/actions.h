/* actions: what the user can ask for, as an enum made from actions.def. */
#ifndef ODDHOURS_TUI_ACTIONS_H
#define ODDHOURS_TUI_ACTIONS_H

#include <stddef.h>

enum action {
    ACTION_NONE,
#define A(id, name, keys, context, blind, kind, argument, help) ACTION_##id,
#include "actions.def"
#undef A
    ACTION_COUNT
};

/* Which views take an action: a view names the contexts it has. */
enum context {
    CONTEXT_ANY = 1 << 0,    /* everywhere */
    CONTEXT_MOVE = 1 << 1,   /* views with something to move in */
    CONTEXT_RANKED = 1 << 2, /* views that show a detector's ranking */
    CONTEXT_ROWS = 1 << 3,   /* views with a user-hour under the cursor */
    CONTEXT_REVIEW = 1 << 4, /* views that take verdicts */
};

/* Whether a blind review refuses an action because it would show what the review hides. */
enum action_blind { BLIND_SHOWN, BLIND_HIDDEN };

/* What may follow the name. */
enum argument_kind {
    ARGUMENT_NONE,
    ARGUMENT_TEXT,  /* one word or text, as its view or app_act.c reads it */
    ARGUMENT_WORDS, /* several words: after one the next can be completed */
    ARGUMENT_FILE,  /* a path: ~ is expanded, file names complete it */
};

struct action_info {
    const char *name;
    const char *keys; /* default keys, separated by spaces */
    enum context context;
    enum action_blind blind;
    enum argument_kind kind;
    const char *argument; /* for the reader; "" when nothing may follow */
    const char *help;
};

/* `action` is below ACTION_COUNT. */
const struct action_info *action_info(enum action action);

/* By name; ACTION_NONE when unknown. `length` bytes of `name` count. */
enum action action_find(const char *name, size_t length);

/* The heading of a context in the help. */
const char *context_title(enum context context);

#endif
