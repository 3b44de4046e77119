/* Reading "keys": which keys each action has. A key means one thing: what the file gives to an
 * action is taken from the one that has it by default, and what it gives twice is a conflict.
 */
#include "input/settings_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* The keys that the file gives out, in its order. */
struct claims {
    size_t n;
    struct claim {
        keycode key;
        enum action action;
        int index; /* in the action's list */
    } list[KEYMAP_MAX];
    bool configured[ACTION_COUNT]; /* the file names this action */
    bool usable[ACTION_COUNT];     /* and says which keys, or that it has none */
};

static const char *known_action(int i)
{
    return i + 1 < ACTION_COUNT ? action_info((enum action)(i + 1))->name : NULL;
}

static const char *name_place(const struct claim *claim, char *place)
{
    snprintf(place, PLACE, "keys.%s[%d]", action_info(claim->action)->name, claim->index);
    return place;
}

/* One key of an action's list. */
static void claim_key(struct claims *claims, struct claim claim, const cJSON *value,
                      struct settings_remarks *remarks)
{
    char place[PLACE], other[PLACE];
    name_place(&claim, place);
    if (!cJSON_IsString(value)) {
        settings_remark(remarks, LOG_ERROR, "%s should be the name of a key, not %s", place,
                        settings_kind(value));
        return;
    }
    claim.key = keycode_parse(value->valuestring, strlen(value->valuestring));
    if (claim.key == KEY_NONE) {
        settings_unknown(remarks, place, "key", value->valuestring, keycode_known);
        return;
    }
    for (size_t i = 0; i < claims->n; i++) {
        if (claims->list[i].key == claim.key) {
            settings_remark(remarks, LOG_ERROR, "%s: '%.*s' is %s already, which keeps it",
                            place, SHOWN_NAME, value->valuestring,
                            name_place(&claims->list[i], other));
            return;
        }
    }
    if (claims->n == KEYMAP_MAX) {
        settings_remark(remarks, LOG_ERROR, "%s: there are too many keys", place);
        return;
    }
    claims->list[claims->n++] = claim;
    claims->usable[claim.action] = true;
}

static void claim_action(struct claims *claims, enum action action, const cJSON *value,
                         struct settings_remarks *remarks)
{
    const cJSON *item;
    struct claim claim = {.action = action};
    claims->configured[action] = true;
    if (!cJSON_IsArray(value)) {
        settings_remark(remarks, LOG_ERROR, "keys.%s should be a list of keys, not %s",
                        action_info(action)->name, settings_kind(value));
        return;
    }
    claims->usable[action] = value->child == NULL; /* [] takes its keys away */
    cJSON_ArrayForEach(item, value)
    {
        claim_key(claims, claim, item, remarks);
        claim.index++;
    }
}

/* Says which default meanings go, and which actions are left without a key. */
static void say_what_goes(const struct keymap *before, const struct keymap *now,
                          const struct claims *claims, struct settings_remarks *remarks)
{
    for (size_t i = 0; i < before->n; i++) {
        const struct binding *was = &before->bindings[i];
        char place[PLACE], name[KEY_NAME], left[64];
        for (size_t k = 0; k < claims->n && !claims->usable[was->action]; k++) {
            if (claims->list[k].key != was->key) {
                continue;
            }
            keycode_name(was->key, name);
            keymap_keys(now, was->action, left, sizeof left);
            settings_remark(remarks, left[0] == '\0' ? LOG_WARNING : LOG_NOTE,
                            "%s: '%s' is taken from %s, which has %s%s now",
                            name_place(&claims->list[k], place), name,
                            action_info(was->action)->name,
                            left[0] == '\0' ? "no key" : "only ", left);
        }
    }
}

/* Somebody who has no key to leave with, nor one to ask for it by name, keeps Ctrl-C. */
static void keep_a_way_out(struct keymap *keymap, struct settings_remarks *remarks)
{
    static const enum action ways[] = {ACTION_CANCEL, ACTION_QUIT, ACTION_CLOSE,
                                       ACTION_COMMAND};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char name[KEY_NAME];
        keymap_key(keymap, ways[i], name);
        if (name[0] != '\0') {
            return;
        }
    }
    keymap_set(keymap, ACTION_CANCEL, "Ctrl-C", NULL);
    settings_remark(
        remarks, LOG_ERROR,
        "keys: none of quit, close, command and cancel has a key; cancel keeps Ctrl-C");
}

static void apply(struct settings *settings, const struct claims *claims,
                  struct settings_remarks *remarks)
{
    struct keymap before = settings->keymap;
    for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
        if (!claims->usable[action]) {
            continue;
        }
        keymap_set(&settings->keymap, (enum action)action, "", NULL);
    }
    for (size_t i = 0; i < claims->n; i++) {
        char place[PLACE];
        if (!keymap_add(&settings->keymap, claims->list[i].action, claims->list[i].key)) {
            settings_remark(remarks, LOG_ERROR, "%s: there are too many keys",
                            name_place(&claims->list[i], place));
        }
    }
    say_what_goes(&before, &settings->keymap, claims, remarks);
    keep_a_way_out(&settings->keymap, remarks);
}

void settings_keys(struct settings *settings, const cJSON *keys,
                   struct settings_remarks *remarks)
{
    const cJSON *item;
    struct claims claims = {.n = 0};
    if (!cJSON_IsObject(keys)) {
        settings_remark(remarks, LOG_ERROR, "keys should be an object of actions, not %s",
                        settings_kind(keys));
        return;
    }
    cJSON_ArrayForEach(item, keys)
    {
        enum action action = action_find(item->string, strlen(item->string));
        if (action == ACTION_NONE) {
            settings_unknown(remarks, "keys", "action", item->string, known_action);
        } else if (claims.configured[action]) {
            settings_remark(remarks, LOG_ERROR, "keys.%s is there twice; the first counts",
                            item->string);
        } else {
            claim_action(&claims, action, item, remarks);
        }
    }
    apply(settings, &claims, remarks);
}
