/* keymap: keys, their names, and which action each stands for. Knows no terminal. */
#ifndef ODDHOURS_TUI_KEYMAP_H
#define ODDHOURS_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/actions.h"
#include "base/status.h"

/* A key: a Unicode code point, a control character (Ctrl-A is 1), or one of these. */
typedef uint32_t keycode;

enum {
    KEY_NONE = 0,
    KEYS_TAB = 9,
    KEYS_ENTER = 13,
    KEYS_ESC = 27,
    KEYS_UP = 0x110000,
    KEYS_DOWN,
    KEYS_LEFT,
    KEYS_RIGHT,
    KEYS_HOME,
    KEYS_END,
    KEYS_PAGE_UP,
    KEYS_PAGE_DOWN,
    KEYS_INSERT,
    KEYS_DELETE,
    KEYS_BACKSPACE,
    KEYS_BACK_TAB,
    KEYS_F1 /* F1 to F12 follow */
};

enum { KEY_NAME = 16, KEYMAP_MAX = 256 };

#define KEY_CTRL(letter) ((keycode)((letter)&31))

/* "j", "Ctrl-D", "PgDn", "Space", into name[KEY_NAME]. */
void keycode_name(keycode key, char *name);

/* The key of a name (`length` bytes of it); KEY_NONE when there is none. */
keycode keycode_parse(const char *name, size_t length);

/* The names of keys that are no single character, one after the other; NULL at the end. */
const char *keycode_known(int i);

struct keymap {
    size_t n;
    struct binding {
        keycode key;
        enum action action;
    } bindings[KEYMAP_MAX];
};

/* The default keys of actions.def. */
void keymap_init(struct keymap *keymap);

/* Replaces the keys of `action` by those named in `keys` (separated by spaces; "" for none),
 * and takes them from the actions that had them. STATUS_USAGE when a name is no key. */
bool keymap_set(struct keymap *keymap, enum action action, const char *keys,
                struct status *status);

/* Gives one more key to `action`, taking it from the one that had it. False when there is no
 * room for more. */
bool keymap_add(struct keymap *keymap, enum action action, keycode key);

/* The action of a key for a view with these contexts (CONTEXT_ANY is implied). */
enum action keymap_action(const struct keymap *keymap, keycode key, unsigned contexts);

/* The first key of an action into name[KEY_NAME]; "" when it has none. */
void keymap_key(const struct keymap *keymap, enum action action, char *name);

/* All its keys, separated by spaces. */
void keymap_keys(const struct keymap *keymap, enum action action, char *text, size_t size);

#endif
