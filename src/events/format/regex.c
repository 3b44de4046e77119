#define PCRE2_CODE_UNIT_WIDTH 8
#include "events/format/regex.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { GROUPS = 32, MATCH_LIMIT = 200000, DEPTH_LIMIT = 1000, HEAP_KIB = 1024 };
enum { STACK_FIRST = 32 << 10, STACK_MOST = 512 << 10 };

struct regex {
    pcre2_code *code;
    size_t n_groups, n_names;
    struct regex_name {
        struct span text;
        size_t group;
    } names[GROUPS];
};

struct matcher {
    pcre2_general_context *general;
    pcre2_match_context *context;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
    int groups; /* of the last match, 0 included */
};

static void *take(size_t bytes, void *context)
{
    (void)context;
    return mem_new(bytes, 1, "a regular expression", NULL);
}

static void give(void *memory, void *context)
{
    (void)context;
    free(memory);
}

/* The table of names has entries of equal size: two bytes of number, then the name. */
static void find_names(struct regex *regex)
{
    uint32_t n = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &n);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < n && regex->n_names < GROUPS; i++) {
        const char *name = (const char *)table + i * size + 2;
        size_t group = (size_t)(table[i * size] << 8 | table[i * size + 1]);
        size_t at = regex->n_names++;
        while (at > 0 && regex->names[at - 1].group > group) {
            regex->names[at] = regex->names[at - 1];
            at--;
        }
        regex->names[at] = (struct regex_name){{name, strlen(name)}, group};
    }
}

struct regex *regex_new(struct span pattern, unsigned flags, char problem[REGEX_PROBLEM])
{
    int error;
    PCRE2_SIZE where;
    uint32_t groups = 0;
    problem[0] = '\0';
    struct regex *regex = mem_zero(1, sizeof *regex, "a regular expression", NULL);
    pcre2_general_context *general =
        regex == NULL ? NULL : pcre2_general_context_create(take, give, NULL);
    pcre2_compile_context *context =
        general == NULL ? NULL : pcre2_compile_context_create(general);
    if (context == NULL) {
        pcre2_general_context_free(general);
        regex_free(regex);
        return NULL;
    }
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    pcre2_set_parens_nest_limit(context, 50);
    pcre2_set_max_pattern_length(context, 4096);
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DUPNAMES |
                       (flags & REGEX_LINES ? PCRE2_MULTILINE : PCRE2_DOLLAR_ENDONLY) |
                       (flags & REGEX_CASELESS ? PCRE2_CASELESS : 0) |
                       (flags & REGEX_WHOLE ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0);
    regex->code = pcre2_compile((PCRE2_SPTR)pattern.bytes, pattern.length, options, &error,
                                &where, context);
    pcre2_compile_context_free(context);
    pcre2_general_context_free(general);
    if (regex->code == NULL) {
        char text[120] = "";
        if (error != PCRE2_ERROR_HEAP_FAILED) {
            pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof text);
            snprintf(problem, REGEX_PROBLEM, "%s, at character %zu", text, where + 1);
        }
        regex_free(regex);
        return NULL;
    }
    pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (groups >= GROUPS) {
        snprintf(problem, REGEX_PROBLEM, "it has %u groups, of which %d are allowed", groups,
                 GROUPS - 1);
        regex_free(regex);
        return NULL;
    }
    regex->n_groups = groups;
    find_names(regex);
    pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE); /* where it cannot, it is interpreted */
    return regex;
}

void regex_free(struct regex *regex)
{
    if (regex != NULL) {
        pcre2_code_free(regex->code);
        free(regex);
    }
}

size_t regex_names(const struct regex *regex)
{
    return regex->n_names;
}

struct span regex_name(const struct regex *regex, size_t i)
{
    return regex->names[i].text;
}

size_t regex_groups(const struct regex *regex)
{
    return regex->n_groups;
}

/* ---- matching ---- */

struct matcher *matcher_new(struct status *status)
{
    struct matcher *matcher = mem_zero(1, sizeof *matcher, "matching", status);
    if (matcher == NULL) {
        return NULL;
    }
    matcher->general = pcre2_general_context_create(take, give, NULL);
    if (matcher->general != NULL) {
        matcher->context = pcre2_match_context_create(matcher->general);
        matcher->data = pcre2_match_data_create(GROUPS, matcher->general);
        matcher->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MOST, matcher->general);
    }
    if (matcher->context == NULL || matcher->data == NULL || matcher->stack == NULL) {
        matcher_free(matcher);
        status_nomem(status, 0, "matching");
        return NULL;
    }
    pcre2_set_match_limit(matcher->context, MATCH_LIMIT);
    pcre2_set_depth_limit(matcher->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(matcher->context, HEAP_KIB);
    pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
    return matcher;
}

void matcher_free(struct matcher *matcher)
{
    if (matcher != NULL) {
        pcre2_match_data_free(matcher->data);
        pcre2_match_context_free(matcher->context);
        pcre2_jit_stack_free(matcher->stack);
        pcre2_general_context_free(matcher->general);
        free(matcher);
    }
}

enum regex_answer regex_match(const struct regex *regex, struct matcher *matcher,
                              struct span text)
{
    return regex_match_from(regex, matcher, text, 0);
}

enum regex_answer regex_match_from(const struct regex *regex, struct matcher *matcher,
                                   struct span text, size_t from)
{
    int groups = pcre2_match(regex->code, (PCRE2_SPTR)(text.bytes != NULL ? text.bytes : ""),
                             text.length, from, 0, matcher->data, matcher->context);
    matcher->groups = groups > 0 ? groups : 0;
    return groups > 0 ? REGEX_YES : groups == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_GIVES_UP;
}

struct span matcher_group(const struct matcher *matcher, struct span text, size_t number)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(matcher->data);
    if (number >= (size_t)matcher->groups || at[2 * number] == PCRE2_UNSET ||
        at[2 * number] > at[2 * number + 1]) {
        return (struct span){NULL, 0};
    }
    return (struct span){text.bytes + at[2 * number], at[2 * number + 1] - at[2 * number]};
}

struct span matcher_named(const struct matcher *matcher, const struct regex *regex,
                          struct span text, size_t i)
{
    return matcher_group(matcher, text, regex->names[i].group);
}
