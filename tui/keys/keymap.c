#include "keys/keymap.h"

#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

static const struct {
    keycode key;
    const char *name;
} names[] = {
    {KEYS_TAB, "Tab"},        {KEYS_ENTER, "Enter"},  {KEYS_ESC, "Esc"},
    {' ', "Space"},           {KEYS_UP, "Up"},        {KEYS_DOWN, "Down"},
    {KEYS_LEFT, "Left"},      {KEYS_RIGHT, "Right"},  {KEYS_HOME, "Home"},
    {KEYS_END, "End"},        {KEYS_PAGE_UP, "PgUp"}, {KEYS_PAGE_DOWN, "PgDn"},
    {KEYS_INSERT, "Ins"},     {KEYS_DELETE, "Del"},   {KEYS_BACKSPACE, "Backspace"},
    {KEYS_BACK_TAB, "S-Tab"},
};

static const char *const more_names[] = {
    "F1",     "F2",     "F3",     "F4",     "F5",     "F6",     "F7",     "F8",     "F9",
    "F10",    "F11",    "F12",    "Ctrl-A", "Ctrl-B", "Ctrl-C", "Ctrl-D", "Ctrl-E", "Ctrl-F",
    "Ctrl-G", "Ctrl-H", "Ctrl-K", "Ctrl-L", "Ctrl-N", "Ctrl-O", "Ctrl-P", "Ctrl-Q", "Ctrl-R",
    "Ctrl-S", "Ctrl-T", "Ctrl-U", "Ctrl-V", "Ctrl-W", "Ctrl-X", "Ctrl-Y", "Ctrl-Z", NULL,
};

enum { NAMES = sizeof names / sizeof names[0] };

const char *keycode_known(int i)
{
    return i < NAMES ? names[i].name : more_names[i - NAMES];
}

void keycode_name(keycode key, char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].key == key) {
            snprintf(name, KEY_NAME, "%s", names[i].name);
            return;
        }
    }
    if (key >= KEYS_F1 && key < KEYS_F1 + 12) {
        snprintf(name, KEY_NAME, "F%u", key - KEYS_F1 + 1);
    } else if (key < ' ') {
        snprintf(name, KEY_NAME, "Ctrl-%c", (char)(key + '@'));
    } else if (key <= 0x10FFFF) {
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t length = utf8proc_encode_char((utf8proc_int32_t)key, bytes);
        snprintf(name, KEY_NAME, "%.*s", (int)length, (const char *)bytes);
    } else {
        name[0] = '\0';
    }
}

static keycode parse_f_key(const char *name, size_t length)
{
    unsigned number = 0;
    char rest = '\0';
    char text[KEY_NAME] = "";
    if (length >= sizeof text) {
        return KEY_NONE;
    }
    memcpy(text, name, length);
    if (sscanf(text, "F%2u%c", &number, &rest) != 1 || number < 1 || number > 12) {
        return KEY_NONE;
    }
    return KEYS_F1 + number - 1;
}

keycode keycode_parse(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i].name) == length && memcmp(names[i].name, name, length) == 0) {
            return names[i].key;
        }
    }
    if (length == 6 && memcmp(name, "Ctrl-", 5) == 0 && name[5] >= '@' && name[5] <= '_') {
        return (keycode)(name[5] - '@');
    }
    utf8proc_int32_t code;
    utf8proc_ssize_t used =
        utf8proc_iterate((const utf8proc_uint8_t *)name, (utf8proc_ssize_t)length, &code);
    if (used > 0 && (size_t)used == length) {
        return code > ' ' ? (keycode)code : KEY_NONE;
    }
    return parse_f_key(name, length);
}

/* The next word of a list separated by spaces, from *text on; false at its end. */
static bool next_word(const char **text, size_t *length)
{
    *text += strspn(*text, " ");
    *length = strcspn(*text, " ");
    return *length > 0;
}

static bool bind(struct keymap *keymap, keycode key, enum action action)
{
    if (keymap->n == KEYMAP_MAX) {
        return false;
    }
    keymap->bindings[keymap->n++] = (struct binding){key, action};
    return true;
}

void keymap_init(struct keymap *keymap)
{
    keymap->n = 0;
    for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
        const char *word = action_info((enum action)action)->keys;
        for (size_t length; next_word(&word, &length); word += length) {
            bind(keymap, keycode_parse(word, length), (enum action)action);
        }
    }
}

/* Removes the bindings of a key, or, with KEY_NONE, those of an action. */
static void unbind(struct keymap *keymap, keycode key, enum action action)
{
    size_t kept = 0;
    for (size_t i = 0; i < keymap->n; i++) {
        const struct binding *binding = &keymap->bindings[i];
        if (key == KEY_NONE ? binding->action != action : binding->key != key) {
            keymap->bindings[kept++] = *binding;
        }
    }
    keymap->n = kept;
}

bool keymap_set(struct keymap *keymap, enum action action, const char *keys,
                struct status *status)
{
    size_t length;
    for (const char *word = keys; next_word(&word, &length); word += length) {
        if (keycode_parse(word, length) == KEY_NONE) {
            return status_set(status, STATUS_USAGE, "'%.*s' is no key", (int)length, word);
        }
    }
    unbind(keymap, KEY_NONE, action);
    for (const char *word = keys; next_word(&word, &length); word += length) {
        keycode key = keycode_parse(word, length);
        unbind(keymap, key, action);
        bind(keymap, key, action);
    }
    return true;
}

bool keymap_add(struct keymap *keymap, enum action action, keycode key)
{
    unbind(keymap, key, action);
    return bind(keymap, key, action);
}

enum action keymap_action(const struct keymap *keymap, keycode key, unsigned contexts)
{
    for (size_t i = 0; i < keymap->n; i++) {
        const struct binding *binding = &keymap->bindings[i];
        if (binding->key == key &&
            (action_info(binding->action)->context & (contexts | CONTEXT_ANY)) != 0) {
            return binding->action;
        }
    }
    return ACTION_NONE;
}

void keymap_key(const struct keymap *keymap, enum action action, char *name)
{
    name[0] = '\0';
    for (size_t i = 0; i < keymap->n; i++) {
        if (keymap->bindings[i].action == action) {
            keycode_name(keymap->bindings[i].key, name);
            return;
        }
    }
}

void keymap_keys(const struct keymap *keymap, enum action action, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < keymap->n; i++) {
        char name[KEY_NAME];
        if (keymap->bindings[i].action != action) {
            continue;
        }
        keycode_name(keymap->bindings[i].key, name);
        if (length + strlen(name) + 2 > size) {
            return;
        }
        length +=
            (size_t)snprintf(text + length, size - length, "%s%s", length > 0 ? " " : "", name);
    }
}
