#!/usr/bin/env python3
"""Writes a small Windows event log (.evtx) of logins of our own making, for tests.

usage: make_evtx.py FILE

Elements are written out, without templates; names stand where they are first used. After the
description of the format in libevtx's documentation."""
import datetime
import struct
import sys
import zlib

HEADER = 512  # of a chunk
EPOCH = datetime.datetime(1601, 1, 1)


class Chunk:
    """The part that holds records; offsets of names count from its beginning."""

    def __init__(self):
        self.data = bytearray(HEADER)

    def put(self, form, *values):
        self.data += struct.pack("<" + form, *values)

    def name(self, text):
        self.put("I", len(self.data) + 4)
        code = 0
        for letter in text:
            code = (code * 65599 + ord(letter)) & 0xFFFFFFFF
        self.put("IHH", 0, code & 0xFFFF, len(text))
        self.data += text.encode("utf-16-le") + b"\0\0"

    def text(self, value):
        self.put("BBH", 5, 1, len(value))
        self.data += value.encode("utf-16-le")

    def element(self, name, attributes, content):
        start = len(self.data)
        self.put("BHI", 0x41 if attributes else 1, 0xFFFF, 0)
        self.name(name)
        if attributes:
            at = len(self.data)
            self.put("I", 0)
            left = len(attributes)
            for key, value in attributes.items():
                left -= 1
                self.put("B", 0x46 if left else 6)
                self.name(key)
                self.text(value)
            struct.pack_into("<I", self.data, at, len(self.data) - at - 4)
        if content is None:
            self.put("B", 3)
        else:
            self.put("B", 2)
            if isinstance(content, str):
                self.text(content)
            else:
                content()
            self.put("B", 4)
        struct.pack_into("<I", self.data, start + 3, len(self.data) - start - 7)


def record(chunk, number, when, event, values):
    at = len(chunk.data)
    ticks = (when - EPOCH) // datetime.timedelta(microseconds=1) * 10
    chunk.put("IIQQ", 0x00002A2A, 0, number, ticks)
    chunk.put("BBBB", 0x0F, 1, 1, 0)

    def system():
        chunk.element("Provider", {"Name": "Microsoft-Windows-Security-Auditing"}, None)
        chunk.element("EventID", {}, str(event))
        chunk.element("TimeCreated", {"SystemTime": when.strftime("%Y-%m-%dT%H:%M:%S.000000000Z")}, None)
        chunk.element("Channel", {}, "Security")
        chunk.element("Computer", {}, "FS1.north.example")

    def data():
        for key, value in values.items():
            chunk.element("Data", {"Name": key}, value)

    def both():
        chunk.element("System", {}, system)
        chunk.element("EventData", {}, data)

    chunk.element("Event", {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"}, both)
    chunk.put("B", 0)
    chunk.put("I", len(chunk.data) - at + 4)
    struct.pack_into("<I", chunk.data, at + 4, len(chunk.data) - at)
    return at


def main():
    chunk = Chunk()
    day = datetime.datetime(2024, 3, 11, 7, 15, 2)
    hour = datetime.timedelta(hours=1)
    nora = {"TargetUserSid": "S-1-5-21-1-2-3-1104", "TargetUserName": "Nora.Berg",
            "TargetDomainName": "NORTH", "LogonType": "3", "IpAddress": "192.0.2.7"}
    events = [(day, 4624, nora), (day, 4624, nora),
              (day + hour, 4625, {"TargetUserSid": "S-1-0-0", "TargetUserName": "admin & <b>",
                                  "TargetDomainName": "NORTH", "Status": "0xc000006d",
                                  "IpAddress": "-", "WorkstationName": "PC7"}),
              (day + hour, 4624, {"TargetUserName": "FS1$", "TargetDomainName": "NORTH"}),
              (day + hour, 4634, nora)]
    last = HEADER
    for number, (when, event, values) in enumerate(events, 1):
        last = record(chunk, number, when, event, values)
    n, free = len(events), len(chunk.data)
    head = struct.pack("<8sQQQQIIII", b"ElfChnk\0", 1, n, 1, n, 128, last, free,
                       zlib.crc32(bytes(chunk.data[HEADER:free])))
    chunk.data[:len(head)] = head
    struct.pack_into("<I", chunk.data, 124, zlib.crc32(bytes(chunk.data[:120] + chunk.data[128:HEADER])))
    body = bytes(chunk.data).ljust(65536, b"\0")
    head = struct.pack("<8sQQQIHHHH", b"ElfFile\0", 0, 0, n + 1, 128, 1, 3, 4096, 1).ljust(120, b"\0")
    head += struct.pack("<II", 0, zlib.crc32(head))
    with open(sys.argv[1], "wb") as file:
        file.write(head.ljust(4096, b"\0") + body)


main()
