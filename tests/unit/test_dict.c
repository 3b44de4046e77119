/* dict and text_cache: texts get numbers, in the order in which they appear. */
#include "table/dict.h"
#include "table/csv/text_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

static void dict_ids_are_in_order_of_appearance(void **state)
{
    (void)state;
    struct dict *dict = dict_new(NULL);
    assert_int_equal(dict_add(dict, "b", 1, NULL), 0);
    assert_int_equal(dict_add(dict, "a", 1, NULL), 1);
    assert_int_equal(dict_add(dict, "", 0, NULL), 2);
    assert_int_equal(dict_add(dict, "a\0b", 3, NULL), 3);
    assert_int_equal(dict_add(dict, "a\0c", 3, NULL), 4);
    assert_int_equal(dict_add(dict, "a", 1, NULL), 1);
    assert_int_equal(dict_count(dict), 5);
    assert_int_equal(dict_find(dict, "a\0c", 3), 4);
    assert_true(dict_find(dict, "c", 1) == (uint32_t)DICT_NONE);
    assert_int_equal(dict_get(dict, 3).length, 3);
    assert_memory_equal(dict_get(dict, 3).bytes, "a\0b", 3);
    assert_int_equal(dict_get(dict, 2).length, 0);
    dict_free(dict);
    dict_free(NULL);
}

static void dict_grows_clears_and_trims(void **state)
{
    (void)state;
    struct dict *dict = dict_new(NULL);
    char text[32];
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 100000; i++) {
            int length = snprintf(text, sizeof text, "%u", i * 2654435761u);
            assert_int_equal(dict_add(dict, text, (size_t)length, NULL), i);
        }
        size_t held = dict_bytes(dict);
        dict_trim(dict);
        assert_true(dict_bytes(dict) < held || round == 1);
        for (unsigned i = 0; i < 100000; i++) {
            int length = snprintf(text, sizeof text, "%u", i * 2654435761u);
            assert_int_equal(dict_find(dict, text, (size_t)length), i);
            assert_memory_equal(dict_get(dict, i).bytes, text, (size_t)length);
        }
        dict_clear(dict);
        assert_int_equal(dict_count(dict), 0);
        assert_true(dict_find(dict, "0", 1) == (uint32_t)DICT_NONE);
    }
    dict_free(dict);
}

static void dict_finds_groups(void **state)
{
    (void)state;
    struct dict *dict = dict_new(NULL);
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh";
    struct span texts[DICT_GROUP];
    uint64_t hashes[DICT_GROUP];
    uint32_t ids[DICT_GROUP];
    for (size_t k = 0; k < 60; k += 2) { /* every length to 58 bytes, each found bytewise */
        assert_int_equal(dict_add(dict, letters, k, NULL), k / 2);
    }
    for (size_t k = 0; k < 60; k++) {
        texts[k] = (struct span){letters, k};
        hashes[k] = dict_hash(texts[k]);
    }
    dict_find_group(dict, texts, hashes, 60, ids);
    for (size_t k = 0; k < 60; k++) {
        assert_true(ids[k] == (k % 2 == 0 ? (uint32_t)(k / 2) : (uint32_t)DICT_NONE));
    }
    for (size_t length = 1; length < 58; length++) { /* a difference in any byte is seen */
        for (size_t i = 0; i < length; i++) {
            char other[64];
            memcpy(other, letters, length);
            other[i] ^= 1;
            struct span text = {other, length};
            uint64_t hash =
                dict_hash((struct span){letters, length}); /* as if hashes collided */
            dict_find_group(dict, &text, &hash, 1, ids);
            assert_true(ids[0] == (uint32_t)DICT_NONE);
        }
    }
    dict_prefetch(dict, 1);
    assert_int_equal(dict_add_hashed(dict, texts[3], hashes[3], NULL), 30);
    dict_find_group(dict, texts, hashes, 0, ids);
    dict_free(dict);
}

/* Text number i: of every length to 64 that its number fits in. */
static struct span text_cache_text(char name[static 128], uint32_t i)
{
    int length = (int)i % 65;
    sprintf(name, "%06u%060d", i, 0);
    return (struct span){name, (size_t)(length < 6 ? 6 : length)};
}

static void memos_remember_what_fits(void **state)
{
    (void)state;
    enum { MOST = 5000 };
    struct text_cache *cache = text_cache_new(MOST, NULL);
    char names[DICT_GROUP][128];
    struct span texts[DICT_GROUP];
    uint32_t ids[DICT_GROUP];
    for (uint32_t from = 0; from < 6400; from += DICT_GROUP) {
        for (uint32_t k = 0; k < DICT_GROUP; k++) {
            texts[k] = text_cache_text(names[k], from + k);
        }
        text_cache_find_group(cache, texts, DICT_GROUP, ids);
        for (uint32_t k = 0; k < DICT_GROUP; k++) {
            assert_true(ids[k] == (uint32_t)DICT_NONE);
            text_cache_prefetch(cache, texts[k]);
            assert_true(text_cache_add(cache, texts[k], from + k, NULL));
            assert_true(text_cache_add(cache, texts[k], from + k + 1, NULL));
        }
        text_cache_find_group(cache, texts, DICT_GROUP, ids);
        for (uint32_t k = 0; k < DICT_GROUP; k++) {
            bool fits = texts[k].length <= TEXT_CACHE_LONGEST;
            if (from < 5000) {
                assert_true(ids[k] == (fits ? from + k : (uint32_t)DICT_NONE));
            } else if (from > 5700) {
                assert_true(ids[k] == (uint32_t)DICT_NONE); /* full */
            }
        }
    }
    text_cache_free(cache);
    text_cache_free(NULL);
}

/* What stands behind a text is no part of it, and a zero byte is. */
static void memos_look_at_the_text_alone(void **state)
{
    (void)state;
    char bytes[2 * TEXT_CACHE_LONGEST + TEXT_CACHE_READS] = {0};
    for (size_t length = 0; length <= TEXT_CACHE_LONGEST; length++) {
        struct text_cache *cache = text_cache_new(10, NULL);
        uint32_t id;
        struct span text = {bytes, length}, longer = {bytes, length + 1};
        memset(bytes, 0, sizeof bytes);
        assert_true(text_cache_add(cache, text, 7, NULL));
        text_cache_find_group(cache, &longer, 1, &id);
        assert_true(id == (uint32_t)DICT_NONE);
        memset(bytes + length, 'x', sizeof bytes - length);
        text_cache_find_group(cache, &text, 1, &id);
        assert_int_equal(id, 7);
        for (size_t i = 0; i < length; i++) {
            bytes[i] = 1;
            text_cache_find_group(cache, &text, 1, &id);
            assert_true(id == (uint32_t)DICT_NONE);
            bytes[i] = 0;
        }
        text_cache_free(cache);
    }
}

static void memos_rest_when_they_do_not_pay(void **state)
{
    (void)state;
    struct text_cache *cache = text_cache_new(10, NULL);
    text_cache_judge(cache, 1000000, 900000);
    assert_true(text_cache_pays(cache));
    text_cache_judge(cache, 1000000, 100000);
    assert_false(text_cache_pays(cache));
    text_cache_judge(cache, 1000000, 0);
    assert_false(text_cache_pays(cache));
    text_cache_judge(cache, 10000000, 0);
    assert_true(text_cache_pays(cache)); /* it is tried again */
    text_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dict_ids_are_in_order_of_appearance),
        cmocka_unit_test(dict_grows_clears_and_trims),
        cmocka_unit_test(dict_finds_groups),
        cmocka_unit_test(memos_remember_what_fits),
        cmocka_unit_test(memos_look_at_the_text_alone),
        cmocka_unit_test(memos_rest_when_they_do_not_pay),
    };
    return cmocka_run_group_tests_name("dict", tests, NULL, NULL);
}
