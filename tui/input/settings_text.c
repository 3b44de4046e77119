/* Writing a configuration: all of it, so that it shows what there is to change. */
#include "input/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static void add_keys(cJSON *keys, const struct keymap *keymap)
{
    for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
        cJSON *list = json_array(keys, action_info((enum action)action)->name);
        for (size_t i = 0; i < keymap->n; i++) {
            char name[KEY_NAME];
            if (keymap->bindings[i].action == (enum action)action) {
                keycode_name(keymap->bindings[i].key, name);
                json_item_text(list, name);
            }
        }
    }
}

static void add_colors(cJSON *colors, const struct palette *palette)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        char name[COLOR_NAME];
        short color = palette->rich[role];
        palette_color_name(color, name);
        if (color >= 16) {
            json_number(colors, palette_role_name((enum role)role), color);
        } else {
            json_text(colors, palette_role_name((enum role)role), name);
        }
    }
}

char *settings_text(const struct settings *settings, struct status *status)
{
    cJSON *root = cJSON_CreateObject();
    add_keys(json_object(root, "keys"), &settings->keymap);
    json_text(root, "glyphs",
              settings->glyphs_chosen ? glyphs_get(settings->glyphs)->name : "auto");
    json_text(root, "color", color_mode_name(settings->color));
    add_colors(json_object(root, "colors"), &settings->palette);
    json_bool(root, "mouse", settings->mouse);
    json_number(root, "k", (double)settings->k);
    json_text(root, "by", settings->by_episode ? "episode" : "row");
    json_number(root, "gap", settings->gap);
    cJSON *reasons = json_array(root, "reasons");
    for (size_t i = 0; i < settings->reasons.n; i++) {
        json_item_text(reasons, settings->reasons.of[i]);
    }
    json_text(root, "columns", settings->columns);
    json_text(root, "filter", settings->filter);
    char *text = json_print(root, status);
    cJSON_Delete(root);
    return text;
}
