#!/bin/sh
# How fast logs of described formats are counted.
#
# usage: logs.sh [MEGABYTES [RUNS]]
#
# Makes a Windows Security log as JSON lines of about 1 KB, of which a fifth are logins, and a syslog of
# sshd, sudo and cron, of which a third are; counts each and prints the seconds, the processor's, and
# megabytes a second. Run it where nothing else runs.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
oddhours=${ODDHOURS:-$here/build/oddhours}
megabytes=${1:-500} runs=${2:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v bytes=$((megabytes * 1000000)) 'BEGIN {
    srand(3)
    split("4624 4672 4634 4688 5156", id, " ")
    filler = sprintf("%180s", "")
    gsub(/ /, "x", filler)
    for (n = 0; bytes > 0; n++) {
        second = int(n / 8)
        time = sprintf("2024-03-%02d %02d:%02d:%02d", 1 + second / 86400, second / 3600 % 24, second / 60 % 60, second % 60)
        user = int(500 * rand())
        line = sprintf("{\"EventTime\":\"%s\",\"Hostname\":\"PC%d.north.example\",\"Keywords\":-9214364837600034816," \
            "\"EventType\":\"AUDIT_SUCCESS\",\"SeverityValue\":2,\"Severity\":\"INFO\",\"EventID\":%s," \
            "\"SourceName\":\"Microsoft-Windows-Security-Auditing\",\"Version\":2,\"Task\":12544,\"OpcodeValue\":0," \
            "\"RecordNumber\":%d,\"ProcessID\":696,\"ThreadID\":7112,\"Channel\":\"Security\",\"Message\":\"%s\"," \
            "\"Category\":\"Logon\",\"SubjectUserSid\":\"S-1-5-18\",\"SubjectUserName\":\"PC$\",\"SubjectDomainName\":\"NORTH\"," \
            "\"SubjectLogonId\":\"0x3e7\",\"TargetUserSid\":\"S-1-5-21-1-2-3-%d\",\"TargetUserName\":\"user%d\"," \
            "\"TargetDomainName\":\"NORTH\",\"TargetLogonId\":\"0x12d687\",\"LogonType\":\"3\",\"LogonProcessName\":\"Kerberos\"," \
            "\"AuthenticationPackageName\":\"Kerberos\",\"WorkstationName\":\"-\",\"IpAddress\":\"10.0.%d.%d\",\"IpPort\":\"50000\"," \
            "\"EventReceivedTime\":\"%s\",\"SourceModuleName\":\"in\",\"SourceModuleType\":\"im_msvistalog\"}",
            time, 300 * rand(), id[n % 5 + 1], n, filler, user, user, 4 * rand(), 250 * rand(), time)
        bytes -= length(line) + 1
        print line
    }
}' >"$work/windows.jsonl"
awk -v bytes=$((megabytes * 1000000)) 'BEGIN {
    srand(4)
    for (n = 0; bytes > 0; n++) {
        second = int(n / 8)
        head = sprintf("Mar %2d %02d:%02d:%02d web%d ", 1 + second / 86400, second / 3600 % 24, second / 60 % 60, second % 60, 20 * rand())
        kind = n % 6
        user = sprintf("user%d", 500 * rand())
        ip = sprintf("10.0.%d.%d", 4 * rand(), 250 * rand())
        if (kind == 0) line = head "sshd[812]: Accepted publickey for " user " from " ip " port 50122 ssh2: RSA SHA256:abc"
        else if (kind == 1) line = head "sshd[812]: Failed password for " user " from " ip " port 50122 ssh2"
        else if (kind == 2) line = head "sshd[812]: pam_unix(sshd:session): session opened for user " user " by (uid=0)"
        else if (kind == 3) line = head "CRON[9]: (root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily)"
        else if (kind == 4) line = head "systemd[1]: Started Session 45 of user " user "."
        else line = head "kernel: [12345.6] eth0: link up, 1000 Mbps, full duplex, flow control rx"
        bytes -= length(line) + 1
        print line
    }
}' >"$work/auth.log"

for log in windows.jsonl auth.log; do
    size=$(wc -c <"$work/$log")
    i=0
    while [ $i -lt "$runs" ]; do
        /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$oddhours" prep -q "$work/$log" --year 2024 \
            --novelty=off -o "$work/out.csv"
        awk -v log_name="$log" -v size="$size" '{
            printf "%-14s %.0f MB: %.2f s, processor %.2f s, %.0f MB/s, peak %.0f MB\n",
                log_name, size / 1e6, $1, $2 + $3, size / 1e6 / $1, $4 / 1e3 }' "$work/time"
        i=$((i + 1))
    done
done
