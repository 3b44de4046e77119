/* exchange: reviews out and in again without loss, and strangers refused. */
#include "review/exchange/exchange.h"
#include "review/exchange/exchange_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

static const struct review_dataset dataset = {.hash = (char *)(uintptr_t) "0123abcd",
                                              .name = (char *)(uintptr_t) "a, \"b\".csv",
                                              .features = (char *)(uintptr_t) "total,failed",
                                              .bytes = 2243000000,
                                              .rows = 42866142};

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    return copy;
}

static struct entry *make(enum entry_kind kind, size_t n_rows)
{
    struct entry *entry = entry_new(n_rows, NULL);
    assert_non_null(entry);
    assert_true(entry_identify(entry, NULL));
    entry->kind = kind;
    entry->reviewer = copy_of("Ana \"la\" Ruiz");
    entry->at_ms = 1790000000123;
    return entry;
}

/* A review with everything that is hard to write down. */
static struct history *hard_history(void)
{
    struct history *h = history_new(NULL);
    struct entry *entry = make(ENTRY_VERDICT, 1);
    entry->verdict = VERDICT_TP;
    entry->seconds = 0.1 + 0.2;
    entry->detector = copy_of("iforest");
    entry->queue = copy_of("pooled iforest,lof k=50 seed=1 blind");
    entry->blind = true;
    entry->k = 50;
    entry->rows[0] = (struct entry_row){4294967293u,
                                        7,
                                        0xfedcba9876543210u,
                                        2,
                                        copy_of("1970-01-01 00:00:00"),
                                        copy_of("ANONYMOUS, LOGON@C1")};
    assert_true(history_add(h, &entry, 1, NULL));
    entry = make(ENTRY_NOTE, 1);
    entry->note = copy_of("two\nlines, \"quoted\"\\ \t\x01 caf\xc3\xa9 =1+1");
    entry->rows[0].row = 3;
    assert_true(history_add(h, &entry, 1, NULL));
    entry = make(ENTRY_NOTE, 1);
    entry->note = copy_of("");
    entry->rows[0].row = 3;
    entry->at_ms = -5;
    assert_true(history_add(h, &entry, 1, NULL));
    entry = make(ENTRY_VERDICT, 300);
    for (uint32_t i = 0; i < 300; i++) {
        entry->rows[i] = (struct entry_row){.row = 2 * i, .content = i, .rank = i};
    }
    entry->verdict = VERDICT_UNDECIDED;
    entry->role = ROLE_REPEAT;
    memcpy(entry->origin, history_entry(h, 0)->uid, ENTRY_UID);
    assert_true(history_add(h, &entry, 1, NULL));
    struct entry *episode = make(ENTRY_VERDICT, 2);
    episode->verdict = VERDICT_LATER;
    episode->reason = copy_of("brute force, \"loud\"");
    episode->episode = copy_of("own gap=2h threshold=3");
    episode->suggestion = copy_of("tp from 5 of 6 neighbours");
    episode->rows[0] = (struct entry_row){.row = 1, .content = 9, .occurrence = 1};
    episode->rows[1] = (struct entry_row){.row = 8, .content = 9, .occurrence = 2};
    assert_true(history_add(h, &episode, 1, NULL));
    const char *const reasons[] = {"backup", ""};
    for (size_t i = 0; i < 2; i++) {
        struct entry *reason = make(ENTRY_REASON, 1);
        reason->reason = copy_of(reasons[i]);
        reason->rows[0].row = 1;
        memcpy(reason->target, episode->uid, ENTRY_UID);
        assert_true(history_add(h, &reason, 1, NULL));
    }
    const enum entry_kind back[] = {ENTRY_UNDO, ENTRY_REDO};
    for (size_t i = 0; i < 2; i++) {
        struct entry *undo = make(back[i], 0);
        memcpy(undo->target, entry->uid, ENTRY_UID);
        assert_true(history_add(h, &undo, 1, NULL));
    }
    return h;
}

static char *contents(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *length = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void assert_same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a != NULL) {
        assert_string_equal(a, b);
    }
}

static void assert_same_entry(const struct entry *a, const struct entry *b)
{
    assert_string_equal(a->uid, b->uid);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->verdict, b->verdict);
    assert_same_text(a->note, b->note);
    assert_same_text(a->reason, b->reason);
    assert_same_text(a->episode, b->episode);
    assert_same_text(a->suggestion, b->suggestion);
    assert_string_equal(a->target, b->target);
    assert_string_equal(a->origin, b->origin);
    assert_string_equal(a->reviewer, b->reviewer);
    assert_true(a->at_ms == b->at_ms);
    assert_true(isnan(a->seconds) ? isnan(b->seconds) : a->seconds == b->seconds);
    assert_same_text(a->detector, b->detector);
    assert_same_text(a->queue, b->queue);
    assert_int_equal(a->role, b->role);
    assert_int_equal(a->blind, b->blind);
    assert_int_equal(a->k, b->k);
    assert_int_equal(a->n_rows, b->n_rows);
    for (size_t i = 0; i < a->n_rows; i++) {
        assert_int_equal(a->rows[i].row, b->rows[i].row);
        assert_int_equal(a->rows[i].rank, b->rows[i].rank);
        assert_int_equal(a->rows[i].occurrence, b->rows[i].occurrence);
        assert_true(a->rows[i].content == b->rows[i].content);
        assert_same_text(a->rows[i].dt, b->rows[i].dt);
        assert_same_text(a->rows[i].user, b->rows[i].user);
    }
}

static void both_formats_come_back(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-exchange-XXXXXX";
    assert_non_null(mkdtemp(directory));
    static const char *const names[] = {"review.json", "review.csv"};
    struct history *h = hard_history();
    for (size_t i = 0; i < 2; i++) {
        char one[80], two[80];
        struct status status = {0};
        snprintf(one, sizeof one, "%s/%s", directory, names[i]);
        snprintf(two, sizeof two, "%s/again-%s", directory, names[i]);
        enum exchange_format format = exchange_format_of(one);
        assert_int_equal(format, i == 0 ? EXCHANGE_JSON : EXCHANGE_CSV);
        assert_true(exchange_write(h, &dataset, false, format, one, &status));
        struct exchange exchange;
        if (!exchange_read(one, &exchange, &status)) {
            fail_msg("%s", status.text);
        }
        assert_string_equal(exchange.dataset.hash, dataset.hash);
        assert_string_equal(exchange.dataset.name, dataset.name);
        assert_string_equal(exchange.dataset.features, dataset.features);
        assert_true(exchange.dataset.bytes == dataset.bytes);
        assert_true(exchange.dataset.rows == dataset.rows);
        assert_int_equal(exchange.n, history_count(h));
        for (size_t j = 0; j < exchange.n; j++) {
            assert_same_entry(exchange.entries[j], history_entry(h, j));
        }
        struct history *again = exchange_history(&exchange, &status);
        assert_non_null(again);
        assert_true(exchange_write(again, &exchange.dataset, false, format, two, &status));
        size_t n_one, n_two;
        char *first = contents(one, &n_one), *second = contents(two, &n_two);
        assert_int_equal(n_one, n_two);
        assert_memory_equal(first, second, n_one);

        /* What is cut off or damaged is refused, whatever is hit: never half taken. */
        for (size_t cut = 0; cut < n_one; cut += 97) {
            struct exchange part;
            if (exchange_parse(first, cut, &part, &status)) {
                assert_int_equal(format, EXCHANGE_CSV); /* at the end of a line or number */
                exchange_clear(&part);
            }
        }
        free(first);
        free(second);
        history_free(again);
        exchange_clear(&exchange);
        unlink(one);
        unlink(two);
    }
    history_free(h);
    rmdir(directory);
}

/* In a container every process has the same number: the file of the last rescue is there, and
 * somebody may have put a link in the way. */
static void only_what_waits_is_rescued_into_a_new_file(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-rescue-XXXXXX", here[4096], names[4][64], path[600];
    assert_non_null(getcwd(here, sizeof here));
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chdir(directory), 0);
    struct history *h = hard_history();
    for (size_t i = 0; i < 4; i++) {
        history_saved(h, i, i + 1);
    }
    for (int i = 0; i < 4; i++) {
        char number[16] = "";
        if (i > 0) {
            snprintf(number, sizeof number, "-%d", i + 1);
        }
        snprintf(names[i], sizeof names[i], "./oddhours-unsaved-%ld%s.json", (long)getpid(),
                 number);
    }
    FILE *precious = fopen("precious.txt", "w");
    assert_non_null(precious);
    fputs("precious", precious);
    fclose(precious);
    assert_int_equal(symlink("precious.txt", names[1]), 0);
    assert_int_equal(symlink("nowhere", names[2]), 0);
    const int into[] = {0, 3}; /* the second and third names are taken by links */
    mode_t before = umask(0);
    for (int i = 0; i < 2; i++) {
        struct status status = {0};
        if (!exchange_rescue(h, &dataset, path, sizeof path, &status)) {
            fail_msg("%s", status.text);
        }
        assert_string_equal(path, names[into[i]]);
        struct exchange exchange;
        struct stat file;
        assert_int_equal(lstat(path, &file), 0);
        assert_true(S_ISREG(file.st_mode));
        assert_int_equal(file.st_mode & 07777, 0600);
        assert_true(exchange_read(path, &exchange, NULL));
        assert_int_equal(exchange.n, 5);
        assert_same_entry(exchange.entries[0], history_entry(h, 4));
        exchange_clear(&exchange);
    }
    umask(before);
    char text[16] = "";
    precious = fopen("precious.txt", "r");
    assert_non_null(fgets(text, sizeof text, precious));
    fclose(precious);
    assert_string_equal(text, "precious");
    assert_int_not_equal(access("nowhere", F_OK), 0);
    history_free(h);
    for (int i = 0; i < 4; i++) {
        unlink(names[i]);
    }
    unlink("precious.txt");
    assert_int_equal(chdir(here), 0);
    assert_int_equal(rmdir(directory), 0); /* no temporary file is left */
}

/* Two entries of one uid, a tp and an fp: as CSV both were one entry, and the fp a tp. */
static void the_second_entry_of_a_uid_is_refused(void **state)
{
    (void)state;
    char path[4096], csv[] = "/tmp/oddhours-repeated-XXXXXX";
    const char *sources = getenv("ODDHOURS_SRCDIR");
    struct exchange exchange, again;
    struct status status = {0};
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus_review/repeated_uid.json",
             sources != NULL ? sources : ".");
    if (!exchange_read(path, &exchange, &status)) {
        fail_msg("%s", status.text);
    }
    assert_int_equal(exchange.n, 1);
    assert_int_equal(exchange.repeated, 1);
    assert_int_equal(exchange.entries[0]->verdict, VERDICT_TP);
    assert_int_equal(exchange.entries[0]->rows[0].row, 2723);

    struct history *history = exchange_history(&exchange, NULL);
    close(mkstemp(csv));
    assert_true(exchange_write(history, &exchange.dataset, false, EXCHANGE_CSV, csv, NULL));
    size_t length;
    char *bytes = contents(csv, &length);
    bytes[length] = '\0';
    char *line = strchr(bytes, '\n') + 1; /* the entry again, with another verdict and row */
    size_t size = strlen(line);
    char *twice = malloc(length + size + 1);
    assert_non_null(twice);
    memcpy(twice, bytes, length);
    memcpy(twice + length, line, size + 1);
    char *verdict = strstr(twice + length, ",tp,"), *row = strstr(twice + length, ",2723,");
    memcpy(verdict, ",fp,", 4);
    memcpy(row, ",2888,", 6);
    assert_true(exchange_parse(twice, length + size, &again, &status));
    assert_int_equal(again.n, 1);
    assert_int_equal(again.repeated, 1);
    assert_int_equal(again.entries[0]->n_rows, 1);
    exchange_clear(&again);
    memcpy(verdict, ",tp,", 4); /* the same verdict: one more row of the entry */
    assert_true(exchange_parse(twice, length + size, &again, &status));
    assert_int_equal(again.n, 1);
    assert_int_equal(again.repeated, 0);
    assert_int_equal(again.entries[0]->n_rows, 2);
    exchange_clear(&again);
    free(twice);
    free(bytes);
    unlink(csv);
    history_free(history);
    exchange_clear(&exchange);
}

static bool describe(const void *table, uint32_t row, struct entry_row *to,
                     struct status *status)
{
    (void)table;
    (void)status;
    to->content = row;
    return true;
}

static bool accepts(const void *table, const struct entry_row *row, bool same_features)
{
    (void)table;
    (void)row;
    (void)same_features;
    return true;
}

/* From one machine's store to another's: twice is as good as once. */
static void a_review_moves_to_another_store(void **state)
{
    (void)state;
    char directory[] = "/tmp/oddhours-exchange-XXXXXX", path[80], file[80];
    assert_non_null(mkdtemp(directory));
    snprintf(file, sizeof file, "%s/review.csv", directory);
    const struct row_source source = {.describe = describe, .accepts = accepts};
    struct status status = {0};
    struct verdict_context context = {.seconds = 1};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%d.db", directory, i);
        struct store_options options = {.path = path, .reviewer = i == 0 ? "ana" : "ben"};
        struct store *store = store_new(&options, NULL);
        assert_true(store_attach(store, &dataset, &source, &status));
        uint32_t row = 5;
        assert_true(
            store_verdict(store, &row, 1, i == 0 ? VERDICT_TP : VERDICT_FP, &context, &status));
        if (i == 0) {
            assert_true(exchange_write(store_history(store), &dataset, false, EXCHANGE_CSV,
                                       file, &status));
        }
        struct exchange exchange;
        struct store_imported done;
        assert_true(exchange_read(file, &exchange, &status));
        for (int again = 0; again < 2; again++) {
            assert_true(store_import(store, exchange.entries, exchange.n, &done, &status));
            assert_int_equal(done.added, i == 1 && again == 0);
        }
        assert_int_equal(history_count(store_history(store)), i + 1);
        bool disputed;
        assert_int_equal(history_verdict(store_history(store), 5, HISTORY_EVERYONE, &disputed),
                         i == 0 ? VERDICT_TP : VERDICT_UNDECIDED);
        exchange_clear(&exchange);
        assert_true(store_free(store, &status));
        unlink(path);
    }
    unlink(file);
    rmdir(directory);
}

/* Of two reviewers' notes on a row the later one is shown, as it is from the store. */
static void the_latest_note_is_the_latest(void **state)
{
    (void)state;
    static const char *const who[] = {"ana", "ben", "ana"};
    struct exchange exchange = {0};
    for (size_t i = 0; i < 3; i++) {
        struct entry *entry = make(ENTRY_NOTE, 1);
        free(entry->reviewer);
        entry->reviewer = copy_of(who[i]);
        entry->note = copy_of(i == 1 ? "the latest on 3" : "other");
        entry->rows[0].row = i < 2 ? 3 : 4;
        assert_true(exchange_add(&exchange, entry, NULL));
    }
    struct history *history = exchange_history(&exchange, NULL);
    struct verdict_set *set = verdict_set_new(history, HISTORY_EVERYONE, NULL);
    assert_non_null(set);
    assert_string_equal(verdict_set_find(set, 3)->note, "the latest on 3");
    verdict_set_free(set);
    history_free(history);
    exchange_clear(&exchange);
}

static void strangers_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{",
        "{}",
        "[1]",
        "row_id,verdict\n1,tp\n",
        "{\"format\":\"oddhours-review\",\"version\":1}",
        "{\"format\":\"oddhours-review\",\"version\":2,\"dataset\":{},\"entries\":[]}",
        "{\"format\":\"oddhours-review\",\"version\":1,\"dataset\":{},\"entries\":[]}",
        "{\"format\":\"oddhours-review\",\"version\":1,\"dataset\":{\"hash\":\"a\",\"name\":"
        "\"b\","
        "\"features\":\"c\"},\"entries\":[{}]}",
        "{\"format\":\"oddhours-review\",\"version\":1,\"dataset\":{\"hash\":\"a\",\"name\":"
        "\"b\","
        "\"features\":\"c\"},\"entries\":[{\"uid\":\"00000000000000000000000000000001\","
        "\"kind\":"
        "\"verdict\",\"reviewer\":\"x\",\"at_ms\":1,\"verdict\":\"tp\",\"rows\":[{\"row_id\":-"
        "1,"
        "\"content\":\"0000000000000001\"}]}]}",
        "uid,kind,reviewer,verdict,row_id,at_ms,content,dataset_hash\n"
        "00000000000000000000000000000001,verdict,x,tp,1,1,0000000000000001,a\n"
        "00000000000000000000000000000002,verdict,x,tp,1,1,0000000000000001,b\n",
        "uid,kind,reviewer,verdict,row_id,at_ms,content,dataset_hash\n"
        "00000000000000000000000000000001,verdict,x,tp,1,zwei,0000000000000001,a\n",
        "uid,kind,reviewer,verdict,row_id,at_ms,content,dataset_hash\n"
        "00000000000000000000000000000001,verdict,x,maybe,1,1,0000000000000001,a\n",
        "uid,kind,reviewer,verdict,row_id,at_ms,content,dataset_hash\n"
        "00000000000000000000000000000001,verdict,x,tp,1,1,1,a\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct status status = {0};
        struct exchange exchange;
        if (exchange_parse(texts[i], strlen(texts[i]), &exchange, &status)) {
            fail_msg("taken: %s", texts[i]);
        }
        assert_int_equal(status.code, STATUS_INPUT);
        assert_true(status.text[0] != '\0');
    }
    struct exchange exchange;
    assert_false(exchange_read("/nonexistent/review.json", &exchange, NULL));
    struct status endless = {0};
    assert_false(exchange_read("/dev/zero", &exchange, &endless));
    assert_string_equal(endless.text, "/dev/zero: cannot be read: it is a device, not a file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_formats_come_back),
        cmocka_unit_test(only_what_waits_is_rescued_into_a_new_file),
        cmocka_unit_test(the_second_entry_of_a_uid_is_refused),
        cmocka_unit_test(a_review_moves_to_another_store),
        cmocka_unit_test(the_latest_note_is_the_latest),
        cmocka_unit_test(strangers_are_refused),
    };
    return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
