#include "events/format/description.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/format/description_reader.h"

static const char *const title_keys[] = {
    "title",    "note",    "detect", "container", "text", "keep",    "kind",
    "keep-why", "drop",    "time",   "zone",      "user", "source",  "destination",
    "loopback", "outcome", "count",  "columns",   "mask", "samples", NULL};

static bool is(struct span text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
}

/* Reads the object of a key with `read`; nothing when it is not there. */
typedef bool read_object(struct reader *reader, const cJSON *value);

static bool with(struct reader *reader, const cJSON *root, const char *key, read_object *read)
{
    const cJSON *value = reader_get(root, key);
    size_t before = reader_in(reader, key, 0);
    bool good = value == NULL || read(reader, value);
    reader_out(reader, before);
    return good;
}

/* Each item of a list, or a single object. */
typedef bool read_item(struct reader *reader, const cJSON *value, void *out);

static bool list_of(struct reader *reader, const cJSON *root, const char *key, read_item *read,
                    size_t size, void **list, size_t *n)
{
    const cJSON *value = reader_get(root, key);
    if (value == NULL) {
        return true;
    }
    bool many = cJSON_IsArray(value);
    size_t count = many ? (size_t)cJSON_GetArraySize(value) : 1;
    size_t before = reader_in(reader, key, 0);
    char *room = reader_room(reader, count, size);
    bool good = room != NULL;
    const cJSON *item = many ? value->child : value;
    for (size_t i = 0; good && i < count; i++, item = item->next) {
        size_t inside = strlen(reader->where);
        if (many) {
            reader_in(reader, NULL, i);
        }
        good = read(reader, item, room + i * size);
        reader_out(reader, inside);
    }
    *list = room;
    *n = good ? count : 0;
    reader_out(reader, before);
    return good;
}

/* ---- the parts ---- */

static bool read_detect(struct reader *reader, const cJSON *value)
{
    static const char *const keys[] = {"all", "none", NULL};
    struct log_description *description = reader->description;
    return reader_object(reader, value, keys) &&
           reader_patterns(reader, value, "all", REGEX_LINES, &description->detect_all) &&
           reader_patterns(reader, value, "none", REGEX_LINES, &description->detect_none) &&
           (description->detect_all.n > 0 || reader_wrong(reader, "'all' is missing"));
}

static bool read_separator(struct reader *reader, const cJSON *value, const char *key,
                           char *out)
{
    struct span text = {NULL, 0};
    if (!reader_text(reader, value, key, &text)) {
        return false;
    }
    if (text.bytes == NULL) {
        return true;
    }
    *out = text.bytes[0];
    return (text.length == 1 && *out != '"' && *out != '\n') ||
           reader_wrong(reader, "'%s' is one character", key);
}

static bool read_container(struct reader *reader, const cJSON *value)
{
    static const char *const keys[] = {
        "type",    "records",  "each",        "unwrap",  "separator", "quotes", "more-columns",
        "json-in", "pairs-in", "sections-in", "element", "pass-over", NULL};
    static const char *const types[] = {
        [CONTAINER_JSON] = "json", [CONTAINER_CSV] = "csv",   [CONTAINER_TEXT] = "text",
        [CONTAINER_XML] = "xml",   [CONTAINER_ZEEK] = "zeek", [CONTAINER_CEF] = "cef",
        [CONTAINER_LEEF] = "leef"};
    struct log_description *description = reader->description;
    struct span type = {"", 0};
    struct texts more = {0};
    description->cells = (struct record_cells){.separator = ',', .quoted = true};
    description->element = (struct span){"Event", 5};
    if (!reader_object(reader, value, keys) || !reader_text(reader, value, "type", &type) ||
        !reader_paths(reader, value, "records", &description->records) ||
        !reader_path(reader, value, "each", &description->each) ||
        !reader_paths(reader, value, "unwrap", &description->unwrap) ||
        !read_separator(reader, value, "separator", &description->cells.separator) ||
        !reader_bool(reader, value, "quotes", &description->cells.quoted) ||
        !reader_texts(reader, value, "more-columns", &more) ||
        !reader_paths(reader, value, "json-in", &description->json_in) ||
        !reader_paths(reader, value, "pairs-in", &description->pairs_in) ||
        !reader_paths(reader, value, "sections-in", &description->sections_in) ||
        !reader_text(reader, value, "element", &description->element) ||
        !reader_patterns(reader, value, "pass-over", 0, &description->pass_over)) {
        return false;
    }
    description->cells.more = more.list;
    description->cells.n_more = more.n;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (is(type, types[i])) {
            description->container = (enum container)i;
            if (i == CONTAINER_ZEEK) {
                description->cells = (struct record_cells){.separator = '\t'};
            }
            return true;
        }
    }
    return reader_wrong(reader,
                        "'type' is json, csv, text, xml, zeek, cef or leef, not '%.20s'",
                        type.length > 0 ? type.bytes : "");
}

static bool read_pairs(struct reader *reader, const cJSON *value)
{
    static const char *const keys[] = {"in", "separator", "nested", NULL};
    struct text_rules *rules = &reader->description->text_rules;
    return reader_object(reader, value, keys) &&
           reader_text(reader, value, "in", &rules->pairs) &&
           read_separator(reader, value, "separator", &rules->separator) &&
           reader_texts(reader, value, "nested", &rules->nested) &&
           (rules->pairs.length > 0 || reader_wrong(reader, "'in' is missing"));
}

static bool read_body(struct reader *reader, const cJSON *value, void *out)
{
    static const char *const keys[] = {"if", "pattern", "set", NULL};
    struct body_rule *rule = out;
    if (!reader_object(reader, value, keys) ||
        !reader_condition(reader, value, "if", &rule->when) ||
        !reader_pattern(reader, value, "pattern", 0, &rule->pattern)) {
        return false;
    }
    if (rule->pattern == NULL) {
        return reader_wrong(reader, "'pattern' is missing");
    }
    const cJSON *set = reader_get(value, "set");
    size_t before = reader_in(reader, "set", 0);
    bool good = set == NULL || reader_object(reader, set, NULL);
    size_t n = good && set != NULL ? (size_t)cJSON_GetArraySize(set) : 0;
    rule->set_names.list = reader_room(reader, n, sizeof *rule->set_names.list);
    rule->set_values.list = reader_room(reader, n, sizeof *rule->set_values.list);
    good = good && rule->set_names.list != NULL && rule->set_values.list != NULL;
    const cJSON *item = n > 0 ? set->child : NULL;
    for (size_t i = 0; good && i < n; i++, item = item->next) {
        const cJSON name = {.type = cJSON_String, .valuestring = item->string};
        good = reader_scalar(reader, &name, &rule->set_names.list[i]) &&
               reader_scalar(reader, item, &rule->set_values.list[i]);
        rule->set_names.n = rule->set_values.n = i + 1;
    }
    reader_out(reader, before);
    return good;
}

static bool read_text_rules(struct reader *reader, const cJSON *value)
{
    static const char *const keys[] = {"must", "line", "repeat", "pairs", "in", "body", NULL};
    struct text_rules *rules = &reader->description->text_rules;
    void *body = NULL;
    bool good =
        reader_object(reader, value, keys) &&
        reader_texts(reader, value, "must", &rules->must) &&
        reader_path(reader, value, "in", &rules->in) &&
        reader_patterns(reader, value, "line", REGEX_WHOLE, &rules->lines) &&
        reader_pattern(reader, value, "repeat", REGEX_WHOLE, &rules->repeat) &&
        with(reader, value, "pairs", read_pairs) &&
        list_of(reader, value, "body", read_body, sizeof *rules->body, &body, &rules->n_body);
    rules->body = body;
    return good;
}

static bool read_drop(struct reader *reader, const cJSON *value, void *out)
{
    static const char *const keys[] = {"why", "if", NULL};
    struct drop_rule *rule = out;
    struct condition *when = NULL;
    if (!reader_object(reader, value, keys) || !reader_text(reader, value, "why", &rule->why) ||
        !reader_condition(reader, value, "if", &when)) {
        return false;
    }
    if (when == NULL || rule->why.length == 0) {
        return reader_wrong(reader, "wants 'why' and 'if'");
    }
    rule->when = *when;
    return true;
}

static bool read_time(struct reader *reader, const cJSON *value, void *out)
{
    static const char *const keys[] = {"path", "const",  "prefix", "match",
                                       "if",   "decode", "as",     NULL};
    static const char *const names[] = {"written",      "seconds",     "milliseconds",
                                        "microseconds", "nanoseconds", "syslog"};
    struct time_pick *time = out;
    struct span as = {"written", 7};
    if (!reader_pick(reader, value, keys, &time->of) ||
        (cJSON_IsObject(value) && !reader_text(reader, value, "as", &as))) {
        return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is(as, names[i])) {
            time->as = (enum time_as)i;
            return true;
        }
    }
    time->as = TIME_AS_FORM;
    time->form = as;
    return memchr(as.bytes, '%', as.length) != NULL ||
           reader_wrong(reader,
                        "'as' is written, seconds, milliseconds, microseconds, nanoseconds, "
                        "syslog or a form such as %%d/%%m/%%Y %%H:%%M:%%S, not '%.40s'",
                        as.bytes);
}

static bool read_user(struct reader *reader, const cJSON *value)
{
    static const char *const keys[] = {"name",         "domain",    "split",
                                       "whole-domain", "keep-case", "machines",
                                       "built-in",     "show",      NULL};
    struct user_rule *user = &reader->description->user;
    user->show = (struct span){"{domain}\\{name}", 15};
    return reader_object(reader, value, keys) &&
           reader_picks(reader, value, "name", &user->name) &&
           reader_picks(reader, value, "domain", &user->domain) &&
           reader_text(reader, value, "split", &user->split) &&
           reader_bool(reader, value, "whole-domain", &user->whole_domain) &&
           reader_bool(reader, value, "keep-case", &user->keep_case) &&
           reader_text(reader, value, "machines", &user->machines) &&
           reader_patterns(reader, value, "built-in", REGEX_WHOLE | REGEX_CASELESS,
                           &user->built_in) &&
           reader_text(reader, value, "show", &user->show) &&
           (user->name.n > 0 || reader_wrong(reader, "'name' is missing"));
}

static bool read_host(struct reader *reader, const cJSON *root, const char *key,
                      struct host_rule *host)
{
    static const char *const keys[] = {"of", "name", "whole", NULL};
    const cJSON *value = reader_get(root, key);
    if (value == NULL) {
        return true;
    }
    if (!cJSON_IsObject(value) || reader_get(value, "of") == NULL) {
        return reader_picks(reader, root, key, &host->of);
    }
    size_t before = reader_in(reader, key, 0);
    bool good = reader_object(reader, value, keys) &&
                reader_picks(reader, value, "of", &host->of) &&
                reader_bool(reader, value, "name", &host->name) &&
                reader_bool(reader, value, "whole", &host->whole);
    reader_out(reader, before);
    return good;
}

static bool read_outcome(struct reader *reader, const cJSON *value, void *out)
{
    static const char *const keys[] = {"if", "is", "why", NULL};
    static const char *const names[] = {[OUTCOME_SUCCESS] = "success",
                                        [OUTCOME_FAILURE] = "failure",
                                        [OUTCOME_UNKNOWN] = "unknown",
                                        [OUTCOME_SKIP] = "skip"};
    struct outcome_rule *rule = out;
    struct span word = {"", 0};
    rule->why = (struct span){"not finished", 12};
    if (!reader_object(reader, value, keys) ||
        !reader_condition(reader, value, "if", &rule->when) ||
        !reader_text(reader, value, "is", &word) ||
        !reader_text(reader, value, "why", &rule->why)) {
        return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is(word, names[i])) {
            rule->is = (int)i;
            return true;
        }
    }
    return reader_wrong(reader, "'is' is success, failure, unknown or skip, not '%.20s'",
                        word.length > 0 ? word.bytes : "");
}

static bool read_column(struct reader *reader, const cJSON *value, void *out)
{
    static const char *const keys[] = {"name", "of", NULL};
    struct column_rule *column = out;
    return reader_object(reader, value, keys) &&
           reader_text(reader, value, "name", &column->name) &&
           reader_picks(reader, value, "of", &column->of) &&
           ((column->name.length > 0 && column->of.n > 0) ||
            reader_wrong(reader, "wants 'name' and 'of'"));
}

/* ---- samples ---- */

static const char *const expected_keys[] = {
    "user",  "source", "destination", "outcome", "time",   "left-out", "rejected",
    "count", "header", "line",        "record",  "events", "note",     NULL};

/* What a key of an expectation is called among the letters of `has`. */
static bool read_expected(struct reader *reader, const cJSON *value, void *out)
{
    struct sample_event *event = out;
    const struct {
        const char *key;
        char letter;
        struct span *text;
    } texts[] = {{"user", 'u', &event->user},
                 {"source", 's', &event->source},
                 {"destination", 'd', &event->destination},
                 {"outcome", 'o', &event->outcome},
                 {"time", 't', &event->time},
                 {"left-out", 'l', &event->why},
                 {"rejected", 'r', &event->reject}};
    char *has = reader_room(reader, sizeof texts / sizeof *texts + 2, 1);
    if (has == NULL || !reader_object(reader, value, expected_keys)) {
        return false;
    }
    event->has.bytes = has;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (reader_get(value, texts[i].key) != NULL) {
            has[event->has.length++] = texts[i].letter;
            if (!reader_text(reader, value, texts[i].key, texts[i].text)) {
                return false;
            }
        }
    }
    const cJSON *count = reader_get(value, "count");
    if (count != NULL) {
        has[event->has.length++] = 'w';
        if (!cJSON_IsNumber(count) || count->valuedouble < 1 || count->valuedouble > 1e6) {
            return reader_wrong(reader, "'count' is a number from 1 to 1,000,000");
        }
        event->weight = (unsigned long)count->valuedouble;
    }
    return event->has.length > 0 ||
           reader_wrong(reader, "says nothing of what the line must give: user, source, "
                                "destination, outcome, time, count, left-out, rejected");
}

static bool read_sample(struct reader *reader, const cJSON *value, void *out)
{
    struct format_sample *sample = out;
    if (!reader_object(reader, value, expected_keys) ||
        !reader_text(reader, value, "header", &sample->header)) {
        return false;
    }
    const cJSON *record = reader_get(value, "record");
    if ((record == NULL) == (reader_get(value, "line") == NULL)) {
        return reader_wrong(reader, "wants either 'line' (a text) or 'record' (JSON)");
    }
    if (record != NULL) {
        char *text = cJSON_PrintUnformatted(record);
        cJSON copy = {.type = cJSON_String, .valuestring = text};
        bool good = text != NULL ? reader_scalar(reader, &copy, &sample->line)
                                 : status_nomem(reader->status, 0, "a sample");
        cJSON_free(text);
        if (!good) {
            return false;
        }
    } else if (!reader_text(reader, value, "line", &sample->line)) {
        return false;
    }
    void *events = NULL;
    if (reader_get(value, "events") != NULL) {
        bool good = list_of(reader, value, "events", read_expected, sizeof *sample->events,
                            &events, &sample->n);
        sample->events = events;
        return good;
    }
    sample->events = reader_room(reader, 1, sizeof *sample->events);
    sample->n = 1;
    return sample->events != NULL && read_expected(reader, value, sample->events);
}

/* ---- all ---- */

static bool read_lists(struct reader *reader, const cJSON *root)
{
    struct log_description *description = reader->description;
    void *drops = NULL, *times = NULL, *outcomes = NULL, *columns = NULL, *samples = NULL;
    bool good = list_of(reader, root, "drop", read_drop, sizeof *description->drops, &drops,
                        &description->n_drops) &&
                list_of(reader, root, "time", read_time, sizeof *description->times, &times,
                        &description->n_times) &&
                list_of(reader, root, "outcome", read_outcome, sizeof *description->outcomes,
                        &outcomes, &description->n_outcomes) &&
                list_of(reader, root, "columns", read_column, sizeof *description->columns,
                        &columns, &description->n_columns) &&
                list_of(reader, root, "samples", read_sample, sizeof *description->samples,
                        &samples, &description->n_samples);
    description->drops = drops;
    description->times = times;
    description->outcomes = outcomes;
    description->columns = columns;
    description->samples = samples;
    return good && (description->n_columns <= DESCRIPTION_COLUMNS ||
                    reader_wrong(reader, "at most %d columns", DESCRIPTION_COLUMNS));
}

static bool complete(struct reader *reader)
{
    const struct log_description *description = reader->description;
    const struct {
        bool there;
        const char *key;
    } needed[] = {{description->title.length > 0, "title"},
                  {description->detect_all.n > 0, "detect"},
                  {description->cells.separator != '\0', "container"},
                  {description->n_times > 0, "time"},
                  {description->user.name.n > 0, "user"},
                  {description->n_outcomes > 0, "outcome"}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (!needed[i].there) {
            return reader_wrong(reader, "'%s' is missing", needed[i].key);
        }
    }
    return true;
}

static bool read_all(struct reader *reader, const cJSON *root)
{
    struct log_description *description = reader->description;
    const char *problem;
    description->text_rules.separator = ' ';
    record_path_read(&description->text_rules.in, (struct span){"body", 4}, &problem);
    description->keep_why = (struct span){"no login", 8};
    return reader_object(reader, root, title_keys) &&
           reader_text(reader, root, "title", &description->title) &&
           reader_text(reader, root, "note", &description->note) &&
           with(reader, root, "detect", read_detect) &&
           with(reader, root, "container", read_container) &&
           with(reader, root, "text", read_text_rules) &&
           reader_condition(reader, root, "keep", &description->keep) &&
           reader_path(reader, root, "kind", &description->kind) &&
           reader_text(reader, root, "keep-why", &description->keep_why) &&
           reader_text(reader, root, "zone", &description->zone) &&
           with(reader, root, "user", read_user) &&
           read_host(reader, root, "source", &description->source) &&
           read_host(reader, root, "destination", &description->destination) &&
           reader_picks(reader, root, "loopback", &description->loopback) &&
           reader_picks(reader, root, "count", &description->count) &&
           reader_patterns(reader, root, "mask", 0, &description->masks) &&
           read_lists(reader, root) && complete(reader);
}

/* ---- the early look ---- */

static bool add_look(struct reader *reader, const struct condition *test)
{
    struct log_description *description = reader->description;
    const struct record_step *last = &test->path.steps[test->path.n - 1];
    size_t length = last->end - last->start;
    char *key = reader_room(reader, length + 2 + RECORD_PADDING, 1);
    if (key == NULL) {
        return false;
    }
    key[0] = key[length + 1] = '"';
    memcpy(key + 1, test->path.text.bytes + last->start, length);
    description->early[description->n_early++] =
        (struct early_look){{key, length + 2}, &test->test.values};
    return true;
}

/* `keep` is a test of one value, or has one among its members, or any of a few. */
static bool plan_early_look(struct reader *reader)
{
    struct log_description *description = reader->description;
    const struct condition *keep = description->keep;
    if (keep == NULL || description->container != CONTAINER_JSON || description->each.n > 0 ||
        description->json_in.n > 0 || description->unwrap.n > 0 ||
        description->pairs_in.n > 0) {
        return true;
    }
    if (keep->kind == CONDITION_ALL) {
        for (size_t i = 0; i < keep->n; i++) {
            if (keep->parts[i].test.kind == TEST_ANY) {
                return add_look(reader, &keep->parts[i]);
            }
        }
        return true;
    }
    for (size_t i = 0; i < keep->n; i++) {
        const struct condition *part = &keep->parts[i];
        if (part->kind != CONDITION_ALL || part->parts[0].kind != CONDITION_TEST ||
            part->parts[0].test.kind != TEST_ANY || description->n_early == EARLY_LOOKS) {
            description->n_early = 0;
            return true;
        }
        if (!add_look(reader, &part->parts[0])) {
            return false;
        }
    }
    return true;
}

/* ---- from text ---- */

static cJSON *parse(struct reader *reader, const char *text, size_t length)
{
    const char *end = text;
    cJSON *root =
        length <= DESCRIPTION_MAX ? cJSON_ParseWithLengthOpts(text, length, &end, false) : NULL;
    if (length > DESCRIPTION_MAX) {
        reader_wrong(reader, "a format has at most 1 MiB");
    } else if (root == NULL) {
        size_t line = 1;
        for (const char *at = text; at < end && at < text + length; at++) {
            line += *at == '\n';
        }
        reader_wrong(reader, "line %zu is no JSON", line);
    }
    while (root != NULL && end < text + length) {
        if ((unsigned char)*end > ' ') {
            reader_wrong(reader, "something stands behind the object");
            cJSON_Delete(root);
            return NULL;
        }
        end++;
    }
    return root;
}

static bool copy_text(struct reader *reader, const char *bytes, size_t length, struct span *to)
{
    char *room = reader_room(reader, length + RECORD_PADDING, 1);
    if (room != NULL) {
        memcpy(room, bytes, length);
        *to = (struct span){room, length};
    }
    return room != NULL;
}

struct log_description *description_read(const char *text, size_t length, const char *name,
                                         const char *title, struct status *status)
{
    struct log_description *description = mem_zero(1, sizeof *description, "a format", status);
    if (description == NULL) {
        return NULL;
    }
    struct reader reader = {.description = description, .title = title, .status = status};
    cJSON *root = parse(&reader, text, length);
    bool good = root != NULL && read_all(&reader, root) && plan_early_look(&reader) &&
                copy_text(&reader, name, strlen(name), &description->name) &&
                copy_text(&reader, text, length, &description->text);
    cJSON_Delete(root);
    if (!good) {
        description_free(description);
        return NULL;
    }
    return description;
}

void description_free(struct log_description *description)
{
    if (description != NULL) {
        for (size_t i = 0; i < description->n_regexes; i++) {
            regex_free(description->regexes[i]);
        }
        free(description->regexes);
        arena_free(&description->arena);
        free(description);
    }
}
