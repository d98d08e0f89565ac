#!/usr/bin/env python3
"""Finds references in documents and comments to what the repository does not have.

    scripts/gates/references.py             all files that git knows; exit code 1 when something is missing
    scripts/gates/references.py FILE...     these alone

Looked at are Markdown files as a whole and the comments of all other text files. Checked are links with
their anchors, paths, names of source files and documents, sections of our documents, decisions by their
number, commands of CMake presets, and, in the documents about the code, names of types and functions.
"""
import bisect
import fnmatch
import functools
import io
import json
import os
import re
import subprocess
import sys
import tokenize

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))

# What only files of ours end in. Others (.sql, .yaml, .json) stand in examples for files of users.
OURS = "md|cpp|hpp|hpp.in|cmake|py|sh|js|graphql|css|html"
HASH = (".sh", ".cmake", ".yaml", ".yml", ".env", ".clang-tidy", ".clang-format", "CMakeLists.txt",
        "Dockerfile", ".ci/run", ".editorconfig", ".gitignore", ".dockerignore")
SLASHES = (".cpp", ".hpp", ".hpp.in", ".js", ".java", ".css")
# Documents that speak of the code as it is; in others a name may be of the past.
ABOUT_THE_CODE = re.compile(r"^(docs/architecture|CONTRIBUTING|src/.*/README)\.md$")
# Folders that implement a standard, which they name and which has sections.
WITH_STANDARD = re.compile(r"^(src|tests)/graphql/")


def git(*arguments):
    return subprocess.run(["git", "-C", ROOT, *arguments], check=True, capture_output=True, text=True).stdout


@functools.cache
def known_files():
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return sorted(name for name in listed if name and os.path.exists(os.path.join(ROOT, name)))


@functools.cache
def known_paths():
    paths = set(known_files())
    for name in known_files():
        while "/" in name:
            name = name.rpartition("/")[0]
            paths.add(name)
    return paths


@functools.cache
def top_folders():
    return sorted({name.split("/")[0] for name in known_files() if "/" in name})


@functools.cache
def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8", errors="replace") as file:
        return file.read()


@functools.cache
def words_of_code():
    code = (read(name) for name in known_files() if name.endswith((".cpp", ".hpp", ".cmake", "CMakeLists.txt")))
    return {word for text in code for word in re.findall(r"\w+", text)}


# The text to look at keeps its length and its lines; what does not belong to it is blank.


def only(text, spans):
    kept = [" " if char != "\n" else char for char in text]
    for begin, end in spans:
        kept[begin:end] = text[begin:end]
    return "".join(kept)


LITERALS_AND_COMMENTS = re.compile(
    r'R"(?P<mark>[^(\s]*)\((?s:.*?)\)(?P=mark)"' r'|"(?:\\.|[^"\\\n])*"' r"|(?<![\w'])'(?:\\.|[^'\\\n])+'"
    r"|(?P<comment>//[^\n]*|/\*(?s:.*?)\*/)")


def slash_comments(text):
    found = LITERALS_AND_COMMENTS.finditer(text)
    return only(text, [match.span() for match in found if match.group("comment")])


def hash_comments(text):
    return only(text, [match.span() for match in re.finditer(r"(?m)(?:^|(?<=\s))#[ !][^\n]*", text)])


def python_comments(text):
    begins = [0]
    for line in text.splitlines(keepends=True):
        begins.append(begins[-1] + len(line))
    spans = []
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        docstring = token.type == tokenize.STRING and before in (tokenize.NEWLINE, tokenize.INDENT)
        if token.type == tokenize.COMMENT or docstring:
            spans.append((begins[token.start[0] - 1] + token.start[1], begins[token.end[0] - 1] + token.end[1]))
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            before = token.type
    return only(text, spans)


def text_to_check(name):
    text = read(name)
    if name.endswith(".md"):
        return text
    if name.endswith(".py"):
        return python_comments(text)
    if name.endswith(SLASHES):
        return slash_comments(text)
    if name.endswith(HASH):
        return hash_comments(text)
    return None


def slug(heading):
    """The anchor that GitHub and others make of a heading."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    heading = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return heading.replace(" ", "-")


@functools.cache
def headings(name):
    text = re.sub(r"(?ms)^( *)```.*?^\1```", "", read(name))
    return [match.group(1).strip() for match in re.finditer(r"(?m)^#{1,6} +(.*?)#*$", text)]


def anchors(name):
    seen = {}
    result = set(re.findall(r'<a (?:name|id)="([^"]+)"', read(name)))
    for heading in headings(name):
        base = slug(heading)
        count = seen.get(base, 0)
        seen[base] = count + 1
        result.add(base if count == 0 else f"{base}-{count}")
    return result


def resolve(path, place):
    """The file or folder that `path` means in the file `place`: from the root, beside it, or by its end."""
    path = path.rstrip("/")
    # NAME and * stand for any name; documents are often called so themselves.
    pattern = path if path.endswith(".md") else re.sub(r"(?<![A-Za-z0-9*])[A-Z]{2,}(?![A-Za-z0-9*])", "*", path)
    if "*" in pattern:
        whole = "*/" + pattern
        return next((known for known in sorted(known_paths()) if fnmatch.fnmatch("/" + known, whole)), None)
    beside = os.path.normpath(os.path.join(os.path.dirname(place), path))
    for candidate in (os.path.normpath(path), beside):
        if candidate in known_paths():
            return candidate
    ends = [known for known in known_files() if known.endswith("/" + path)]
    return ends[0] if ends else None


def is_ignored(path):
    """Whether it is a file that something here makes: git is told to leave it alone."""
    return subprocess.run(["git", "-C", ROOT, "check-ignore", "-q", path]).returncode == 0


class Document:
    def __init__(self, name):
        self.name = name
        self.text = text_to_check(name)
        self.lines = [0] + [match.end() for match in re.finditer("\n", self.text or "")]
        self.findings = []

    def miss(self, offset, message):
        self.findings.append((self.name, bisect.bisect_right(self.lines, offset), message))

    def check(self):
        if self.text is None:
            return []
        if self.name.endswith(".md"):
            self.check_links()
        # Only what is written here: addresses are not, and links have been looked at.
        self.text = re.sub(r"\w+://[^\s)>\"`]+", lambda match: " " * len(match.group()), self.text)
        self.text = re.sub(r"\]\([^)\s]*\)", lambda match: " " * len(match.group()), self.text)
        # A comment goes on over lines; one character each, so that offsets stay.
        self.text = re.sub(r"(?m)^[ \t]*(///?|#|\*)(?=[ /]|$)", lambda match: " " * len(match.group()), self.text)
        self.check_paths()
        self.check_names()
        self.check_sections()
        self.check_decisions()
        self.check_presets()
        if ABOUT_THE_CODE.match(self.name):
            self.check_identifiers()
        return self.findings

    def check_links(self):
        prose = re.sub(r"(?ms)^( *)```.*?^\1```", lambda match: re.sub(r"[^\n]", " ", match.group()), self.text)
        for match in re.finditer(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]]+\]:\s*(\S+)", prose, re.M):
            target = match.group(1) or match.group(2)
            if re.match(r"\w+:", target):
                continue
            path, _, anchor = target.partition("#")
            page = os.path.normpath(os.path.join(os.path.dirname(self.name), path)) if path else self.name
            if page not in known_paths():
                self.miss(match.start(), f"link to {target}: there is no {page}")
            elif anchor and page.endswith(".md") and anchor not in anchors(page):
                self.miss(match.start(), f"link to {target}: {page} has no heading that gives #{anchor}")

    def check_paths(self):
        folders = "|".join(re.escape(folder) for folder in top_folders())
        for match in re.finditer(rf"(?<![\w./$}}{{<>*~:-])(?:{folders})/[\w.*/+-]*[\w*]", self.text):
            path = match.group()
            if self.text[match.end():match.end() + 1] in ("{", "$", "<", "…"):
                continue
            if resolve(path, self.name) is None and not is_ignored(path):
                self.miss(match.start(), f"there is no {path}")

    def check_names(self):
        pattern = rf"(?<![\w./$}}{{<>~*-])((?:[\w*-]+/)*[\w*][\w*.-]*\.(?:{OURS}))(?![\w/*-])(#[\w-]+)?"
        for match in re.finditer(pattern, self.text):
            path, anchor = match.group(1), match.group(2)
            if path.split("/")[0] in top_folders() and "/" in path and not anchor:
                continue
            found = resolve(path, self.name)
            if found is None:
                self.miss(match.start(), f"there is no {path}")
            elif anchor and anchor[1:] not in anchors(found):
                self.miss(match.start(), f"{found} has no heading that gives {anchor}")

    def check_sections(self):
        # A page, a comma, and the title of a section in quotation marks.
        for match in re.finditer(r"([\w./-]+\.md)`?,\s+\"([^\"]+)\"", self.text):
            page = resolve(match.group(1), self.name)
            title = re.sub(r"\s+", " ", match.group(2))
            if page is not None and slug(title) not in {slug(heading) for heading in headings(page)}:
                self.miss(match.start(), f"{page} has no section \"{title}\"")
        # Ours have no numbers: these are of a document of somebody else, and the reader has to know which.
        if WITH_STANDARD.match(self.name):
            return
        for match in re.finditer(r"(?i)\bsections?\s+\d[\d.]*\d|\bsections?\s+\d|\bthe\s+specification\b", self.text):
            around = self.text[max(0, match.start() - 120):match.end() + 120]
            if not re.search(r"\bRFC\s*\d", around):
                self.miss(match.start(), f"nobody can tell what \"{' '.join(match.group().split())}\" is")
        for match in re.finditer(r"\bDESIGN\b(?!\.md)|\bspec/(?![\w-]+\.md)", self.text):
            self.miss(match.start(), f"there is no {match.group()}")

    def check_decisions(self):
        for match in re.finditer(r"(?i)\bdecisions?\s+(\d+)\b(?:(?:,|\s+and)\s+(\d{4})\b)*", self.text):
            for number in re.findall(r"\d+", match.group()):
                if not any(name.startswith(f"docs/decisions/{number}-") for name in known_files()):
                    self.miss(match.start(), f"there is no decision {number}")

    def check_presets(self):
        for match in re.finditer(r"--preset[ =]([a-z][\w-]*)", self.text):
            presets = json.loads(read("CMakePresets.json"))
            if match.group(1) not in {preset["name"] for preset in presets["configurePresets"]}:
                self.miss(match.start(), f"CMakePresets.json has no {match.group(1)}")

    def check_identifiers(self):
        """`Type::member` and `TypeName` in backticks."""
        for match in re.finditer(r"`((?:\w+::)+\w+|[A-Z][a-z]+(?:[A-Z][a-z0-9]+)+)(?:\(.*?\))?`", self.text):
            name = match.group(1)
            if name.startswith(("std::", "boost::")) or name == "PascalCase":
                continue
            for word in name.split("::"):
                if word not in words_of_code():
                    self.miss(match.start(), f"the code has no {word}" + (f" ({name})" if word != name else ""))


def main(arguments):
    names = [os.path.relpath(os.path.abspath(name), ROOT) for name in arguments] or known_files()
    findings = [finding for name in names for finding in Document(name).check()]
    for name, line, message in findings:
        print(f"{name}:{line}: {message}")
    if findings:
        print(f"{len(findings)} references to what is not there", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
