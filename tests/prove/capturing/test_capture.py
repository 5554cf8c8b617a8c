"""Everything that an app says beside its answers is heard, with the line that said it."""

import contextlib
import gzip
import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hushtable.model.service import Channel
from hushtable.prove.capturing.capture import Capture
from hushtable.prove.exchange import Said

APP = """
import gzip, logging, os, pathlib, shutil, sqlite3, sys, tempfile, warnings

log = logging.getLogger("app.users")
lone = logging.getLogger("app.lone")
lone.propagate = False

def at_every_level():
    log.debug("debug %s", "one")
    log.info("info %s", "two")
    log.error("error %s", "three")

def lonely():
    lone.debug("lonely")

def later():
    logging.getLogger("app.made.later").debug("later")

def failing():
    try:
        raise ValueError("inside")
    except ValueError:
        log.exception("failed")

def wrong():
    log.info("%d", "no number")

def prints():
    print("printed", 42)
    print("to stderr", file=sys.stderr)

def writes_bytes():
    sys.stdout.buffer.write(b"bytes\\n")
    os.write(2, b"native\\n")

def exports(folder):
    path = pathlib.Path(folder) / "users.csv"
    path.write_text("email\\n")
    with path.open("a") as file:
        file.write("a@b.example\\n")

def appends(path):
    with open(path, "a") as file:
        file.write("more\\n")

def packs(path):
    with gzip.open(path, "wb") as file:
        file.write(b"packed")

def renames(folder):
    with open(f"{folder}/part.tmp", "w") as file:
        file.write("whole")
    os.replace(f"{folder}/part.tmp", f"{folder}/whole.txt")

def reads(path):
    return open(path).read()

def forgets(folder):
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"gone")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an app's folder, and keep everything else out of sight."""
    folder = tmp_path / "app"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return folder


@pytest.fixture
def app(folder: Path) -> Any:
    """Make an app of one module in its folder."""
    path = folder / "main.py"
    path.write_text(APP, encoding="utf-8")
    module = ModuleType("main_of_a_test")
    exec(compile(APP, str(path), "exec"), module.__dict__)  # noqa: S102 -- the text above
    return module


@contextlib.contextmanager
def hearing(folder: Path, *handlers: logging.Handler) -> Iterator[Capture]:
    """Hear an app whose root logger has these handlers, and not those of the test run."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = handlers
    root.setLevel(logging.WARNING)
    try:
        with Capture(folder) as capture:
            yield capture
    finally:
        root.handlers[:] = before
        root.setLevel(level)


def told(capture: Capture, channel: Channel | None = None) -> list[tuple[str, str]]:
    """Drain, as pairs of where and what."""
    return [(one.where, one.text) for one in capture.drain() if channel in {None, one.channel}]


def line_of(text: str) -> int:
    """Give the number of the line of the app that has a text."""
    return next(number for number, line in enumerate(APP.splitlines(), 1) if text in line)


def test_records_of_every_level_are_heard(
    folder: Path, app: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """Records below the app's own level are heard, and still not printed."""
    with hearing(folder) as capture:
        app.at_every_level()
        assert told(capture) == [
            ("log app.users, DEBUG", "debug one"),
            ("log app.users, INFO", "info two"),
            ("log app.users, ERROR", "error three"),
        ]
    assert capfd.readouterr() == ("", "")


def test_a_record_has_its_line(folder: Path, app: Any) -> None:
    """A record is placed at the line of the app that made it."""
    with hearing(folder) as capture:
        app.at_every_level()
        said = capture.drain()
    assert {one.file for one in said} == {str(folder / "main.py")}
    assert {one.function for one in said} == {"at_every_level"}
    assert said[0].line == line_of("log.debug")
    assert {one.channel for one in said} == {Channel.LOG}


def test_every_logger_is_heard(folder: Path, app: Any) -> None:
    """Loggers that keep their records to themselves are heard, and those that are made later."""
    # The test run gives such loggers a handler too.
    app.lone.handlers.clear()
    with hearing(folder) as capture:
        app.lonely()
        app.later()
        assert told(capture) == [
            ("log app.lone, DEBUG", "lonely"),
            ("log app.made.later, DEBUG", "later"),
        ]
        assert capture.drain() == ()


def test_a_traceback_is_heard_once(folder: Path, app: Any) -> None:
    """A logged exception is one record with its traceback, though it was also printed."""
    with hearing(folder) as capture:
        app.failing()
        ((where, text),) = told(capture)
    assert where == "log app.users, ERROR"
    assert text.startswith("failed\nTraceback")
    assert text.endswith("ValueError: inside")


def test_a_record_that_fits_no_format_is_heard(folder: Path, app: Any) -> None:
    """Arguments that do not fit the message are told beside it."""
    with hearing(folder) as capture:
        app.wrong()
        assert told(capture)[0] == ("log app.users, INFO", "%d ('no number',)")


def test_what_a_handler_takes_out_is_not_heard(folder: Path, app: Any) -> None:
    """A record is heard as the app's handlers write it, after their filters."""

    class Redacting(logging.Filter):
        """Takes a text out, and drops errors."""

        def filter(self, record: logging.LogRecord) -> bool:
            record.msg, record.args = record.getMessage().replace("one", "***"), ()
            return record.levelno < logging.ERROR

    handler = logging.StreamHandler(open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    handler.addFilter(Redacting())
    handler.setFormatter(logging.Formatter("<%(message)s>"))
    with hearing(folder, handler) as capture:
        app.at_every_level()
        assert [text for _, text in told(capture)] == ["<debug ***>", "<info two>"]


def test_a_handler_that_prints_more_is_heard(folder: Path, app: Any) -> None:
    """What a handler of the app writes beyond its format is heard on its stream."""

    class Telling(logging.Handler):
        """Prints what the format leaves out."""

        def emit(self, record: logging.LogRecord) -> None:
            sys.stdout.write(f"{record.user}\n")  # type: ignore[attr-defined]

    with hearing(folder, Telling()) as capture:
        app.log.warning("seen", extra={"user": "u-1"})
        assert told(capture) == [("log app.users, WARNING", "seen"), ("stdout", "u-1\n")]


def test_a_library_that_debugs_is_not_heard(folder: Path) -> None:
    """A library's debug records are the app's only where the app asked for them."""
    library = logging.getLogger("library")
    with hearing(folder) as capture:
        library.debug("a whole request")
        assert capture.drain() == ()
        library.setLevel(logging.DEBUG)
        library.debug("a whole request")
        assert told(capture) == [("log library, DEBUG", "a whole request")]
    library.setLevel(logging.NOTSET)


def test_logging_is_as_before(folder: Path) -> None:
    """When it ends, the methods of logging and the streams are what they were."""
    before = (logging.Logger.isEnabledFor, logging.Logger.callHandlers, sys.stdout, sys.stderr)
    with Capture(folder):
        assert sys.stdout is not before[2]
    after = (logging.Logger.isEnabledFor, logging.Logger.callHandlers, sys.stdout, sys.stderr)
    assert after == before


def test_prints_are_heard(folder: Path, app: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """What is printed is heard with its line, and not printed."""
    with hearing(folder) as capture:
        app.prints()
        out, err = capture.drain()
    place = (str(folder / "main.py"), line_of('print("printed"'), "prints")
    assert out == Said(Channel.LOG, "printed 42\n", "stdout", *place)
    assert (err.where, err.text) == ("stderr", "to stderr\n")
    assert capfd.readouterr() == ("", "")


def test_what_is_written_past_python_is_heard(folder: Path, app: Any) -> None:
    """Bytes to a descriptor, and what a started program prints, are heard without a line."""
    with hearing(folder) as capture:
        app.writes_bytes()
        subprocess.run(["echo", "from a program"], check=True)  # noqa: S607 -- any echo will do
        assert told(capture) == [("stdout", "from a program\nbytes\n"), ("stderr", "native\n")]
        assert capture.drain() == ()


def test_files_are_heard(folder: Path, app: Any) -> None:
    """A file that is written is heard, with its name in the folder and the line that opened it."""
    (folder / "exports").mkdir()
    with hearing(folder) as capture:
        app.exports(folder / "exports")
        (said,) = capture.drain()
    assert said.channel is Channel.FILE
    assert said.where == "file exports/users.csv"
    assert said.text == "email\na@b.example\n"
    assert (said.file, said.function) == (str(folder / "main.py"), "exports")


def test_a_file_that_grows_is_heard_once(folder: Path, app: Any) -> None:
    """Of a file that is added to, what is new is heard."""
    path = folder / "audit.log"
    with hearing(folder) as capture:
        app.appends(path)
        assert told(capture) == [("file audit.log", "more\n")]
        assert told(capture) == []
        app.appends(path)
        assert told(capture) == [("file audit.log", "more\n")]
        path.write_text("all of it", encoding="utf-8")
        assert told(capture) == [("file audit.log", "all of it")]


def test_packed_and_renamed_files_are_heard(folder: Path, app: Any) -> None:
    """A packed file is unpacked, and a file that is renamed has its last name."""
    with hearing(folder) as capture:
        app.packs(str(folder / "a.gz"))
        app.renames(str(folder))
        assert told(capture) == [("file a.gz", "packed"), ("file whole.txt", "whole")]


def test_what_is_read_or_gone_is_not_heard(folder: Path, app: Any, tmp_path: Path) -> None:
    """Files that are read, deleted, or linked to another place are not heard."""
    (tmp_path / "other").write_text("other", encoding="utf-8")
    with hearing(folder) as capture:
        app.reads(str(folder / "main.py"))
        app.forgets(str(folder))
        assert told(capture) == []


def test_large_files_are_read_in_part(folder: Path) -> None:
    """Of a very large file one megabyte is read."""
    with hearing(folder) as capture:
        (folder / "large.txt").write_text("x" * 3_000_000, encoding="utf-8")
        ((_, text),) = told(capture)
    assert len(text) == 1024 * 1024


def test_a_file_that_is_logged_to_is_a_log(folder: Path, app: Any) -> None:
    """What a file handler writes is a log and no file of the app's."""
    with hearing(folder) as capture:
        handler = logging.FileHandler(folder / "app.log")
        logging.getLogger().addHandler(handler)
        app.at_every_level()
        channels = {(one.channel, one.where) for one in capture.drain()}
        handler.close()
    assert (Channel.LOG, "log file app.log") in channels
    assert {channel for channel, _ in channels} == {Channel.LOG}


def test_a_database_file_is_heard(folder: Path) -> None:
    """A database that is opened is read as a file."""
    with hearing(folder) as capture:
        database = sqlite3.connect(folder / "local.db")
        database.execute("create table a (b)")
        database.execute("insert into a values ('in a table')")
        database.commit()
        database.close()
        texts = [text for where, text in told(capture) if where == "file local.db"]
    assert "in a table" in "".join(texts)


def test_structlog_is_heard(folder: Path) -> None:
    """Records of structlog are heard, printed or through logging, with the app's line."""
    structlog = pytest.importorskip("structlog")
    text = "def say(log):\n    log.debug('said', user='u-1')\n"
    names: dict[str, Any] = {}
    exec(compile(text, str(folder / "says.py"), "exec"), names)  # noqa: S102 -- the text above
    try:
        with hearing(folder) as capture:
            structlog.configure(processors=[structlog.processors.JSONRenderer()])
            names["say"](structlog.get_logger())
            (printed,) = capture.drain()
            structlog.configure(
                processors=[structlog.processors.JSONRenderer()],
                logger_factory=structlog.stdlib.LoggerFactory(),
                wrapper_class=structlog.stdlib.BoundLogger,
            )
            names["say"](structlog.get_logger("app.says"))
            (logged,) = capture.drain()
    finally:
        structlog.reset_defaults()
    assert (printed.where, logged.where) == ("stdout", "log app.says, DEBUG")
    for said in (printed, logged):
        assert '"user": "u-1"' in said.text
        assert (said.file, said.line) == (str(folder / "says.py"), 2)


LOGURU = """
import json, pathlib, sys
from hushtable.prove.capturing.capture import Capture
folder = pathlib.Path(sys.argv[1])
text = "def say(log):\\n    log.debug('said {}', 'u-1')\\n"
with Capture(folder) as capture:
    from loguru import logger
    names = {}
    exec(compile(text, str(folder / "says.py"), "exec"), names)
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    names["say"](logger)
    said = [(one.where, one.text, one.file, one.line) for one in capture.drain()]
    logger.warning("aloud")
    aloud = [one.where for one in capture.drain()]
print(json.dumps([said, aloud]))
"""


def test_loguru_is_heard(folder: Path) -> None:
    """Records of loguru are heard at every level, even after the app removed all of its sinks."""
    pytest.importorskip("loguru")
    run = subprocess.run(
        [sys.executable, "-c", LOGURU, str(folder)], check=True, capture_output=True, text=True
    )
    place = [str(folder / "says.py"), 2]
    said, aloud = json.loads(run.stdout)
    assert said == [[said[0][0], "said u-1\n", *place]]
    assert said[0][0].endswith(", DEBUG")
    assert aloud == ["log __main__, WARNING", "stderr"]


def test_gzip_of_a_part_is_read_as_far_as_it_goes(folder: Path) -> None:
    """A packed file that is cut off is unpacked as far as it goes."""
    data = gzip.compress(b"text" * 1000)
    with hearing(folder) as capture:
        (folder / "cut.gz").write_bytes(data[:-8])
        ((_, text),) = told(capture)
    assert text == "text" * 1000
