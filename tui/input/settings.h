/* settings: how the user wants the screen: keys, glyphs, colours, mouse, K. Read from a JSON
 * file once, before the screen; changed by actions; written by `:config FILE`.
 *
 *     {"keys": {"open": ["Enter", "o"]}, "glyphs": "ascii", "color": "never",
 *      "colors": {"bad": "red", "dim": 244}, "mouse": true, "k": 50,
 *      "by": "episode", "gap": 2, "reasons": ["backup", "scanner"], "columns": "verdict rank
 * user failed_events why", "filter": "-kind:service"}
 *
 * What is wrong in a file is a remark that names the place ("keys.open[1]: 'Ctrl-Foo' is no
 * key"), and the default stands for it; the rest of the file counts.
 */
#ifndef ODDHOURS_TUI_SETTINGS_H
#define ODDHOURS_TUI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "terminal/glyphs.h"
#include "keys/keymap.h"
#include "screen/log.h"
#include "screen/session.h"
#include "terminal/palette.h"

enum { SETTINGS_DEFAULT_K = 100, SETTINGS_BYTES = 65536, SETTINGS_REMARKS = 40 };
enum { SETTINGS_COLUMNS = 512 };

struct settings {
    struct keymap keymap;
    bool glyphs_chosen; /* else the best that the terminal can show */
    enum glyph_set glyphs;
    enum color_mode color;
    struct palette palette;
    bool mouse;
    size_t k;
    bool by_episode;
    double gap; /* hours, of episodes */
    struct verdict_reasons reasons;
    char columns[SETTINGS_COLUMNS]; /* of the top list; checked when there is a table */
    char filter[SETTINGS_COLUMNS];  /* that every filter is together with; "": none */
};

/* What there is to say of a file; those beyond SETTINGS_REMARKS are only counted. */
struct settings_remarks {
    size_t n, errors; /* of all kinds; of LOG_ERROR */
    size_t known;     /* settings that the text has, right or wrong */
    struct settings_remark {
        enum log_kind kind;
        char text[LOG_TEXT];
    } list[SETTINGS_REMARKS];
};

/* The defaults. */
void settings_init(struct settings *settings);

/* Changes what the text says; `remarks` starts as {0}. Any bytes will do. */
void settings_parse(struct settings *settings, const char *bytes, size_t length,
                    struct settings_remarks *remarks);

/* The same for a file of at most SETTINGS_BYTES. False with STATUS_IO when it cannot be read;
 * `*missing` says whether there is none. */
bool settings_load(struct settings *settings, const char *path,
                   struct settings_remarks *remarks, bool *missing, struct status *status);

/* $XDG_CONFIG_HOME/oddhours/config.json, else $HOME/.config/...; freed with free(). NULL when
 * neither is set. */
char *settings_default_path(void);

/* All of it as JSON with a newline at its end, such that reading it gives the same; freed with
 * free(). */
char *settings_text(const struct settings *settings, struct status *status);

#endif
