/* actions: what the user can ask for, as an enum made from actions.def. */
#ifndef ODDHOURS_TUI_ACTIONS_H
#define ODDHOURS_TUI_ACTIONS_H

#include <stddef.h>

enum action {
    ACTION_NONE,
#define A(id, name, keys, context, argument, help) ACTION_##id,
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

struct action_info {
    const char *name;
    const char *keys; /* default keys, separated by spaces */
    enum context context;
    const char *argument; /* what may follow the name; "" when nothing does */
    const char *help;
};

/* `action` is below ACTION_COUNT. */
const struct action_info *action_info(enum action action);

/* By name; ACTION_NONE when unknown. `length` bytes of `name` count. */
enum action action_find(const char *name, size_t length);

/* The heading of a context in the help. */
const char *context_title(enum context context);

#endif
