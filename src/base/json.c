#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "base/text.h"

void json_bytes(cJSON *object, const char *key, const char *bytes, size_t length)
{
    char *text = object != NULL ? text_utf8(bytes, length, NULL) : NULL;
    if (text != NULL) {
        cJSON_AddStringToObject(object, key, text);
    }
    free(text);
}

void json_text(cJSON *object, const char *key, const char *value)
{
    json_bytes(object, key, value, strlen(value));
}

static cJSON *number(double value)
{
    return isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull();
}

void json_number(cJSON *object, const char *key, double value)
{
    if (object != NULL) {
        cJSON_AddItemToObject(object, key, number(value));
    }
}

void json_count(cJSON *object, const char *key, size_t value)
{
    json_number(object, key, (double)value);
}

void json_numbers(cJSON *object, const char *key, const double *values, size_t n)
{
    cJSON *array = json_array(object, key);
    for (size_t i = 0; array != NULL && i < n; i++) {
        cJSON_AddItemToArray(array, number(values[i]));
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

void json_item_text(cJSON *array, const char *value)
{
    char *text = array != NULL ? text_utf8(value, strlen(value), NULL) : NULL;
    if (text != NULL) {
        cJSON_AddItemToArray(array, cJSON_CreateString(text));
    }
    free(text);
}

cJSON *json_item(cJSON *array)
{
    cJSON *object = array != NULL ? cJSON_CreateObject() : NULL;
    if (object != NULL && !cJSON_AddItemToArray(array, object)) {
        cJSON_Delete(object);
        return NULL;
    }
    return object;
}

static void add_value(cJSON *object, const char *key, const struct key_value *value)
{
    switch (value->kind) {
    case VALUE_NUMBER: json_number(object, key, value->number); break;
    case VALUE_TEXT: json_text(object, key, value->text); break;
    case VALUE_BOOL: json_bool(object, key, value->number != 0); break;
    case VALUE_NUMBERS: json_numbers(object, key, value->numbers, value->n_numbers); break;
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
 * It escapes controls below U+0020, but not DEL and C1, which a terminal might obey: a byte of
 * text (C2 80 is U+0080) becomes six at most. */
static void respace(char *out, const char *text)
{
    bool quoted = false, line_start = false;
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)text[0], next = (unsigned char)text[1];
        if (byte == '"') {
            quoted = !quoted;
        } else if (quoted && byte == '\\') {
            *out++ = *text++;
        } else if (byte == 0x7F || (byte == 0xC2 && next <= 0x9F)) {
            out += sprintf(out, "\\u%04x", byte == 0x7F ? 0x7Fu : (unsigned)next);
            text += byte != 0x7F;
            continue;
        }
        if (byte == '\t' && !quoted) {
            *out++ = ' ';
            if (line_start) {
                *out++ = ' ';
            }
            continue;
        }
        line_start = byte == '\n';
        *out++ = *text;
    }
    *out = '\0';
}

char *json_print(const cJSON *root, struct status *status)
{
    char *text = root != NULL ? cJSON_Print(root) : NULL;
    char *spaced = text != NULL ? mem_new(strlen(text) + 1, 6, "JSON", status) : NULL;
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
