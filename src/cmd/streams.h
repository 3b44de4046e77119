/* streams: standard input, output and error of a process, so that a failed or closed one loses
 * nothing unsaid.
 */
#ifndef ODDHOURS_CMD_STREAMS_H
#define ODDHOURS_CMD_STREAMS_H

/* Called first of all. A stream that the caller has closed is opened so that using it fails:
 * else the next file opened would take its number, and messages would go into that file. Beyond
 * `ulimit -f` a write fails, and ends nobody. */
void streams_open(void);

/* Called last of all: the exit status, which is 1 when standard output could not be written
 * though all else went well; that is said. */
int streams_close(int exit_status);

#endif
