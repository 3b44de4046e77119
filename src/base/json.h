/* json: building JSON, with running out of memory remembered instead of checked at each step.
 */
#ifndef ODDHOURS_BASE_JSON_H
#define ODDHOURS_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/key_values.h"
#include "base/status.h"

/* Each adds to `object` (NULL is fine: nothing happens). Text of any bytes is made valid UTF-8:
 * bytes that are not become U+FFFD. Not-a-number and infinite become null. */
void json_text(cJSON *object, const char *key, const char *value);
void json_bytes(cJSON *object, const char *key, const char *bytes, size_t length);
void json_number(cJSON *object, const char *key, double value);
void json_count(cJSON *object, const char *key, size_t value);
void json_numbers(cJSON *object, const char *key, const double *values, size_t n);
void json_bool(cJSON *object, const char *key, bool value);
cJSON *json_object(cJSON *object, const char *key);
cJSON *json_array(cJSON *object, const char *key);

/* Each adds to the end of `array`. */
void json_item_text(cJSON *array, const char *value);
cJSON *json_item(cJSON *array); /* an object */

/* Keys and values as members of `object`, nested by the dots of their keys. */
void json_key_values(cJSON *object, const struct key_values *values);

/* Writes `take_root` to `path` ("-": standard output), indented, with a newline at the end. */
bool json_write(cJSON *take_root, const char *path, struct status *status);

/* The text of `root`, indented by two spaces, numbers with the digits that read back the same,
 * no control in any text; the caller frees it. NULL when memory ran out. */
char *json_print(const cJSON *root, struct status *status);

#endif
