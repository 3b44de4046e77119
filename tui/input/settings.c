#include "input/settings_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/suggest.h"
#include "run/run.h"

enum { MOST_K = 1000000000 };

void settings_init(struct settings *settings)
{
    static const char *const reasons[VERDICT_REASONS] = {
        "backup",      "scanner",          "expired password", "service", "admin work",
        "brute force", "lateral movement", "exfiltration",     "policy"};
    *settings = (struct settings){.color = COLOR_AUTO,
                                  .k = SETTINGS_DEFAULT_K,
                                  .gap = run_gap_spec.initial,
                                  .columns = "default"};
    keymap_init(&settings->keymap);
    palette_init(&settings->palette);
    settings->reasons.n = VERDICT_REASONS;
    for (size_t i = 0; i < VERDICT_REASONS; i++) {
        snprintf(settings->reasons.of[i], VERDICT_REASON, "%s", reasons[i]);
    }
}

/* ---- remarks ---- */

void settings_remark(struct settings_remarks *remarks, enum log_kind kind, const char *format,
                     ...)
{
    if (remarks->n < SETTINGS_REMARKS) {
        struct settings_remark *remark = &remarks->list[remarks->n];
        va_list args;
        va_start(args, format);
        vsnprintf(remark->text, sizeof remark->text, format, args);
        va_end(args);
        remark->kind = kind;
    }
    remarks->n++;
    remarks->errors += kind == LOG_ERROR;
}

bool settings_remarks_full(const struct settings_remarks *remarks)
{
    return remarks->n >= SETTINGS_REMARKS;
}

const char *settings_kind(const cJSON *value)
{
    switch (value->type & 0xFF) {
    case cJSON_True:
    case cJSON_False: return "true or false";
    case cJSON_Number: return "a number";
    case cJSON_String: return "a text";
    case cJSON_Array: return "a list";
    case cJSON_Object: return "an object";
    default: return "null";
    }
}

void settings_unknown(struct settings_remarks *remarks, const char *place, const char *what,
                      const char *name, const char *(*known)(int i))
{
    struct suggestion suggestion = {0};
    for (int i = 0; !settings_remarks_full(remarks) && known(i) != NULL; i++) {
        suggest_consider(&suggestion, name, known(i));
    }
    settings_remark(remarks, LOG_ERROR, "%s: '%.*s' is no %s%s", place, SHOWN_NAME, name, what,
                    suggest_hint(suggestion.word, "'", "'").text);
}

/* ---- values ---- */

static void wrong_kind(struct settings_remarks *remarks, const char *place, const char *wanted,
                       const cJSON *value)
{
    settings_remark(remarks, LOG_ERROR, "%s should be %s, not %s", place, wanted,
                    settings_kind(value));
}

static const char *known_glyphs(int i)
{
    static const char *const words[] = {"auto", "block", "braille", "ascii", NULL};
    return words[i];
}

static void take_glyphs(struct settings *settings, const cJSON *value,
                        struct settings_remarks *remarks)
{
    if (!cJSON_IsString(value)) {
        wrong_kind(remarks, "glyphs", "block, braille, ascii or auto", value);
    } else if (strcmp(value->valuestring, "auto") == 0) {
        settings->glyphs_chosen = false;
    } else if (glyphs_parse(value->valuestring, &settings->glyphs)) {
        settings->glyphs_chosen = true;
    } else {
        settings_unknown(remarks, "glyphs", "set of glyphs (block, braille, ascii, auto)",
                         value->valuestring, known_glyphs);
    }
}

static const char *known_mode(int i)
{
    return i < COLOR_MODES ? color_mode_name((enum color_mode)i) : NULL;
}

static void take_color(struct settings *settings, const cJSON *value,
                       struct settings_remarks *remarks)
{
    if (!cJSON_IsString(value)) {
        wrong_kind(remarks, "color", "auto, always or never", value);
    } else if (!color_mode_find(value->valuestring, &settings->color)) {
        settings_unknown(remarks, "color", "choice (auto, always, never)", value->valuestring,
                         known_mode);
    }
}

static void take_mouse(struct settings *settings, const cJSON *value,
                       struct settings_remarks *remarks)
{
    if (cJSON_IsBool(value)) {
        settings->mouse = cJSON_IsTrue(value);
    } else {
        wrong_kind(remarks, "mouse", "true or false", value);
    }
}

/* A whole number within the limits; false when it is none. */
static bool whole(const cJSON *value, double least, double most, double *number)
{
    *number = cJSON_IsNumber(value) ? value->valuedouble : (double)NAN;
    return *number >= least && *number <= most && *number == floor(*number);
}

static void take_k(struct settings *settings, const cJSON *value,
                   struct settings_remarks *remarks)
{
    double k;
    if (whole(value, 1, MOST_K, &k)) {
        settings->k = (size_t)k;
    } else {
        settings_remark(remarks, LOG_ERROR, "k should be a whole number from 1 to %d", MOST_K);
    }
}

static void take_by(struct settings *settings, const cJSON *value,
                    struct settings_remarks *remarks)
{
    bool text = cJSON_IsString(value);
    if (text && (strcmp(value->valuestring, "row") == 0 ||
                 strcmp(value->valuestring, "episode") == 0)) {
        settings->by_episode = value->valuestring[0] == 'e';
    } else {
        settings_remark(remarks, LOG_ERROR, "by should be row or episode");
    }
}

static void take_gap(struct settings *settings, const cJSON *value,
                     struct settings_remarks *remarks)
{
    if (cJSON_IsNumber(value) && param_valid(&run_gap_spec, value->valuedouble)) {
        settings->gap = value->valuedouble;
    } else {
        settings_remark(remarks, LOG_ERROR, "gap should be hours, above 0 and at most %g",
                        run_gap_spec.most);
    }
}

static void take_reasons(struct settings *settings, const cJSON *value,
                         struct settings_remarks *remarks)
{
    const cJSON *item;
    struct verdict_reasons reasons = {.n = 0};
    if (!cJSON_IsArray(value) || cJSON_GetArraySize(value) > VERDICT_REASONS) {
        settings_remark(remarks, LOG_ERROR, "reasons should be a list of at most %d texts",
                        VERDICT_REASONS);
        return;
    }
    cJSON_ArrayForEach(item, value)
    {
        if (!cJSON_IsString(item) || item->valuestring[0] == '\0' ||
            strlen(item->valuestring) >= VERDICT_REASON) {
            settings_remark(remarks, LOG_ERROR,
                            "reasons[%zu] should be a text of 1 to %d bytes", reasons.n,
                            VERDICT_REASON - 1);
            return;
        }
        snprintf(reasons.of[reasons.n++], VERDICT_REASON, "%s", item->valuestring);
    }
    settings->reasons = reasons;
}

/* Which names there are depends on the table: they are looked up when it is there. */
static void take_text(char to[SETTINGS_COLUMNS], const char *name, const char *what,
                      const cJSON *value, struct settings_remarks *remarks)
{
    if (!cJSON_IsString(value)) {
        wrong_kind(remarks, name, what, value);
    } else if (strlen(value->valuestring) >= SETTINGS_COLUMNS) {
        settings_remark(remarks, LOG_ERROR, "%s is too long", name);
    } else {
        snprintf(to, SETTINGS_COLUMNS, "%s", value->valuestring);
    }
}

static void take_columns(struct settings *settings, const cJSON *value,
                         struct settings_remarks *remarks)
{
    take_text(settings->columns, "columns", "a text of names", value, remarks);
}

static void take_filter(struct settings *settings, const cJSON *value,
                        struct settings_remarks *remarks)
{
    take_text(settings->filter, "filter", "a text of terms", value, remarks);
}

static const char *known_role(int i)
{
    return i < ROLE_COUNT ? palette_role_name((enum role)i) : NULL;
}

static void take_one_color(struct settings *settings, enum role role, const cJSON *value,
                           struct settings_remarks *remarks)
{
    char place[PLACE];
    double number;
    short color;
    snprintf(place, sizeof place, "colors.%s", palette_role_name(role));
    if (cJSON_IsString(value)) {
        if (palette_color_find(value->valuestring, &color)) {
            palette_set(&settings->palette, role, color);
        } else {
            settings_unknown(remarks, place, "colour", value->valuestring, palette_color_known);
        }
    } else if (whole(value, 0, 255, &number)) {
        palette_set(&settings->palette, role, (short)number);
    } else if (cJSON_IsNumber(value)) {
        settings_remark(remarks, LOG_ERROR, "%s should be a whole number from 0 to 255", place);
    } else {
        wrong_kind(remarks, place, "the name or number of a colour", value);
    }
}

static void take_colors(struct settings *settings, const cJSON *value,
                        struct settings_remarks *remarks)
{
    const cJSON *item;
    bool seen[ROLE_COUNT] = {false};
    if (!cJSON_IsObject(value)) {
        wrong_kind(remarks, "colors", "an object of roles", value);
        return;
    }
    cJSON_ArrayForEach(item, value)
    {
        int role = 0;
        while (role < ROLE_COUNT && strcmp(known_role(role), item->string) != 0) {
            role++;
        }
        if (role == ROLE_COUNT) {
            settings_unknown(remarks, "colors", "role", item->string, known_role);
        } else if (seen[role]) {
            settings_remark(remarks, LOG_ERROR, "colors.%s is there twice; the first counts",
                            item->string);
        } else {
            seen[role] = true;
            take_one_color(settings, (enum role)role, item, remarks);
        }
    }
}

/* ---- the whole ---- */

static const struct {
    const char *name;
    void (*take)(struct settings *settings, const cJSON *value,
                 struct settings_remarks *remarks);
} members[] = {
    {"keys", settings_keys},   {"glyphs", take_glyphs}, {"color", take_color},
    {"colors", take_colors},   {"mouse", take_mouse},   {"k", take_k},
    {"reasons", take_reasons}, {"by", take_by},         {"gap", take_gap},
    {"columns", take_columns}, {"filter", take_filter},
};

enum { MEMBERS = sizeof members / sizeof members[0] };

static const char *known_member(int i)
{
    return i < MEMBERS ? members[i].name : NULL;
}

static size_t line_of(const char *bytes, const char *place)
{
    size_t line = 1;
    for (; bytes < place; bytes++) {
        line += *bytes == '\n';
    }
    return line;
}

/* Says where the JSON ends to be JSON. */
static void not_json(const char *bytes, size_t length, const char *end,
                     struct settings_remarks *remarks)
{
    enum { SHOWN = 24 };
    const char *limit = bytes + length;
    end = end == NULL || end < bytes ? bytes : end < limit ? end : limit;
    while (end < limit && strchr(" \t\r\n", *end) != NULL) {
        end++;
    }
    const char *line = memchr(end, '\n', (size_t)(limit - end));
    size_t shown = (size_t)((line != NULL ? line : limit) - end);
    settings_remark(remarks, LOG_ERROR,
                    "line %zu: this is not JSON: %s%.*s%s; the defaults stand",
                    line_of(bytes, end), shown > 0 ? "'" : "it ends too early",
                    (int)(shown < SHOWN ? shown : SHOWN), end, shown > 0 ? "'" : "");
}

void settings_parse(struct settings *settings, const char *bytes, size_t length,
                    struct settings_remarks *remarks)
{
    const char *zero = memchr(bytes, '\0', length), *end = NULL;
    const cJSON *item;
    bool seen[MEMBERS] = {false};
    if (zero != NULL) {
        settings_remark(remarks, LOG_ERROR, "line %zu: a zero byte; the defaults stand",
                        line_of(bytes, zero));
        return;
    }
    cJSON *root = cJSON_ParseWithLengthOpts(bytes, length, &end, false);
    const char *rest = end;
    while (root != NULL && rest < bytes + length && strchr(" \t\r\n", *rest) != NULL) {
        rest++;
    }
    if (root == NULL || rest < bytes + length) {
        not_json(bytes, length, end, remarks);
        cJSON_Delete(root);
        return;
    }
    if (!cJSON_IsObject(root)) {
        wrong_kind(remarks, "the file", "an object", root);
        cJSON_Delete(root);
        return;
    }
    cJSON_ArrayForEach(item, root)
    {
        int i = 0;
        while (i < MEMBERS && strcmp(members[i].name, item->string) != 0) {
            i++;
        }
        if (i == MEMBERS) {
            settings_unknown(remarks, "the file", "setting", item->string, known_member);
        } else if (seen[i]) {
            settings_remark(remarks, LOG_ERROR, "%s is there twice; the first counts",
                            item->string);
        } else {
            seen[i] = true;
            remarks->known++;
            members[i].take(settings, item, remarks);
        }
    }
    cJSON_Delete(root);
}

/* ---- files ---- */

char *settings_default_path(void)
{
    return paths_of(PATHS_CONFIG, "config.json", NULL);
}

/* Reads up to `size` bytes; -1 on failure. */
static ssize_t read_all(int fd, char *bytes, size_t size)
{
    size_t length = 0;
    while (length < size) {
        ssize_t got = read(fd, bytes + length, size - length);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        length += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)length;
}

bool settings_load(struct settings *settings, const char *path,
                   struct settings_remarks *remarks, bool *missing, struct status *status)
{
    int fd = infile_open_text(path, status);
    *missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (fd < 0) {
        return false;
    }
    char *bytes = mem_new(SETTINGS_BYTES + 1, 1, "the configuration", status);
    ssize_t length = bytes == NULL ? -1 : read_all(fd, bytes, SETTINGS_BYTES + 1);
    bool good = length >= 0 ||
                (bytes != NULL &&
                 status_set(status, STATUS_IO, "cannot read %s: %s", path, strerror(errno)));
    close(fd);
    if (good && length > SETTINGS_BYTES) {
        settings_remark(remarks, LOG_ERROR,
                        "the file has more than %d bytes: too many for a configuration; the "
                        "defaults stand",
                        SETTINGS_BYTES);
    } else if (good) {
        settings_parse(settings, bytes, (size_t)length, remarks);
    }
    free(bytes);
    return good;
}
