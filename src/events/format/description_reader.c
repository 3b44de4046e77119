#include "events/format/description_reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/suggest.h"

bool reader_wrong(struct reader *reader, const char *format, ...)
{
    char why[300];
    va_list list;
    va_start(list, format);
    vsnprintf(why, sizeof why, format, list);
    va_end(list);
    return status_set(reader->status, STATUS_INPUT, "%.150s: %s%s%s", reader->title,
                      reader->where, reader->where[0] != '\0' ? ": " : "", why);
}

size_t reader_in(struct reader *reader, const char *key, size_t item)
{
    size_t before = strlen(reader->where);
    char *at = reader->where + before;
    size_t room = sizeof reader->where - before;
    if (key != NULL) {
        snprintf(at, room, "%s%.60s", before > 0 ? "." : "", key);
    } else {
        snprintf(at, room, "[%zu]", item + 1);
    }
    return before;
}

void reader_out(struct reader *reader, size_t before)
{
    reader->where[before] = '\0';
}

static const char *kind_of(const cJSON *value)
{
    return cJSON_IsObject(value)   ? "an object"
           : cJSON_IsArray(value)  ? "a list"
           : cJSON_IsString(value) ? "a text"
           : cJSON_IsNumber(value) ? "a number"
           : cJSON_IsBool(value)   ? "true or false"
                                   : "null";
}

static bool wants(struct reader *reader, const char *wanted, const cJSON *value)
{
    return reader_wrong(reader, "wants %s, not %s", wanted, kind_of(value));
}

static bool no_memory(struct reader *reader)
{
    return status_nomem(reader->status, 0, "a format");
}

bool reader_object(struct reader *reader, const cJSON *value, const char *const *keys)
{
    if (!cJSON_IsObject(value)) {
        return wants(reader, "an object", value);
    }
    for (const cJSON *member = value->child; member != NULL; member = member->next) {
        struct suggestion suggestion = {0};
        bool known = keys == NULL;
        for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
            suggest_consider(&suggestion, member->string, keys[i]);
            known = known || strcmp(member->string, keys[i]) == 0;
        }
        if (!known) {
            return reader_wrong(reader, "there is no key '%.60s'%s", member->string,
                                suggest_hint(suggestion.word, "'", "'").text);
        }
        for (const cJSON *other = member->next; other != NULL; other = other->next) {
            if (strcmp(other->string, member->string) == 0) {
                return reader_wrong(reader, "'%.60s' stands there twice", member->string);
            }
        }
    }
    return true;
}

void *reader_room(struct reader *reader, size_t n, size_t size)
{
    size_t bytes = n > 0 ? n * size : 1;
    void *room = arena_take(&reader->description->arena, bytes, "a format", reader->status);
    if (room != NULL) {
        memset(room, 0, bytes);
    }
    return room;
}

const cJSON *reader_get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static bool copy(struct reader *reader, const char *text, struct span *out)
{
    size_t length = strlen(text);
    char *room = reader_room(reader, length + RECORD_PADDING, 1);
    if (room == NULL) {
        return false;
    }
    memcpy(room, text, length);
    *out = (struct span){room, length};
    return true;
}

bool reader_scalar(struct reader *reader, const cJSON *value, struct span *text)
{
    char digits[40];
    if (cJSON_IsString(value)) {
        return copy(reader, value->valuestring, text);
    }
    if (cJSON_IsBool(value)) {
        return copy(reader, cJSON_IsTrue(value) ? "true" : "false", text);
    }
    if (!cJSON_IsNumber(value)) {
        return wants(reader, "a text, a number or true or false", value);
    }
    double number = value->valuedouble;
    snprintf(digits, sizeof digits,
             number == floor(number) && fabs(number) < 1e15 ? "%.0f" : "%g", number);
    return copy(reader, digits, text);
}

/* ---- one value ---- */

static bool read_text(struct reader *reader, const cJSON *value, struct span *text)
{
    if (!cJSON_IsString(value)) {
        return wants(reader, "a text", value);
    }
    return copy(reader, value->valuestring, text);
}

static bool read_path(struct reader *reader, const cJSON *value, struct record_path *path)
{
    struct span text;
    const char *problem;
    if (!read_text(reader, value, &text)) {
        return false;
    }
    return record_path_read(path, text, &problem) ||
           reader_wrong(reader, "'%.60s': %s", value->valuestring, problem);
}

static bool read_pattern(struct reader *reader, const cJSON *value, unsigned flags,
                         struct regex **pattern)
{
    struct log_description *description = reader->description;
    char problem[REGEX_PROBLEM];
    if (!cJSON_IsString(value)) {
        return wants(reader, "a regular expression", value);
    }
    if (!mem_grow(&description->regexes, &description->regex_capacity,
                  description->n_regexes + 1, sizeof(struct regex *), "a format",
                  reader->status)) {
        return false;
    }
    *pattern = regex_new((struct span){value->valuestring, strlen(value->valuestring)}, flags,
                         problem);
    if (*pattern == NULL) {
        return problem[0] == '\0' ? no_memory(reader)
                                  : reader_wrong(reader, "the pattern '%.60s': %s",
                                                 value->valuestring, problem);
    }
    description->regexes[description->n_regexes++] = *pattern;
    return true;
}

/* ---- values by key ---- */

typedef bool read_one(struct reader *reader, const cJSON *value, unsigned flags, void *out);

/* Reads the value of a key, or every item of it where it is a list, into an array of elements.
 */
static bool read_many(struct reader *reader, const cJSON *object, const char *key,
                      read_one *read, unsigned flags, size_t size, void **list, size_t *n)
{
    const cJSON *value = reader_get(object, key);
    if (value == NULL) {
        return true;
    }
    bool many = cJSON_IsArray(value);
    size_t count = many ? (size_t)cJSON_GetArraySize(value) : 1;
    size_t before = reader_in(reader, key, 0);
    char *room = reader_room(reader, count, size);
    bool good = room != NULL;
    if (good && count == 0) {
        good = reader_wrong(reader, "the list is empty");
    }
    const cJSON *item = many ? value->child : value;
    for (size_t i = 0; good && i < count; i++, item = item->next) {
        size_t inside = strlen(reader->where);
        if (many) {
            reader_in(reader, NULL, i);
        }
        good = read(reader, item, flags, room + i * size);
        reader_out(reader, inside);
    }
    *list = room;
    *n = good ? count : 0;
    reader_out(reader, before);
    return good;
}

static bool one_text(struct reader *reader, const cJSON *value, unsigned flags, void *out)
{
    (void)flags;
    return reader_scalar(reader, value, out);
}

static bool one_path(struct reader *reader, const cJSON *value, unsigned flags, void *out)
{
    (void)flags;
    return read_path(reader, value, out);
}

static bool one_pattern(struct reader *reader, const cJSON *value, unsigned flags, void *out)
{
    return read_pattern(reader, value, flags, out);
}

bool reader_texts(struct reader *reader, const cJSON *object, const char *key,
                  struct texts *texts)
{
    void *list = texts->list;
    bool good =
        read_many(reader, object, key, one_text, 0, sizeof *texts->list, &list, &texts->n);
    texts->list = list;
    return good;
}

bool reader_paths(struct reader *reader, const cJSON *object, const char *key,
                  struct paths *paths)
{
    void *list = paths->list;
    bool good =
        read_many(reader, object, key, one_path, 0, sizeof *paths->list, &list, &paths->n);
    paths->list = list;
    return good;
}

bool reader_patterns(struct reader *reader, const cJSON *object, const char *key,
                     unsigned flags, struct patterns *patterns)
{
    void *list = patterns->list;
    bool good = read_many(reader, object, key, one_pattern, flags, sizeof(struct regex *),
                          &list, &patterns->n);
    patterns->list = list;
    return good;
}

bool reader_text(struct reader *reader, const cJSON *object, const char *key, struct span *text)
{
    const cJSON *value = reader_get(object, key);
    size_t before = reader_in(reader, key, 0);
    bool good = value == NULL || read_text(reader, value, text);
    reader_out(reader, before);
    return good;
}

bool reader_bool(struct reader *reader, const cJSON *object, const char *key, bool *yes)
{
    const cJSON *value = reader_get(object, key);
    size_t before = reader_in(reader, key, 0);
    bool good = value == NULL || cJSON_IsBool(value) || wants(reader, "true or false", value);
    if (good && value != NULL) {
        *yes = cJSON_IsTrue(value);
    }
    reader_out(reader, before);
    return good;
}

bool reader_path(struct reader *reader, const cJSON *object, const char *key,
                 struct record_path *path)
{
    const cJSON *value = reader_get(object, key);
    size_t before = reader_in(reader, key, 0);
    bool good = value == NULL || read_path(reader, value, path);
    reader_out(reader, before);
    return good;
}

bool reader_pattern(struct reader *reader, const cJSON *object, const char *key, unsigned flags,
                    struct regex **pattern)
{
    const cJSON *value = reader_get(object, key);
    size_t before = reader_in(reader, key, 0);
    bool good = value == NULL || read_pattern(reader, value, flags, pattern);
    reader_out(reader, before);
    return good;
}

/* ---- conditions ---- */

static bool read_test(struct reader *reader, const cJSON *value, struct test *test)
{
    static const char *const keys[] = {"match", "not", "missing", "nonzero", NULL};
    if (!cJSON_IsObject(value)) {
        const bool many = cJSON_IsArray(value);
        test->kind = TEST_ANY;
        test->values.n = many ? (size_t)cJSON_GetArraySize(value) : 1;
        test->values.list = reader_room(reader, test->values.n, sizeof *test->values.list);
        bool good = test->values.list != NULL;
        const cJSON *item = many ? value->child : value;
        for (size_t i = 0; good && i < test->values.n; i++, item = item->next) {
            good = reader_scalar(reader, item, &test->values.list[i]);
        }
        return good && (test->values.n > 0 || reader_wrong(reader, "the list is empty"));
    }
    if (!reader_object(reader, value, keys)) {
        return false;
    }
    if (cJSON_GetArraySize(value) != 1) {
        return reader_wrong(reader, "a test has one of match, not, missing and nonzero");
    }
    const char *key = value->child->string;
    if (strcmp(key, "match") == 0) {
        test->kind = TEST_MATCH;
        return reader_pattern(reader, value, key, 0, &test->match);
    }
    if (strcmp(key, "not") == 0) {
        size_t before = reader_in(reader, key, 0);
        test->kind = TEST_NOT;
        test->inner = reader_room(reader, 1, sizeof *test->inner);
        bool good = test->inner != NULL && read_test(reader, value->child, test->inner);
        reader_out(reader, before);
        return good;
    }
    test->kind = strcmp(key, "missing") == 0 ? TEST_MISSING : TEST_NONZERO;
    return reader_bool(reader, value, key, &test->wanted);
}

/* An object is all of its members, a list any of its items. */
static bool read_condition(struct reader *reader, const cJSON *value,
                           struct condition *condition)
{
    if (!cJSON_IsObject(value) && !cJSON_IsArray(value)) {
        return wants(reader, "an object (all of it) or a list (any of it)", value);
    }
    const bool all = cJSON_IsObject(value);
    condition->kind = all ? CONDITION_ALL : CONDITION_ANY;
    condition->n = (size_t)cJSON_GetArraySize(value);
    condition->parts = reader_room(reader, condition->n, sizeof *condition->parts);
    bool good = condition->parts != NULL &&
                (condition->n > 0 || reader_wrong(reader, "the condition is empty"));
    const cJSON *item = value->child;
    for (size_t i = 0; good && i < condition->n; i++, item = item->next) {
        struct condition *part = &condition->parts[i];
        size_t before = reader_in(reader, all ? item->string : NULL, i);
        if (all) {
            struct span text;
            const char *problem;
            part->kind = CONDITION_TEST;
            good = copy(reader, item->string, &text) &&
                   (record_path_read(&part->path, text, &problem) ||
                    reader_wrong(reader, "%s", problem)) &&
                   read_test(reader, item, &part->test);
        } else {
            good = read_condition(reader, item, part);
        }
        reader_out(reader, before);
    }
    return good;
}

bool reader_condition(struct reader *reader, const cJSON *object, const char *key,
                      struct condition **condition)
{
    const cJSON *value = reader_get(object, key);
    if (value == NULL) {
        return true;
    }
    size_t before = reader_in(reader, key, 0);
    *condition = reader_room(reader, 1, sizeof **condition);
    bool good = *condition != NULL && read_condition(reader, value, *condition);
    reader_out(reader, before);
    return good;
}

/* ---- picks ---- */

bool reader_pick(struct reader *reader, const cJSON *value, const char *const *keys,
                 struct pick *pick)
{
    struct span as = {"", 0};
    if (cJSON_IsString(value)) {
        pick->paths.n = 1;
        pick->paths.list = reader_room(reader, 1, sizeof *pick->paths.list);
        return pick->paths.list != NULL && read_path(reader, value, pick->paths.list);
    }
    if (!reader_object(reader, value, keys) ||
        !reader_paths(reader, value, "path", &pick->paths) ||
        !reader_text(reader, value, "const", &pick->constant) ||
        !reader_text(reader, value, "prefix", &pick->prefix) ||
        !reader_pattern(reader, value, "match", 0, &pick->match) ||
        !reader_condition(reader, value, "if", &pick->when) ||
        !reader_bool(reader, value, "name", &pick->name) ||
        !reader_text(reader, value, "decode", &as)) {
        return false;
    }
    if ((pick->paths.n > 0) == (pick->constant.bytes != NULL)) {
        return reader_wrong(reader, "wants either 'path' or 'const'");
    }
    if (pick->match != NULL && regex_groups(pick->match) < 1) {
        return reader_wrong(reader, "'match' has no group: what stands in ( ) is taken");
    }
    pick->hex = as.length > 0;
    return as.length == 0 || (as.length == 3 && memcmp(as.bytes, "hex", 3) == 0) ||
           reader_wrong(reader, "'decode' knows hex, not '%.20s'", as.bytes);
}

static bool one_pick(struct reader *reader, const cJSON *value, unsigned flags, void *out)
{
    static const char *const keys[] = {"path", "const",  "prefix", "match",
                                       "if",   "decode", "name",   NULL};
    (void)flags;
    return reader_pick(reader, value, keys, out);
}

bool reader_picks(struct reader *reader, const cJSON *object, const char *key,
                  struct picks *picks)
{
    void *list = picks->list;
    bool good =
        read_many(reader, object, key, one_pick, 0, sizeof *picks->list, &list, &picks->n);
    picks->list = list;
    return good;
}
