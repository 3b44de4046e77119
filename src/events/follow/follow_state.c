#include "events/follow/follow_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/paths.h"

enum { VERSION = 1, STATE_MAX = 16 << 20 };

bool follow_state_init(struct follow_state *state, const char *directory, const char *log,
                       struct status *status)
{
    *state = (struct follow_state){.latest = INT64_MIN, .closed = INT64_MIN};
    state->directory = mem_text(directory, strlen(directory), status);
    state->log = mem_text(log, strlen(log), status);
    return state->directory != NULL && state->log != NULL;
}

void follow_state_clear(struct follow_state *state)
{
    free(state->directory);
    free(state->log);
    free(state->format);
    free(state->header);
    *state = (struct follow_state){.log = NULL};
}

static bool set(char **to, const char *bytes, size_t length, struct status *status)
{
    char *text = mem_text(bytes, length, status);
    if (text != NULL) {
        free(*to);
        *to = text;
    }
    return text != NULL;
}

bool follow_state_format(struct follow_state *state, const char *name, struct status *status)
{
    return set(&state->format, name, strlen(name), status);
}

bool follow_state_header(struct follow_state *state, struct span line, struct status *status)
{
    return set(&state->header, line.bytes, line.length, status);
}

/* ---- numbers, which JSON has 53 bits of: as texts ---- */

static void put(cJSON *json, const char *key, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    json_text(json, key, text);
}

static bool get(const cJSON *json, const char *key, uint64_t *value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    char *end = NULL;
    if (!cJSON_IsString(item) || item->valuestring[0] < '0' || item->valuestring[0] > '9') {
        return false;
    }
    errno = 0;
    *value = strtoull(item->valuestring, &end, 10);
    return errno == 0 && *end == '\0';
}

struct number {
    const char *key;
    size_t at; /* in struct follow_state */
};

#define NUMBER(name)                                                                           \
    {                                                                                          \
#name, offsetof(struct follow_state, name)                                             \
    }
static const struct number numbers[] = {
    NUMBER(rows),       NUMBER(table_bytes), NUMBER(told),   NUMBER(generation),
    NUMBER(open_bytes), NUMBER(lines),       NUMBER(late),   NUMBER(left_out),
    NUMBER(rejected),   NUMBER(latest),      NUMBER(closed), NUMBER(arrived)};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* ---- the file ---- */

bool follow_state_write(const struct follow_state *state, const struct tail_places *places,
                        struct status *status)
{
    cJSON *json = cJSON_CreateObject();
    put(json, "version", VERSION);
    json_text(json, "log", state->log);
    if (state->format != NULL) {
        json_text(json, "format", state->format);
    }
    if (state->header != NULL) {
        json_text(json, "header", state->header);
    }
    for (size_t i = 0; i < NUMBERS; i++) {
        uint64_t value; /* times keep their bits */
        memcpy(&value, (const char *)state + numbers[i].at, sizeof value);
        put(json, numbers[i].key, value);
    }
    cJSON *files = json_array(json, "files");
    for (size_t i = 0; i < places->n; i++) {
        const struct tail_place *place = &places->list[i];
        cJSON *one = json_item(files);
        put(one, "device", place->device);
        put(one, "inode", place->inode);
        put(one, "offset", place->offset);
        put(one, "head_length", place->head_length);
        put(one, "head", place->head);
    }
    char *path = paths_join(state->directory, "state.json", status);
    if (path == NULL) {
        cJSON_Delete(json);
        return false;
    }
    bool good = json_write(json, path, status);
    free(path);
    return good;
}

static char *read_text(const char *path, bool *there, struct status *status)
{
    FILE *file = fopen(path, "re");
    *there = file != NULL || errno != ENOENT;
    if (file == NULL) {
        if (*there) {
            status_set(status, STATUS_IO, "%.300s: %s", path, strerror(errno));
        }
        return NULL;
    }
    char *text = NULL;
    size_t length = 0, capacity = 0, got = 1;
    while (got > 0 && length < STATE_MAX) {
        if (!mem_grow(&text, &capacity, length + 65536, 1, "a state", status)) {
            break;
        }
        got = fread(text + length, 1, 65535, file);
        length += got;
    }
    bool good = got == 0 && ferror(file) == 0;
    fclose(file);
    if (!good) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    return text;
}

static bool get_place(const cJSON *one, struct tail_places *places, struct status *status)
{
    struct tail_place place;
    if (!get(one, "device", &place.device) || !get(one, "inode", &place.inode) ||
        !get(one, "offset", &place.offset) || !get(one, "head_length", &place.head_length) ||
        !get(one, "head", &place.head) || place.head_length > place.offset ||
        place.head_length > 1024) {
        return false;
    }
    if (!mem_grow(&places->list, &places->capacity, places->n + 1, sizeof place,
                  "files of a log", status)) {
        return false;
    }
    places->list[places->n++] = place;
    return true;
}

static const char *text_of(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static bool get_all(struct follow_state *state, struct tail_places *places, const cJSON *json,
                    struct status *status)
{
    const char *log = text_of(json, "log"), *format = text_of(json, "format"),
               *header = text_of(json, "header");
    uint64_t version, value;
    if (!get(json, "version", &version) || version != VERSION || log == NULL) {
        return false;
    }
    if (strcmp(log, state->log) != 0) {
        return status_set(status, STATUS_USAGE,
                          "%.200s has the state of another log, %.200s: name another directory",
                          state->directory, log);
    }
    if ((format != NULL && !follow_state_format(state, format, status)) ||
        (header != NULL && !set(&state->header, header, strlen(header), status))) {
        return false;
    }
    for (size_t i = 0; i < NUMBERS; i++) {
        if (!get(json, numbers[i].key, &value)) {
            return false;
        }
        memcpy((char *)state + numbers[i].at, &value, sizeof value);
    }
    places->n = 0;
    const cJSON *one, *files = cJSON_GetObjectItemCaseSensitive(json, "files");
    cJSON_ArrayForEach(one, files)
    {
        if (!get_place(one, places, status)) {
            return false;
        }
    }
    return state->told <= state->rows;
}

bool follow_state_read(struct follow_state *state, struct tail_places *places,
                       struct status *status)
{
    char *path = paths_join(state->directory, "state.json", status);
    bool there = true;
    char *text = path != NULL ? read_text(path, &there, status) : NULL;
    if (!there) { /* nothing has been kept */
        state->rows = state->table_bytes = state->told = state->open_bytes = 0;
        state->lines = state->late = state->left_out = state->rejected = 0;
        state->latest = state->closed = INT64_MIN;
        places->n = 0;
        free(path);
        return true;
    }
    cJSON *json = text != NULL ? cJSON_Parse(text) : NULL;
    struct status problem = {0};
    bool good = json != NULL && get_all(state, places, json, &problem);
    if (!good && problem.code != STATUS_OK) {
        *status = problem;
    } else if (!good && text != NULL) {
        status_set(status, STATUS_INPUT, "%.300s makes no sense: remove it to begin anew",
                   path);
    }
    cJSON_Delete(json);
    free(text);
    free(path);
    return good;
}
