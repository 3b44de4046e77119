/* texts: fields of CSV lines, short and long ones. */
#include "run/rowfile/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

enum { LONGEST = 100, ROOM = 2 * LONGEST + 3 + TEXT_SLOT };

/* The field that a word of `length` letters must become; every third has a quote in it. */
static size_t expected_field(size_t length, char *word, char *field)
{
    memset(word, 'a' + (int)(length % 26), length);
    memcpy(field, word, length);
    field[length] = ',';
    if (length == 0 || length % 3 != 0) {
        return length + 1;
    }
    word[length / 2] = '"';
    size_t used = 0;
    field[used++] = '"';
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '"') {
            field[used++] = '"';
        }
        field[used++] = word[i];
    }
    field[used++] = '"';
    field[used++] = ',';
    return used;
}

static void words_of_every_length(void **state)
{
    (void)state;
    struct dict *dict = dict_new(NULL);
    struct texts texts = {0};
    char word[LONGEST + 1], field[ROOM], out[ROOM];
    for (size_t length = 0; length <= LONGEST; length++) {
        expected_field(length, word, field);
        assert_int_equal(dict_add(dict, word, length, NULL), length);
    }
    assert_true(texts_of_dict(&texts, dict, NULL));
    size_t longest = 0;
    for (size_t length = 0; length <= LONGEST; length++) {
        size_t expected = expected_field(length, word, field);
        memset(out, '?', sizeof out);
        texts_prefetch(&texts, (uint32_t)length);
        assert_int_equal(texts_put(&texts, (uint32_t)length, out), expected);
        assert_memory_equal(out, field, expected);
        for (size_t i = expected + TEXT_SLOT; i < sizeof out; i++) {
            assert_int_equal(out[i], '?'); /* no more than was said is written over */
        }
        longest = expected > longest ? expected : longest;
    }
    assert_int_equal(texts.longest, longest);
    texts_clear(&texts);
    texts_clear(&texts);
    dict_free(dict);
}

static size_t format_id(const void *context, size_t id, char *out)
{
    return (size_t)snprintf(out, TEXT_SLOT, "%s%zu", (const char *)context, id);
}

static void ids_are_formatted_side_by_side(void **state)
{
    (void)state;
    enum { N = 10001 };
    struct parallel *pool = parallel_new(2, NULL);
    struct texts texts = {0};
    assert_true(texts_of_ids(&texts, N, format_id, "number ", pool, NULL));
    for (uint32_t id = 0; id < N; id++) {
        char field[TEXT_SLOT], out[2 * TEXT_SLOT];
        int length = sprintf(field, "number %u,", id);
        assert_int_equal(texts_put(&texts, id, out), length);
        assert_memory_equal(out, field, (size_t)length);
    }
    texts_clear(&texts);
    parallel_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_every_length),
        cmocka_unit_test(ids_are_formatted_side_by_side),
    };
    return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}
