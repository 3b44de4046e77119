#include "review/exchange/exchange_rules.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/double_text.h"
#include "base/mem.h"
#include "base/quote.h"
#include "base/text.h"
#include "review/exchange/exchange_internal.h"

/* ---- out: a line a rule ---- */

static void put_text(struct outfile *file, const char *key, const char *text)
{
    outfile_printf(file, ",\"%s\":", key);
    quote_json(file, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

static void put_rule(struct outfile *file, const struct rule *rule)
{
    outfile_printf(file, "{\"uid\":\"%s\"", rule->uid);
    put_text(file, "filter", rule->filter);
    put_text(file, "reason", rule->reason);
    put_text(file, "author", rule->author);
    put_text(file, "scope", rule->scope);
    outfile_printf(file, ",\"at_ms\":%" PRId64, rule->at_ms);
    if (rule->expires_ms != INT64_MAX) {
        outfile_printf(file, ",\"expires_ms\":%" PRId64, rule->expires_ms);
    }
    if (isfinite(rule->highest)) {
        char text[DOUBLE_TEXT];
        double_text_write(rule->highest, text);
        outfile_printf(file, ",\"highest\":%s", text);
    }
    if (rule->replaces[0] != '\0') {
        outfile_printf(file, ",\"replaces\":\"%s\"", rule->replaces);
    }
    if (rule->ended) {
        outfile_printf(file, ",\"ended_ms\":%" PRId64, rule->ended_ms);
        put_text(file, "ended_by", rule->ended_by);
        put_text(file, "ended_why", rule->ended_why);
    }
    outfile_printf(file, "}");
}

bool exchange_rules_write(const struct rule *rules, size_t n, const char *path,
                          struct status *status)
{
    struct outfile *file = outfile_open(path, status);
    if (file == NULL) {
        return false;
    }
    outfile_printf(file, "{\"format\":\"oddhours-rules\",\"version\":1,\n\"rules\":[");
    for (size_t i = 0; i < n; i++) {
        outfile_printf(file, "%s\n", i > 0 ? "," : "");
        put_rule(file, &rules[i]);
    }
    outfile_printf(file, "\n]}\n");
    return outfile_commit(file, status);
}

/* ---- in ---- */

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static char *copy_of(const cJSON *object, const char *key, bool *good, struct status *status)
{
    const char *text = text_of(object, key);
    char *copy =
        *good ? text_utf8(text != NULL ? text : "", text != NULL ? strlen(text) : 0, status)
              : NULL;
    *good = copy != NULL;
    return copy;
}

/* A whole number that JSON can hold; absent is `otherwise`. */
static int64_t time_of(const cJSON *object, const char *key, int64_t otherwise, bool *valid)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (item == NULL) {
        return otherwise;
    }
    double value = cJSON_IsNumber(item) ? item->valuedouble : NAN;
    bool fits = fabs(value) <= (double)EXCHANGE_MOST && value == floor(value);
    *valid = *valid && fits;
    return fits ? (int64_t)value : 0;
}

static bool get_rule(const cJSON *item, struct rule *rule, struct status *status)
{
    const char *uid = text_of(item, "uid"), *replaces = text_of(item, "replaces");
    const char *filter = text_of(item, "filter"), *reason = text_of(item, "reason");
    const cJSON *highest = cJSON_GetObjectItemCaseSensitive(item, "highest");
    bool valid = uid != NULL && exchange_uid(uid, strlen(uid), rule->uid) &&
                 rule->uid[0] != '\0' && filter != NULL && filter[0] != '\0' &&
                 reason != NULL && reason[0] != '\0' &&
                 (replaces == NULL || exchange_uid(replaces, strlen(replaces), rule->replaces));
    rule->at_ms = time_of(item, "at_ms", INT64_MIN, &valid);
    rule->expires_ms = time_of(item, "expires_ms", INT64_MAX, &valid);
    rule->ended_ms = time_of(item, "ended_ms", INT64_MIN, &valid);
    rule->ended = rule->ended_ms != INT64_MIN;
    rule->highest = cJSON_IsNumber(highest) ? highest->valuedouble : NAN;
    if (!valid || rule->at_ms == INT64_MIN) {
        return status_set(status, STATUS_INPUT,
                          "rule %.32s has no valid uid, filter, reason or time", rule->uid);
    }
    bool good = true;
    rule->filter = copy_of(item, "filter", &good, status);
    rule->reason = copy_of(item, "reason", &good, status);
    rule->author = copy_of(item, "author", &good, status);
    rule->scope = copy_of(item, "scope", &good, status);
    rule->ended_by = copy_of(item, "ended_by", &good, status);
    rule->ended_why = copy_of(item, "ended_why", &good, status);
    return good;
}

bool exchange_rules_parse(const char *bytes, size_t length, bool *are, struct rule **rules,
                          size_t *n, struct status *status)
{
    *rules = NULL;
    *n = 0;
    cJSON *root = cJSON_ParseWithLength(bytes, length);
    const char *format = text_of(root, "format");
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "version");
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "rules");
    *are = format != NULL && strcmp(format, "oddhours-rules") == 0;
    bool good = true;
    if (*are &&
        (!cJSON_IsNumber(version) || version->valuedouble != 1 || !cJSON_IsArray(list))) {
        good =
            status_set(status, STATUS_INPUT,
                       "these rules are of another version than 1, which this oddhours knows");
    } else if (*are) {
        size_t most = (size_t)cJSON_GetArraySize(list);
        *rules = mem_zero(most + 1, sizeof **rules, "rules", status);
        good = *rules != NULL;
        for (const cJSON *item = list->child; good && item != NULL; item = item->next) {
            good = get_rule(item, &(*rules)[(*n)++], status);
        }
    }
    cJSON_Delete(root);
    if (!good) {
        store_rules_free(*rules, *n);
        *rules = NULL;
        *n = 0;
    }
    return good;
}

bool exchange_rules_read(const char *path, bool *are, struct rule **rules, size_t *n,
                         struct status *status)
{
    char *bytes = NULL;
    size_t length = 0;
    *are = false;
    *rules = NULL;
    *n = 0;
    bool good = exchange_load(path, &bytes, &length, status) &&
                exchange_rules_parse(bytes, length, are, rules, n, status);
    free(bytes);
    return good;
}
