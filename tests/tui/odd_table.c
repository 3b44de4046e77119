#include "tui/odd_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool odd_table_place(char *directory, size_t size)
{
    snprintf(directory, size, "%s/oddhours-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(directory) != NULL;
}

bool odd_table_write(const char *path, bool bare)
{
    static const char *const users[] = {"ann", "ben", "cat", "dan", "eve"};
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return false;
    }
    fprintf(file,
            "%stotal_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
            "nbhours_events,nbhours_ratio\n",
            bare ? "" : "dt,src_user,");
    for (int i = 0; i < 3 * 24 * 5; i++) {
        int events = i == 200 || i == 310 ? 900 : i == 100 ? 19 : 5 + i % 11;
        if (!bare) {
            fprintf(file, "2015-01-%02d %02d:00:00,%s,", 1 + i / 120, i / 5 % 24, users[i % 5]);
        }
        fprintf(file, "%d,0,0,%d,%d,0,0\n", events, events == 900 ? 40 : 1 + i % 3, 1 + i % 2);
    }
    return fclose(file) == 0;
}
