/* fuzz_settings: whatever the configuration file holds, what comes of it is a whole
 * configuration, a key means one thing, and written and read again it is the same without a
 * remark. */
#include <stdlib.h>
#include <string.h>

#include "input/settings.h"
#include "fuzz/fuzz.h"

static void must(int good)
{
    if (!good) {
        abort();
    }
}

static void check(const struct settings *settings)
{
    must(settings->k >= 1 && settings->keymap.n <= KEYMAP_MAX);
    must(settings->glyphs <= GLYPHS_ASCII && settings->color <= COLOR_NEVER);
    bool way_out = false;
    for (size_t i = 0; i < settings->keymap.n; i++) {
        const struct binding *one = &settings->keymap.bindings[i];
        must(one->key != KEY_NONE && one->action > ACTION_NONE && one->action < ACTION_COUNT);
        way_out |= one->action == ACTION_CANCEL || one->action == ACTION_QUIT ||
                   one->action == ACTION_CLOSE || one->action == ACTION_COMMAND;
        for (size_t k = 0; k < i; k++) {
            must(settings->keymap.bindings[k].key != one->key);
        }
    }
    must(way_out);
    for (int role = 0; role < ROLE_COUNT; role++) {
        must(settings->palette.rich[role] >= -1 && settings->palette.rich[role] < 256);
        must(settings->palette.plain[role] >= -1 && settings->palette.plain[role] < 8);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct settings settings, again;
    struct settings_remarks *remarks = calloc(2, sizeof *remarks), *none = remarks + 1;
    must(remarks != NULL);
    settings_init(&settings);
    settings_parse(&settings, (const char *)data, size, remarks);
    for (size_t i = 0; i < remarks->n && i < SETTINGS_REMARKS; i++) {
        must(remarks->list[i].text[0] != '\0');
        must(memchr(remarks->list[i].text, '\0', sizeof remarks->list[i].text) != NULL);
    }
    check(&settings);
    char *text = settings_text(&settings, NULL);
    must(text != NULL);
    settings_init(&again);
    settings_parse(&again, text, strlen(text), none);
    must(none->errors == 0);
    check(&again);
    char *same = settings_text(&again, NULL);
    must(same != NULL && strcmp(text, same) == 0);
    must(memcmp(&settings.palette, &again.palette, sizeof settings.palette) == 0);
    free(same);
    free(text);
    free(remarks);
    return 0;
}
