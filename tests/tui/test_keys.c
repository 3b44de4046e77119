/* Actions, keys, and the prompt that runs them by name. */
#include <string.h>

#include "keys/actions.h"
#include "keys/keymap.h"
#include "input/prompt.h"
#include "unit/test.h"

static void every_action_is_complete(void **state)
{
    (void)state;
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_info *info = action_info((enum action)i);
        assert_true(strlen(info->name) > 0 && strlen(info->help) > 0);
        assert_int_equal(strcspn(info->name, " \t"), strlen(info->name));
        assert_int_equal(action_find(info->name, strlen(info->name)), i);
        assert_true(info->keys[0] != '\0' || info->argument[0] != '\0' ||
                    strcmp(info->name, "clear-filter") == 0 ||
                    strcmp(info->name, "versions") == 0 || strcmp(info->name, "filters") == 0 ||
                    strcmp(info->name, "users") == 0 || strcmp(info->name, "rules") == 0);
    }
    assert_int_equal(action_find("nothing", 7), ACTION_NONE);
    assert_int_equal(action_find("quitter", 4), ACTION_QUIT);
}

static void every_default_key_is_a_key_and_has_one_action(void **state)
{
    (void)state;
    struct keymap keymap;
    keymap_init(&keymap);
    assert_true(keymap.n > 60);
    for (size_t i = 0; i < keymap.n; i++) {
        assert_true(keymap.bindings[i].key != KEY_NONE);
        for (size_t j = 0; j < i; j++) {
            if (keymap.bindings[i].key == keymap.bindings[j].key) {
                fail_msg("%s and %s have the same key",
                         action_info(keymap.bindings[i].action)->name,
                         action_info(keymap.bindings[j].action)->name);
            }
        }
    }
}

static void names_of_keys_come_back(void **state)
{
    (void)state;
    static const char *const names[] = {"j",   "Ctrl-D", "PgDn",  "Space", "F1",
                                        "F12", "Esc",    "Enter", "Tab",   "&",
                                        "é",   "S-Tab",  "+"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[KEY_NAME];
        keycode key = keycode_parse(names[i], strlen(names[i]));
        assert_true(key != KEY_NONE);
        keycode_name(key, name);
        assert_string_equal(name, names[i]);
    }
    static const char *const wrong[] = {"",    "jj", "Ctrl-",  "Ctrl-d",
                                        "F13", "F0", "PgDown", "\xff"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(keycode_parse(wrong[i], strlen(wrong[i])), KEY_NONE);
    }
    assert_int_equal(keycode_parse("Ctrl-C", 6), 3);
}

static void contexts_decide(void **state)
{
    (void)state;
    struct keymap keymap;
    keymap_init(&keymap);
    assert_int_equal(keymap_action(&keymap, 't', CONTEXT_REVIEW), ACTION_TRUE_POSITIVE);
    assert_int_equal(keymap_action(&keymap, 't', CONTEXT_MOVE), ACTION_NONE);
    assert_int_equal(keymap_action(&keymap, 'Q', 0), ACTION_QUIT);
}

static void users_change_keys(void **state)
{
    (void)state;
    struct keymap keymap;
    struct status status = {0};
    char text[64];
    keymap_init(&keymap);
    assert_true(keymap_set(&keymap, ACTION_WHY, "j F5", &status));
    assert_int_equal(keymap_action(&keymap, 'j', CONTEXT_MOVE | CONTEXT_ROWS), ACTION_WHY);
    assert_int_equal(keymap_action(&keymap, 'w', CONTEXT_ROWS), ACTION_NONE);
    keymap_keys(&keymap, ACTION_DOWN, text, sizeof text);
    assert_string_equal(text, "Down");
    keymap_keys(&keymap, ACTION_WHY, text, sizeof text);
    assert_string_equal(text, "j F5");
    assert_false(keymap_set(&keymap, ACTION_WHY, "w PgDown", &status));
    assert_non_null(strstr(status.text, "PgDown"));
    keymap_keys(&keymap, ACTION_WHY, text, sizeof text);
    assert_string_equal(text, "j F5"); /* as it was */
    assert_true(keymap_set(&keymap, ACTION_WHY, "", &status));
    keymap_keys(&keymap, ACTION_WHY, text, sizeof text);
    assert_string_equal(text, "");
}

static void type(struct prompt *prompt, const char *text)
{
    for (; *text != '\0'; text++) {
        assert_int_equal(prompt_key(prompt, (keycode)*text), PROMPT_EDITED);
    }
}

static void the_palette_completes(void **state)
{
    (void)state;
    struct prompt prompt = {0};
    prompt_open(&prompt, PROMPT_COMMAND, ":", NULL);
    assert_int_equal(prompt.n_choices, PROMPT_CHOICES);
    assert_int_equal(prompt.n_matching, ACTION_COUNT - 1);
    type(&prompt, "screen");
    assert_int_equal(prompt.choices[0], ACTION_SCREENSHOT);
    assert_int_equal(prompt_key(&prompt, KEYS_TAB), PROMPT_EDITED);
    assert_string_equal(prompt.edit.text, "screenshot ");
    type(&prompt, "x");
    assert_int_equal(prompt.n_choices, 1); /* what it takes stays in sight */
    assert_int_equal(prompt_key(&prompt, KEYS_ENTER), PROMPT_ACCEPTED);
    prompt_close(&prompt);
    prompt_open(&prompt, PROMPT_COMMAND, ":", NULL);
    type(&prompt, "page");
    prompt_key(&prompt, KEYS_DOWN);
    prompt_key(&prompt, KEYS_DOWN);
    assert_int_equal(prompt_key(&prompt, KEYS_ENTER), PROMPT_ACCEPTED);
    assert_string_equal(prompt.edit.text, "page-down");
    prompt_close(&prompt);
    prompt_free(&prompt);
}

static void what_was_typed_is_recalled(void **state)
{
    (void)state;
    struct prompt prompt = {0};
    prompt_open(&prompt, PROMPT_SEARCH, "/", NULL);
    type(&prompt, "U66");
    prompt_close(&prompt);
    prompt_open(&prompt, PROMPT_FILTER, "&", NULL);
    type(&prompt, "day:3");
    prompt_close(&prompt);
    prompt_open(&prompt, PROMPT_SEARCH, "/", NULL);
    prompt_key(&prompt, KEYS_UP);
    assert_string_equal(prompt.edit.text, "U66"); /* only of its own kind */
    prompt_key(&prompt, KEYS_UP);
    assert_string_equal(prompt.edit.text, "U66");
    prompt_key(&prompt, KEYS_DOWN);
    assert_string_equal(prompt.edit.text, "");
    assert_int_equal(prompt_key(&prompt, KEYS_BACKSPACE), PROMPT_ABANDONED);
    prompt_close(&prompt);
    prompt_free(&prompt);
}

static void only_the_right_key_confirms(void **state)
{
    (void)state;
    struct prompt prompt = {0};
    prompt_open(&prompt, PROMPT_CONFIRM, "Sure?", NULL);
    prompt.yes = 'y';
    assert_int_equal(prompt_key(&prompt, 'q'), PROMPT_ABANDONED);
    assert_int_equal(prompt_key(&prompt, KEYS_ENTER), PROMPT_ABANDONED);
    assert_int_equal(prompt_key(&prompt, 'y'), PROMPT_ACCEPTED);
    prompt_free(&prompt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_is_complete),
        cmocka_unit_test(every_default_key_is_a_key_and_has_one_action),
        cmocka_unit_test(names_of_keys_come_back),
        cmocka_unit_test(contexts_decide),
        cmocka_unit_test(users_change_keys),
        cmocka_unit_test(the_palette_completes),
        cmocka_unit_test(what_was_typed_is_recalled),
        cmocka_unit_test(only_the_right_key_confirms),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
