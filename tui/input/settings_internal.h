/* settings_internal: what the files that read a configuration share. */
#ifndef ODDHOURS_TUI_SETTINGS_INTERNAL_H
#define ODDHOURS_TUI_SETTINGS_INTERNAL_H

#include <cjson/cJSON.h>

#include "input/settings.h"

/* The place of a value in the file ("keys.open[1]") as the remarks name it. */
enum { PLACE = 128, SHOWN_NAME = 60 };

void settings_remark(struct settings_remarks *remarks, enum log_kind kind, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

/* "a number", "a list" ... of a value that should be something else. */
const char *settings_kind(const cJSON *value);

/* Whether nothing more would be kept: then looking for the nearest word is no use. */
bool settings_remarks_full(const struct settings_remarks *remarks);

/* "PLACE: there is no 'NAME'; did you mean 'NEAREST'?" `known(i)` gives the words, then NULL.
 */
void settings_unknown(struct settings_remarks *remarks, const char *place, const char *what,
                      const char *name, const char *(*known)(int i));

/* The object "keys". */
void settings_keys(struct settings *settings, const cJSON *keys,
                   struct settings_remarks *remarks);

#endif
