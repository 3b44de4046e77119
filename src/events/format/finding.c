#include "events/format/finding.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "events/format/literal.h"
#include "table/printable.h"

bool finder_open(struct finder *finder, const struct log_description *description,
                 const struct finding_settings *settings, struct status *status)
{
    *finder = (struct finder){.description = description,
                              .settings = *settings,
                              .member = RECORD_NONE,
                              .clock_of = INT64_MIN};
    finder->matcher = matcher_new(status);
    return finder->matcher != NULL;
}

void finder_close(struct finder *finder)
{
    record_free(&finder->record);
    record_header_free(&finder->header);
    matcher_free(finder->matcher);
    *finder = (struct finder){0};
}

bool finder_header(struct finder *finder, struct span line, struct status *status)
{
    finder->header.n = 0;
    return line.length == 0 ||
           record_header_read(&finder->header, &finder->description->cells, line, status);
}

/* ---- conditions ---- */

bool finder_missing(struct span text)
{
    static const struct {
        const char *word;
        size_t length;
    } words[] = {{"-", 1},       {"?", 1},       {"::", 2},     {"n/a", 3},
                 {"null", 4},    {"none", 4},    {"(null)", 6}, {"<null>", 6},
                 {"unknown", 7}, {"0.0.0.0", 7}, {"(none)", 6}};
    if (text.length == 0) {
        return true;
    }
    for (size_t i = 0; text.length <= 7 && i < sizeof words / sizeof *words; i++) {
        if (words[i].length == text.length &&
            ascii_same(words[i].word, text.bytes, text.length)) {
            return true;
        }
    }
    return false;
}

static bool matches(struct finder *finder, const struct regex *regex, struct span text)
{
    enum regex_answer answer = regex_match(regex, finder->matcher, text);
    finder->gave_up = finder->gave_up || answer == REGEX_GIVES_UP;
    return answer == REGEX_YES;
}

struct asking {
    struct finder *finder;
    const struct test *test;
};

static bool is_zero(struct span text)
{
    size_t i = text.length > 2 && text.bytes[0] == '0' && (text.bytes[1] | 0x20) == 'x' ? 2 : 0;
    while (i < text.length && text.bytes[i] == '0') {
        i++;
    }
    return i == text.length;
}

/* Whether a value is what a test looks for. */
static bool ask(void *context, struct record *record, uint32_t node)
{
    const struct asking *asking = context;
    const struct test *test = asking->test;
    struct span text;
    uint8_t kind = record->nodes[node].kind;
    if (test->kind == TEST_MISSING && (kind == RECORD_OBJECT || kind == RECORD_ARRAY)) {
        return record->nodes[node].child != RECORD_NONE;
    }
    if (!record_text(record, node, &text)) {
        return false;
    }
    switch (test->kind) {
    case TEST_ANY:
        for (size_t i = 0; i < test->values.n; i++) {
            const struct span value = test->values.list[i];
            if (value.length == text.length &&
                memcmp(value.bytes, text.bytes, text.length) == 0) {
                return true;
            }
        }
        return false;
    case TEST_MATCH: return matches(asking->finder, test->match, text);
    case TEST_MISSING: return !finder_missing(text);
    case TEST_NONZERO: return !finder_missing(text) && !is_zero(text);
    case TEST_NOT: break;
    }
    return false;
}

static bool test_holds(struct finder *finder, const struct record_path *path,
                       const struct test *test)
{
    if (test->kind == TEST_NOT) {
        return !test_holds(finder, path, test->inner);
    }
    struct asking asking = {finder, test};
    bool found = record_find(&finder->record, path, ask, &asking);
    return test->kind == TEST_MISSING   ? found != test->wanted
           : test->kind == TEST_NONZERO ? found == test->wanted
                                        : found;
}

bool finder_holds(struct finder *finder, const struct condition *condition)
{
    if (condition == NULL) {
        return true;
    }
    if (condition->kind == CONDITION_TEST) {
        return test_holds(finder, &condition->path, &condition->test);
    }
    const bool all = condition->kind == CONDITION_ALL;
    for (size_t i = 0; i < condition->n; i++) {
        if (finder_holds(finder, &condition->parts[i]) != all) {
            return !all;
        }
    }
    return all;
}

/* ---- picks ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Text of hexadecimal digits; zero bytes end it. */
static bool from_hex(struct finder *finder, struct span *text)
{
    char *room = record_room(&finder->record, text->length / 2);
    size_t n = 0;
    if (room == NULL || text->length % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < text->length; i += 2) {
        int high = hex_digit(text->bytes[i]), low = hex_digit(text->bytes[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        if (high + low == 0) {
            break;
        }
        room[n++] = (char)(high * 16 + low);
    }
    *text = (struct span){room, n};
    return true;
}

struct taking {
    struct span text;
};

static bool take_present(void *context, struct record *record, uint32_t node)
{
    struct taking *taking = context;
    struct span text;
    if (!record_text(record, node, &text) || finder_missing(text)) {
        return false;
    }
    taking->text = text;
    return true;
}

/* An array of numbers is the bytes of a text (journald). */
static bool take_bytes(struct finder *finder, const struct record_path *path,
                       struct span *value)
{
    struct record *record = &finder->record;
    uint32_t node = record_whole(record, path), i;
    if (node == RECORD_NONE || record->nodes[node].kind != RECORD_ARRAY) {
        return false;
    }
    size_t n = 0;
    for (i = record->nodes[node].child; i != RECORD_NONE; i = record->nodes[i].next) {
        n++;
    }
    char *room = record_room(record, n);
    n = 0;
    for (i = record->nodes[node].child; room != NULL && i != RECORD_NONE;
         i = record->nodes[i].next) {
        unsigned byte = 0;
        struct span digits = record->nodes[i].value;
        if (record->nodes[i].kind != RECORD_WORD || digits.length > 3) {
            return false;
        }
        for (size_t k = 0; k < digits.length; k++) {
            byte = byte * 10 + (unsigned)(digits.bytes[k] - '0');
        }
        if (byte > 255) {
            return false;
        }
        room[n++] = (char)byte;
    }
    *value = (struct span){room, n};
    return room != NULL && n > 0;
}

static bool take_path(struct finder *finder, const struct record_path *path, struct span *value)
{
    struct taking taking = {{NULL, 0}};
    if (!record_find(&finder->record, path, take_present, &taking)) {
        return false;
    }
    *value = taking.text;
    return true;
}

static bool join(struct finder *finder, const struct paths *paths, struct span *value)
{
    size_t length = 0, n = 0;
    struct span parts[RECORD_STEPS];
    for (size_t i = 0; i < paths->n && n < RECORD_STEPS; i++) {
        if (!take_path(finder, &paths->list[i], &parts[n])) {
            return false;
        }
        length += parts[n++].length + 1;
    }
    char *room = record_room(&finder->record, length), *at = room;
    for (size_t i = 0; room != NULL && i < n; i++) {
        if (i > 0) {
            *at++ = ' ';
        }
        memcpy(at, parts[i].bytes, parts[i].length);
        at += parts[i].length;
    }
    *value = (struct span){room, (size_t)(at - room)};
    return room != NULL;
}

static bool put_before(struct finder *finder, struct span prefix, struct span *value)
{
    char *room = record_room(&finder->record, prefix.length + value->length);
    if (room == NULL) {
        return false;
    }
    memcpy(room, prefix.bytes, prefix.length);
    memcpy(room + prefix.length, value->bytes, value->length);
    *value = (struct span){room, prefix.length + value->length};
    return true;
}

bool finder_pick_one(struct finder *finder, const struct pick *pick, struct span *value)
{
    if (pick->when != NULL && !finder_holds(finder, pick->when)) {
        return false;
    }
    if (pick->paths.n == 0) {
        *value = pick->constant;
        return true;
    }
    if (pick->paths.n == 1 ? !take_path(finder, pick->paths.list, value)
                           : !join(finder, &pick->paths, value)) {
        return false;
    }
    if (pick->match != NULL) {
        if (!matches(finder, pick->match, *value)) {
            return false;
        }
        struct span group = {NULL, 0};
        for (size_t i = 1; group.bytes == NULL && i <= regex_groups(pick->match); i++) {
            group = matcher_group(finder->matcher, *value, i);
        }
        *value = group;
    }
    return value->bytes != NULL && (!pick->hex || from_hex(finder, value)) &&
           !finder_missing(*value) &&
           (pick->prefix.length == 0 || put_before(finder, pick->prefix, value));
}

bool finder_pick(struct finder *finder, const struct picks *picks, struct span *value)
{
    for (size_t i = 0; i < picks->n; i++) {
        if (finder_pick_one(finder, &picks->list[i], value)) {
            return true;
        }
    }
    *value = (struct span){"", 0};
    return false;
}

bool finder_columns(struct finder *finder, struct span *columns)
{
    const struct log_description *description = finder->description;
    for (size_t i = 0; i < description->n_columns; i++) {
        finder_pick(finder, &description->columns[i].of, &columns[i]);
    }
    return true;
}

/* ---- from a line to a record ---- */

/* The text of a node becomes what it holds: JSON, the sections of a message. */
static bool open_texts(struct finder *finder)
{
    const struct log_description *description = finder->description;
    struct record *record = &finder->record;
    struct span text;
    for (size_t i = 0; i < description->json_in.n; i++) {
        uint32_t node = record_whole(record, &description->json_in.list[i]);
        if (node != RECORD_NONE && record->nodes[node].kind == RECORD_TEXT &&
            record_text(record, node, &text) && text.length > 0) {
            record->nodes[node].kind = RECORD_OBJECT;
            if (!record_json(record, node, text)) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < description->sections_in.n; i++) {
        uint32_t node = record_whole(record, &description->sections_in.list[i]);
        if (node != RECORD_NONE && record->nodes[node].kind == RECORD_TEXT &&
            record_text(record, node, &text) && !record_sections(record, node, text)) {
            return false;
        }
    }
    return true;
}

/* [{"name": "a", "value": 1}, ...] becomes {"a": 1, ...}. */
static void name_members(struct record *record, uint32_t array)
{
    static const char *const names[] = {"name", "Name", "@Name", "key", "Key"};
    static const char *const values[] = {"value",     "Value",    "#text",     "@Value",
                                         "boolValue", "intValue", "multiValue"};
    if (record->nodes[array].kind != RECORD_ARRAY) {
        return;
    }
    record->nodes[array].kind = RECORD_OBJECT;
    for (uint32_t i = record->nodes[array].child; i != RECORD_NONE; i = record->nodes[i].next) {
        uint32_t name = RECORD_NONE, value = RECORD_NONE;
        struct span text;
        for (size_t k = 0; k < sizeof names / sizeof *names && name == RECORD_NONE; k++) {
            name = record_child(record, i, (struct span){names[k], strlen(names[k])});
        }
        for (size_t k = 0; k < sizeof values / sizeof *values && value == RECORD_NONE; k++) {
            value = record_child(record, i, (struct span){values[k], strlen(values[k])});
        }
        if (name == RECORD_NONE || !record_text(record, name, &text)) {
            continue;
        }
        struct record_node *node = &record->nodes[i];
        node->key = text;
        node->hash = record_key_hash(text);
        if (value == RECORD_NONE) {
            node->kind = RECORD_NULL;
            node->child = RECORD_NONE;
            continue;
        }
        node->kind = record->nodes[value].kind;
        node->coding = record->nodes[value].coding;
        node->value = record->nodes[value].value;
        node->child = record->nodes[value].child;
    }
}

static void unwrap(struct finder *finder)
{
    const struct log_description *description = finder->description;
    for (size_t i = 0; i < description->unwrap.n; i++) {
        uint32_t node = record_whole(&finder->record, &description->unwrap.list[i]);
        if (node != RECORD_NONE && finder->record.nodes[node].kind == RECORD_OBJECT) {
            finder->record.top = node;
            return;
        }
    }
}

static bool put_groups(struct finder *finder, const struct regex *regex, struct span text)
{
    for (size_t i = 0; i < regex_names(regex); i++) {
        struct span group = matcher_named(finder->matcher, regex, text, i);
        if (group.bytes != NULL && !record_set(&finder->record, finder->record.top,
                                               regex_name(regex, i), group, RECORD_PLAIN)) {
            return false;
        }
    }
    return true;
}

static bool has_one(const struct texts *texts, struct span line)
{
    for (size_t i = 0; i < texts->n; i++) {
        if (literal_find(line.bytes, line.bytes + line.length, texts->list[i]) != NULL) {
            return true;
        }
    }
    return texts->n == 0;
}

/* The envelope of a line, and what its text says. */
static bool read_text(struct finder *finder, struct span line)
{
    const struct text_rules *rules = &finder->description->text_rules;
    struct record *record = &finder->record;
    static const char no_line[] = "it is not in the form of such a line";
    size_t i = 0;
    while (i < rules->lines.n && !matches(finder, rules->lines.list[i], line)) {
        i++;
    }
    if (rules->lines.n > 0 && i == rules->lines.n) {
        record->error = finder->gave_up ? "a pattern takes too long on it" : no_line;
        return false;
    }
    if (rules->lines.n > 0
            ? !put_groups(finder, rules->lines.list[i], line)
            : !record_set(record, RECORD_ROOT, (struct span){"body", 4}, line, RECORD_PLAIN)) {
        return false;
    }
    if (rules->pairs.length > 0) {
        uint32_t node = record_child(record, RECORD_ROOT, rules->pairs);
        struct span text;
        if (node != RECORD_NONE && record_text(record, node, &text) &&
            !record_pairs(record, text, rules->separator, rules->nested.list,
                          rules->nested.n)) {
            return false;
        }
    }
    return true;
}

/* What the rules for bodies make of the text; false when none fits. */
static bool read_body(struct finder *finder)
{
    const struct text_rules *rules = &finder->description->text_rules;
    struct span body;
    if (!take_bytes(finder, &rules->in, &body) && !take_path(finder, &rules->in, &body)) {
        return false;
    }
    if (rules->repeat != NULL && matches(finder, rules->repeat, body)) {
        struct span inside = {NULL, 0};
        for (size_t i = 0; i < regex_names(rules->repeat); i++) {
            const struct span name = regex_name(rules->repeat, i);
            if (name.length == 4 && memcmp(name.bytes, "body", 4) == 0) {
                inside = matcher_named(finder->matcher, rules->repeat, body, i);
            }
        }
        if (!put_groups(finder, rules->repeat, body)) {
            return false;
        }
        body = inside.bytes != NULL ? inside : body;
    }
    for (size_t i = 0; i < rules->n_body; i++) {
        const struct body_rule *rule = &rules->body[i];
        /* The pattern first: most fail at their first bytes. Conditions may match, too. */
        if (!matches(finder, rule->pattern, body) || !finder_holds(finder, rule->when) ||
            (rule->when != NULL && !matches(finder, rule->pattern, body))) {
            continue;
        }
        bool good = put_groups(finder, rule->pattern, body);
        for (size_t k = 0; good && k < rule->set_names.n; k++) {
            good = record_set(&finder->record, finder->record.top, rule->set_names.list[k],
                              rule->set_values.list[k], RECORD_PLAIN);
        }
        return good;
    }
    return false;
}

static bool read_record(struct finder *finder, struct span line)
{
    const struct log_description *description = finder->description;
    struct record *record = &finder->record;
    switch (description->container) {
    case CONTAINER_JSON: return record_json(record, RECORD_ROOT, line);
    case CONTAINER_XML: return record_xml(record, RECORD_ROOT, line);
    case CONTAINER_CSV:
    case CONTAINER_ZEEK:
        return record_cells(record, &description->cells, &finder->header, line);
    case CONTAINER_CEF: return record_cef(record, line);
    case CONTAINER_LEEF: return record_leef(record, line);
    case CONTAINER_TEXT: return read_text(finder, line);
    }
    return false;
}

static uint32_t first_member(struct finder *finder)
{
    struct record *record = &finder->record;
    if (finder->description->each.n == 0) {
        return record->top;
    }
    uint32_t node = record_whole(record, &finder->description->each);
    if (node == RECORD_NONE || record->nodes[node].kind != RECORD_ARRAY) {
        return record->top;
    }
    record->array = node;
    return record->nodes[node].child;
}

bool finder_read(struct finder *finder, struct span line, struct status *status)
{
    struct record *record = &finder->record;
    const struct text_rules *rules = &finder->description->text_rules;
    finder->gave_up = false;
    finder->member = RECORD_ROOT;
    status->code = STATUS_OK;
    if (!record_clear(record, status)) {
        return false;
    }
    if (!has_one(&rules->must, line)) {
        record->error = ""; /* left out at a glance */
        return true;
    }
    if (read_record(finder, line) && open_texts(finder)) {
        for (size_t i = 0; i < finder->description->pairs_in.n; i++) {
            uint32_t node = record_whole(record, &finder->description->pairs_in.list[i]);
            if (node != RECORD_NONE) {
                name_members(record, node);
            }
        }
        unwrap(finder);
        finder->member = first_member(finder);
    } else if (status->code == STATUS_OK && record->error == NULL) {
        record->error = "it cannot be read";
    }
    return status->code == STATUS_OK;
}

/* ---- from a record to a finding ---- */

static void leave_out(struct finding *finding, const char *why, struct span text)
{
    finding->is = FOUND_LEFT_OUT;
    finding->why = why;
    finding->why_text = text;
}

static void reject(struct finding *finding, const char *why)
{
    finding->is = FOUND_REJECTED;
    finding->why = why;
    finding->why_text = (struct span){"", 0};
}

static void not_kept(struct finder *finder, struct finding *finding)
{
    const struct record_path *kind = &finder->description->kind;
    struct span value;
    if (kind->n > 0 && take_path(finder, kind, &value)) {
        leave_out(finding, finder->description->keep_why.bytes, value);
    } else {
        leave_out(finding, "", finder->description->keep_why);
    }
}

/* False when the outcome says that the record is to be left out. */
static bool find_outcome(struct finder *finder, struct finding *finding)
{
    const struct log_description *description = finder->description;
    finding->outcome = FOUND_UNKNOWN;
    for (size_t i = 0; i < description->n_outcomes; i++) {
        const struct outcome_rule *rule = &description->outcomes[i];
        if (!finder_holds(finder, rule->when)) {
            continue;
        }
        if (rule->is == OUTCOME_SKIP) {
            leave_out(finding, "", rule->why);
            return false;
        }
        finding->outcome = rule->is == OUTCOME_SUCCESS   ? FOUND_SUCCESS
                           : rule->is == OUTCOME_FAILURE ? FOUND_FAILURE
                                                         : FOUND_UNKNOWN;
        return true;
    }
    return true;
}

static uint64_t weight_of(struct finder *finder)
{
    struct span text;
    uint64_t weight = 0;
    if (finder->description->count.n == 0 ||
        !finder_pick(finder, &finder->description->count, &text)) {
        return 1;
    }
    for (size_t i = 0; i < text.length; i++) {
        unsigned digit = (unsigned)(unsigned char)text.bytes[i] - '0';
        if (digit > 9 || i > 8) {
            return 1;
        }
        weight = weight * 10 + digit;
    }
    return weight > 0 ? weight : 1;
}

static void find(struct finder *finder, struct finding *finding)
{
    const struct log_description *description = finder->description;
    const char *why = NULL;
    if (description->text_rules.n_body > 0 && !read_body(finder)) {
        not_kept(finder, finding);
        return;
    }
    if (!finder_holds(finder, description->keep)) {
        not_kept(finder, finding);
        return;
    }
    for (size_t i = 0; i < description->n_drops; i++) {
        if (finder_holds(finder, &description->drops[i].when)) {
            leave_out(finding, "", description->drops[i].why);
            return;
        }
    }
    if (!find_outcome(finder, finding)) {
        return;
    }
    if (!finder_user(finder, &finding->user, &why)) {
        leave_out(finding, why, (struct span){"", 0});
        return;
    }
    if (!finder_time(finder, &finding->time)) {
        reject(finding, finder->why);
        return;
    }
    finding->source = finder_host(finder, &description->source);
    finding->destination = finder_host(finder, &description->destination);
    finding->weight = weight_of(finder);
}

bool finder_next(struct finder *finder, struct finding *finding, struct status *status)
{
    struct record *record = &finder->record;
    const uint32_t member = finder->member;
    if (member == RECORD_NONE) {
        return false;
    }
    *finding = (struct finding){.is = FOUND_EVENT, .why = "", .why_text = {"", 0}};
    finder->member = RECORD_NONE;
    if (record->error != NULL) {
        if (record->error[0] == '\0') {
            not_kept(finder, finding);
        } else {
            reject(finding, record->error);
        }
        return true;
    }
    if (record->array != RECORD_NONE) {
        record->member = member;
        finder->member = record->nodes[member].next;
    }
    find(finder, finding);
    if (finder->gave_up) {
        finder->gave_up = false;
        reject(finding, "a pattern takes too long on it");
    }
    return status->code == STATUS_OK;
}
