#include "run/json.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "base/outfile.h"

void json_bytes(cJSON *object, const char *key, const char *bytes, size_t length)
{
    /* A byte becomes at most three: U+FFFD. */
    char *text = length < SIZE_MAX / 3 ? mem_new(3 * length + 1, 1, "a text", NULL) : NULL;
    if (object == NULL || text == NULL) {
        free(text);
        return;
    }
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)bytes + i,
                                                 (utf8proc_ssize_t)(length - i), &code);
        if (step <= 0 || code == 0) {
            memcpy(text + used, "\xEF\xBF\xBD", 3);
            used += 3;
            i++;
        } else {
            memcpy(text + used, bytes + i, (size_t)step);
            used += (size_t)step;
            i += (size_t)step;
        }
    }
    text[used] = '\0';
    cJSON_AddStringToObject(object, key, text);
    free(text);
}

void json_text(cJSON *object, const char *key, const char *value)
{
    json_bytes(object, key, value, strlen(value));
}

void json_number(cJSON *object, const char *key, double value)
{
    if (object == NULL) {
        return;
    }
    if (!isfinite(value)) {
        cJSON_AddNullToObject(object, key);
    } else {
        cJSON_AddNumberToObject(object, key, value);
    }
}

void json_bool(cJSON *object, const char *key, bool value)
{
    if (object != NULL) {
        cJSON_AddBoolToObject(object, key, value);
    }
}

cJSON *json_object(cJSON *object, const char *key)
{
    return object != NULL ? cJSON_AddObjectToObject(object, key) : NULL;
}

cJSON *json_array(cJSON *object, const char *key)
{
    return object != NULL ? cJSON_AddArrayToObject(object, key) : NULL;
}

static void add_value(cJSON *object, const char *key, const struct key_value *value)
{
    switch (value->kind) {
    case VALUE_NUMBER: json_number(object, key, value->number); break;
    case VALUE_TEXT: json_text(object, key, value->text); break;
    case VALUE_BOOL: json_bool(object, key, value->number != 0); break;
    case VALUE_NUMBERS: {
        cJSON *array = json_array(object, key);
        for (size_t i = 0; array != NULL && i < value->n_numbers; i++) {
            double number = value->numbers[i];
            cJSON_AddItemToArray(array, isfinite(number) ? cJSON_CreateNumber(number)
                                                         : cJSON_CreateNull());
        }
        break;
    }
    }
}

void json_key_values(cJSON *object, const struct key_values *values)
{
    for (size_t i = 0; i < values->n; i++) {
        const char *key = values->list[i].key;
        cJSON *inner = object;
        for (const char *dot = strchr(key, '.'); dot != NULL; dot = strchr(key, '.')) {
            char name[64];
            snprintf(name, sizeof name, "%.*s", (int)(dot - key), key);
            cJSON *next = cJSON_GetObjectItemCaseSensitive(inner, name);
            inner = next != NULL ? next : json_object(inner, name);
            key = dot + 1;
        }
        add_value(inner, key, &values->list[i]);
    }
}

/* cJSON indents with tabs and puts a tab after a colon; the notebook's files have two spaces.
 */
static void respace(char *out, const char *text)
{
    bool quoted = false, line_start = false;
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            quoted = !quoted;
        } else if (quoted && *text == '\\') {
            *out++ = *text++;
        }
        if (*text == '\t' && !quoted) {
            *out++ = ' ';
            if (line_start) {
                *out++ = ' ';
            }
            continue;
        }
        line_start = *text == '\n';
        *out++ = *text;
    }
    *out = '\0';
}

char *json_print(const cJSON *root, struct status *status)
{
    char *text = root != NULL ? cJSON_Print(root) : NULL;
    char *spaced = text != NULL ? mem_new(2 * strlen(text) + 1, 1, "JSON", status) : NULL;
    if (spaced != NULL) {
        respace(spaced, text);
    } else {
        status_nomem(status, 0, "JSON");
    }
    cJSON_free(text);
    return spaced;
}

bool json_write(cJSON *root, const char *path, struct status *status)
{
    char *text = json_print(root, status);
    cJSON_Delete(root);
    if (text == NULL) {
        return false;
    }
    struct outfile *file = outfile_open(path, status);
    bool good = file != NULL;
    if (good) {
        outfile_write(file, text, strlen(text));
        outfile_write(file, "\n", 1);
        good = outfile_commit(file, status);
    }
    free(text);
    return good;
}
