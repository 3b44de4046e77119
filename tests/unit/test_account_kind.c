/* Kinds of accounts, by rules over names and by a file. */
#include "past/account_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/test.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void names_have_kinds(void **state)
{
    static const struct {
        const char *name;
        enum account_kind kind;
    } wanted[] = {
        {"U66@DOM1", ACCOUNT_PERSON},
        {"C123$@DOM1", ACCOUNT_MACHINE},
        {"WS01$", ACCOUNT_MACHINE},
        {"SYSTEM@C12", ACCOUNT_SERVICE},
        {"LOCAL SERVICE@C1", ACCOUNT_SERVICE},
        {"Network Service@C1", ACCOUNT_SERVICE},
        {"svc_backup@CORP", ACCOUNT_SERVICE},
        {"ANONYMOUS LOGON@C586", ACCOUNT_ANONYMOUS},
        {"anonymous", ACCOUNT_ANONYMOUS},
        {"", ACCOUNT_PERSON},
    };
    struct account_rules *rules = account_rules_new(NULL, NULL);
    (void)state;
    assert_non_null(rules);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (account_rules_kind(rules, span_of(wanted[i].name)) != wanted[i].kind) {
            fail_msg("%s", wanted[i].name);
        }
    }
    account_rules_free(rules);
}

static void rules_are_asked_in_order(void **state)
{
    struct account_rules *rules =
        account_rules_new(" person=boss$@X ; machine='a b' *$@*; serv=\"q r*\"", NULL);
    (void)state;
    assert_non_null(rules);
    assert_int_equal(account_rules_kind(rules, span_of("boss$@X")), ACCOUNT_PERSON);
    assert_int_equal(account_rules_kind(rules, span_of("c$@X")), ACCOUNT_MACHINE);
    assert_int_equal(account_rules_kind(rules, span_of("A B")), ACCOUNT_MACHINE);
    assert_int_equal(account_rules_kind(rules, span_of("q rs")), ACCOUNT_SERVICE);
    assert_int_equal(account_rules_kind(rules, span_of("SYSTEM")), ACCOUNT_PERSON);
    account_rules_free(rules);
    static const char *const wrong[] = {"robot=x", "machine", "machine='x", "=x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct status status = {0};
        assert_null(account_rules_new(wrong[i], &status));
        assert_int_equal(status.code, STATUS_USAGE);
    }
    rules = account_rules_new("", NULL); /* everybody is a person */
    assert_int_equal(account_rules_kind(rules, span_of("c$@X")), ACCOUNT_PERSON);
    account_rules_free(rules);
}

/* Accounts by a file with this text; NULL with the status when it is refused. */
static struct accounts *by_file(const struct dict *users, const char *text,
                                struct status *status)
{
    char path[] = "/tmp/oddhours-accounts-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    struct account_rules *rules = account_rules_new(NULL, NULL);
    struct accounts *accounts = accounts_new(users, rules, path, NULL, status);
    account_rules_free(rules);
    unlink(path);
    return accounts;
}

static void a_file_goes_over_the_rules(void **state)
{
    struct dict *users = dict_new(NULL);
    struct status status = {0};
    (void)state;
    dict_add(users, "U1@X", 4, NULL);
    dict_add(users, "C2$@X", 5, NULL);
    dict_add(users, "U3@X", 4, NULL);
    struct accounts *accounts = by_file(
        users, "Label,account,KIND,owner\nVIP,U1@X,Service,\"Ann, B\"\n,C2$@X,,Bob\nx,U9,,\n",
        &status);
    assert_non_null(accounts);
    assert_int_equal(accounts->kind[0], ACCOUNT_SERVICE);
    assert_int_equal(accounts->kind[1], ACCOUNT_MACHINE);
    assert_int_equal(accounts->kind[2], ACCOUNT_PERSON);
    assert_string_equal(accounts->label[0], "VIP");
    assert_string_equal(accounts->owner[0], "Ann, B");
    assert_string_equal(accounts->owner[1], "Bob");
    assert_null(accounts->label[1]);
    assert_null(accounts->owner[2]);
    assert_int_equal(accounts->listed, 2);
    assert_int_equal(accounts->unknown, 1);
    accounts_free(accounts);
    assert_null(by_file(users, "account,kind\nU1@X,robot\n", &status));
    assert_int_equal(status.code, STATUS_INPUT);
    assert_non_null(strstr(status.text, "line 2"));
    assert_non_null(strstr(status.text, "robot"));
    assert_null(by_file(users, "name,kind\nU1@X,person\n", &status));
    assert_non_null(strstr(status.text, "line 1: 'kind' is no kind"));
    assert_null(by_file(users, "account,owner\nU1@X,Ann\n,Bob\n", &status));
    assert_non_null(strstr(status.text, "line 3: no account"));
    dict_free(users);
}

static void a_file_needs_no_header(void **state)
{
    struct dict *users = dict_new(NULL);
    (void)state;
    dict_add(users, "U1@X", 4, NULL);
    dict_add(users, "C2$@X", 5, NULL);
    struct accounts *accounts =
        by_file(users, "U1@X,service,Ann,VIP\nC2$@X,,Bob\nC2$@X,person,,later\n", NULL);
    assert_non_null(accounts);
    assert_int_equal(accounts->kind[0], ACCOUNT_SERVICE);
    assert_int_equal(accounts->kind[1], ACCOUNT_PERSON); /* the later line */
    assert_string_equal(accounts_kind(accounts, 0), "service");
    assert_string_equal(accounts_owner(accounts, 0), "Ann");
    assert_string_equal(accounts_label(accounts, 0), "VIP");
    assert_string_equal(accounts_owner(accounts, 1), "Bob");
    assert_string_equal(accounts_label(accounts, 1), "later");
    assert_int_equal(accounts_of_kind(accounts, ACCOUNT_SERVICE), 1);
    assert_int_equal(accounts_of_kind(accounts, ACCOUNT_MACHINE), 0);
    accounts_free(accounts);
    dict_free(users);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_kinds),
        cmocka_unit_test(rules_are_asked_in_order),
        cmocka_unit_test(a_file_goes_over_the_rules),
        cmocka_unit_test(a_file_needs_no_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
