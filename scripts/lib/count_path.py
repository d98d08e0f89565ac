"""Counts our files and functions that one more file passes: see scripts/count-path.sh.

    count_path.py [--list] FIRST SECOND THIRD     callgrind's output for N, N + 1 and N + 2 files
"""

import re
import sys
from collections import defaultdict

OURS = re.compile(r"(?:^|/)src/(.+\.cpp)$")
NAMED = re.compile(r"^(\(\d+\))(?: (.+))?$")


class Trace:
    """How often who calls whom. A function is a pair of its source file and its name."""

    def __init__(self, path):
        self.calls = defaultdict(int)
        names = {"file": {}, "function": {}}

        def name_of(kind, text):
            number, name = NAMED.match(text).groups()
            if name:
                names[kind][number] = name
            return names[kind][number]

        file = callee_file = ""
        here = there = None
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                key, _, value = line.rstrip("\n").partition("=")
                if key == "fl":
                    file = callee_file = name_of("file", value)
                elif key in ("fi", "fe"):
                    name_of("file", value)
                elif key == "fn":
                    here = (file, name_of("function", value))
                elif key in ("cfi", "cfl"):
                    callee_file = name_of("file", value)
                elif key == "cfn":
                    there = (callee_file, name_of("function", value))
                elif key == "calls":
                    self.calls[here, there] += int(value.split()[0])
                    callee_file = file


def our_file(function):
    """The .cpp that it is defined in; nothing for what a header or a library holds."""
    found = OURS.search(function[0])
    return found.group(1) if found else None


def named(function):
    """A lambda belongs to the function that it stands in."""
    name = function[1].replace("(anonymous namespace)::", "")
    return our_file(function), re.sub(r"\(.*", "", re.sub(r"^auto ", "", name))


def growing(traces):
    """For each function that is called once more for each file: who calls it."""
    callers = defaultdict(set)
    for call in traces[2].calls:
        counts = [trace.calls[call] for trace in traces]
        if counts[0] < counts[1] < counts[2]:
            callers[call[1]].add(call[0])
    return callers


def our_callers(function, callers, seen):
    """Those of ours, through whatever only passes calls on."""
    for caller in callers[function] - seen:
        seen.add(caller)
        if our_file(caller):
            yield caller
        else:
            yield from our_callers(caller, callers, seen)


def main(arguments):
    sys.setrecursionlimit(100_000)
    wants_list = arguments[:1] == ["--list"]
    callers = growing([Trace(path) for path in arguments[-3:]])
    ours = {function for function in callers if our_file(function)}
    names = {named(function) for function in ours}
    path = set()
    for function in ours:
        for caller in our_callers(function, callers, set()):
            if our_file(caller) == our_file(function):
                continue
            path.add(named(function))
            if named(caller) not in names:
                path.add(named(caller))
    files = {file for file, _ in path | names}
    if wants_list:
        for file in sorted(files):
            print(file, *sorted(name for where, name in path if where == file), sep="\n    ")
    print(f"{len(files)} files, {len(path)} functions")


main(sys.argv[1:])
