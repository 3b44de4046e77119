#include "terminal/palette.h"

#include <stdio.h>
#include <string.h>

/* `rich` is chosen to be readable on light and dark backgrounds. */
static const struct {
    const char *name;
    short plain, rich;
} roles[ROLE_COUNT] = {
    [ROLE_TEXT] = {"text", COLOR_DEFAULT, COLOR_DEFAULT},
    [ROLE_DIM] = {"dim", COLOR_DEFAULT, 244},
    [ROLE_STRONG] = {"strong", COLOR_DEFAULT, COLOR_DEFAULT},
    [ROLE_TITLE] = {"title", 6, 67},
    [ROLE_KEY] = {"key", 6, 67},
    [ROLE_GOOD] = {"good", 2, 71},
    [ROLE_BAD] = {"bad", 1, 167},
    [ROLE_WARN] = {"warn", 3, 172},
    [ROLE_BAR] = {"bar", 4, 68},
    [ROLE_FLAGGED] = {"flagged", 1, 167},
    [ROLE_THRESHOLD] = {"threshold", 3, 172},
    [ROLE_SERIES_1] = {"series-1", 4, 68},
    [ROLE_SERIES_2] = {"series-2", 2, 71},
    [ROLE_SERIES_3] = {"series-3", 5, 133},
    [ROLE_SERIES_4] = {"series-4", 3, 172},
    [ROLE_HEAT_1] = {"heat-1", COLOR_DEFAULT, 244},
    [ROLE_HEAT_2] = {"heat-2", 4, 67},
    [ROLE_HEAT_3] = {"heat-3", 2, 71},
    [ROLE_HEAT_4] = {"heat-4", 3, 172},
    [ROLE_HEAT_5] = {"heat-5", 1, 167},
};

/* By number, then the terminal's own. */
static const char *const colors[] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white", "default",       NULL,
};

enum { NAMED = 16 };

static const char *const modes[COLOR_MODES] = {"auto", "always", "never"};

void palette_init(struct palette *palette)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        palette->rich[role] = roles[role].rich;
        palette->plain[role] = roles[role].plain;
    }
}

/* xterm's 6x6x6 cube from 16 on has the levels 0, 95, 135 ... 255; the ramp of greys from 232
 * on has no hue. */
static short plain_of(short color)
{
    if (color < 0 || color >= 232) {
        return COLOR_DEFAULT;
    }
    if (color < NAMED) {
        return (short)(color % 8);
    }
    int red = (color - 16) / 36, green = (color - 16) / 6 % 6, blue = (color - 16) % 6;
    int most = red > green ? red : green, least = red < green ? red : green;
    most = blue > most ? blue : most;
    least = blue < least ? blue : least;
    if (most == least) {
        return COLOR_DEFAULT;
    }
    /* A channel counts when it is nearer to the strongest than to the weakest. */
    int middle = most + least;
    return (short)((2 * red > middle) | (2 * green > middle) << 1 | (2 * blue > middle) << 2);
}

void palette_set(struct palette *palette, enum role role, short color)
{
    palette->rich[role] = color;
    palette->plain[role] = color == roles[role].rich ? roles[role].plain : plain_of(color);
}

const char *palette_role_name(enum role role)
{
    return roles[role].name;
}

void palette_color_name(short color, char *name)
{
    if (color < NAMED) {
        snprintf(name, COLOR_NAME, "%s", colors[color < 0 ? NAMED : color]);
    } else {
        snprintf(name, COLOR_NAME, "%d", color);
    }
}

bool palette_color_find(const char *name, short *color)
{
    for (short i = 0; colors[i] != NULL; i++) {
        if (strcmp(colors[i], name) == 0) {
            *color = i == NAMED ? COLOR_DEFAULT : i;
            return true;
        }
    }
    return false;
}

const char *palette_color_known(int i)
{
    return colors[i];
}

const char *color_mode_name(enum color_mode mode)
{
    return modes[mode];
}

bool color_mode_find(const char *name, enum color_mode *mode)
{
    for (int i = 0; i < COLOR_MODES; i++) {
        if (strcmp(modes[i], name) == 0) {
            *mode = (enum color_mode)i;
            return true;
        }
    }
    return false;
}
