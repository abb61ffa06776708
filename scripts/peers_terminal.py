"""A program in a pseudo terminal whose screen pyte keeps, and what the system knows of its processes (Linux).

Used by `scripts/peers` only; knows nothing of Kubernetes.
"""
import collections
import fcntl
import os
import pathlib
import pty
import queue
import re
import signal
import struct
import termios
import threading
import time

import pyte

COLUMNS, LINES = 160, 50
TICK = os.sysconf("SC_CLK_TCK")

# What a terminal is asked, and what xterm answers, in the order of the questions: programs wait for the device
# attributes as the last answer. Kitty's keyboard query stays unanswered, as in xterm.
QUERIES = {
    rb"\x1b\[6n": lambda screen: b"\x1b[%d;%dR" % (screen.cursor.y + 1, screen.cursor.x + 1),
    rb"\x1b\[5n": lambda _: b"\x1b[0n",
    rb"\x1b\[0?c": lambda _: b"\x1b[?62;22c",
    rb"\x1b\[>0?c": lambda _: b"\x1b[>41;388;0c",
    rb"\x1b\[18t": lambda _: b"\x1b[8;%d;%dt" % (LINES, COLUMNS),
    rb"\x1b\]10;\?(?:\x07|\x1b\\)": lambda _: b"\x1b]10;rgb:dddd/dddd/dddd\x1b\\",
    rb"\x1b\]11;\?(?:\x07|\x1b\\)": lambda _: b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    rb"\x1b\[\?2026\$p": lambda _: b"\x1b[?2026;2$y",
}
QUERY = re.compile(b"|".join(b"(" + query + b")" for query in QUERIES))
ANSWERS = list(QUERIES.values())
# What pyte would print or take for something else: private sequences but mode switches, DCS, APC, OSC.
STRANGE = re.compile(rb"\x1b\[[<=>?][\d;:$]*[ -/]*[^hl\d;:$ -/]|\x1b[P_\]X^][^\x07\x1b]*(?:\x07|\x1b\\)")
UNFINISHED = re.compile(rb"\x1b(?:\[[\d;:<=>?$ -/]*|[P_\]X^][^\x07\x1b]*\x1b?)?$")


class Terminal:
    """A program in a pseudo terminal, and its screen."""

    def __init__(self, argv, env):
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.chunks, self.rest = queue.SimpleQueue(), b""
        self.begin = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.chdir(env["HOME"])
            os.execve(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            self.chunks.put((time.monotonic(), data))
            if not data:
                return

    def type(self, text):
        """Writes keys; the time before."""
        at = time.monotonic()
        os.write(self.fd, text.encode())
        return at

    def _feed(self, data):
        data = self.rest + data
        cut = UNFINISHED.search(data)
        data, self.rest = (data[:cut.start()], data[cut.start():]) if cut else (data, b"")
        for query in QUERY.finditer(data):
            os.write(self.fd, ANSWERS[query.lastindex - 1](self.screen))
        self.stream.feed(STRANGE.sub(b"", data))

    def step(self, timeout):
        """Takes one piece of output; the time at which it was read, or None."""
        try:
            at, data = self.chunks.get(timeout=max(0.0, timeout))
        except queue.Empty:
            return None
        if not data:
            raise EOFError(f"the program ended: {self.text()}")
        self._feed(data)
        return at

    def until(self, seen, timeout):
        """The time at which `seen()` became true, or None."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            at = self.step(left)
            if at and seen():
                return at
        return None

    def settle(self, quiet, limit):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline and self.step(quiet):
            pass

    def catch_up(self):
        """Parses what was read since, when nobody looked, so that parsing takes no CPU from a program that is measured.

        Returns the number of bytes.
        """
        output = b""
        while not self.chunks.empty():
            output += self.chunks.get()[1]
        for i in range(0, len(output), 65536):
            self._feed(output[i:i + 65536])
        return len(output)

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def highlight(self, wanted):
        """What tells the chosen row from others: main style and first characters of each line that matches `wanted`."""
        seen = []
        for y, line in enumerate(self.screen.display):
            if wanted.search(line):
                row = self.screen.buffer[y]
                styles = collections.Counter((c.fg, c.bg, c.bold, c.reverse) for c in (row[x] for x in range(COLUMNS)))
                seen.append((y, styles.most_common(1)[0][0], line[:6].split("p")[0]))
        return seen

    def end(self):
        pids = session(self.pid)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for pid in pids:
                try:
                    os.kill(pid, sign)
                except ProcessLookupError:
                    pass
            deadline = time.monotonic() + 1
            while time.monotonic() < deadline:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    return os.close(self.fd)
                time.sleep(0.01)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def stat_fields(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()


def session(leader):
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and int(stat_fields(entry)[3]) == leader:
                found.append(int(entry))
        except (OSError, IndexError):
            pass
    return found


def cpu(pids):
    """Seconds of CPU of these processes and of their children that have ended."""
    return sum(sum(map(int, stat_fields(pid)[11:15])) for pid in pids) / TICK


def machine_busy():
    """Seconds of CPU that the whole machine has used."""
    user, nice, system, _, _, irq, soft = map(int, pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + irq + soft) / TICK


def prefer(pid, niceness):
    """Before other processes of a busy machine; on Linux each thread has a niceness of its own."""
    for task in os.listdir(f"/proc/{pid}/task"):
        os.setpriority(os.PRIO_PROCESS, int(task), niceness)


def rss(pids):
    total = 0
    for pid in pids:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        total += int(re.search(r"VmRSS:\s+(\d+)", text).group(1))
    return total / 1024
