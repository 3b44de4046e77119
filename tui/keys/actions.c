#include "keys/actions.h"

#include <string.h>

static const struct action_info actions[ACTION_COUNT] = {
    [ACTION_NONE] = {"", "", CONTEXT_ANY, BLIND_SHOWN, ARGUMENT_NONE, "", ""},
#define A(id, name, keys, context, blind, kind, argument, help)                                \
    [ACTION_##                                                                                 \
        id] = {name, keys, CONTEXT_##context, BLIND_##blind, ARGUMENT_##kind, argument, help},
#include "actions.def"
#undef A
};

const struct action_info *action_info(enum action action)
{
    return &actions[action];
}

enum action action_find(const char *name, size_t length)
{
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        if (strlen(actions[i].name) == length && memcmp(actions[i].name, name, length) == 0) {
            return (enum action)i;
        }
    }
    return ACTION_NONE;
}

const char *context_title(enum context context)
{
    switch (context) {
    case CONTEXT_ANY: return "everywhere";
    case CONTEXT_MOVE: return "moving";
    case CONTEXT_RANKED: return "what is shown";
    case CONTEXT_ROWS: return "one user-hour";
    case CONTEXT_REVIEW: return "verdicts";
    }
    return "";
}
