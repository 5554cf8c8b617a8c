"""One service from order to outcome: whatever it does, it is told, and nothing is left behind."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hushtable import __version__
from hushtable.fleet.address import masked
from hushtable.fleet.apart import Running
from hushtable.fleet.job import examined
from hushtable.fleet.taken import taken
from hushtable.model.fleet import State
from tests.fleet.conftest import Fleet, order

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def _nothing_left(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing stays in the folder for what is temporary."""
    place = fleet.folder / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield
    assert list(place.iterdir()) == []


def test_a_folder_is_examined(fleet: Fleet) -> None:
    """A service that is read has a key, an exit code, its result and the version that looked."""
    found = examined(order(fleet.service("a")))
    assert (found.state, found.exit_code, found.version) == (State.EXAMINED, 0, __version__)
    assert '"score": 100' in found.texts["json"]
    assert found.key


def test_what_is_known_is_not_examined_again(fleet: Fleet) -> None:
    """The key of an earlier result holds until a file, a setting or a file above changes."""
    service = fleet.service("a")
    first = examined(order(service))
    again = order(service, known=first.key)
    assert examined(again).state is State.UNCHANGED
    os.utime(fleet.folder / "a" / "behaviour", (0, 0))
    assert examined(again).state is State.UNCHANGED
    assert examined(replace(again, settings="other")).state is State.EXAMINED
    (fleet.folder / "hushtable.toml").write_text("", encoding="utf-8")
    assert examined(again).state is State.EXAMINED
    (fleet.folder / "hushtable.toml").unlink()
    (fleet.folder / "a" / "new.py").touch()
    assert examined(again).state is State.EXAMINED
    aside = (os.path.realpath(fleet.folder / "a" / "new.py"),)
    assert examined(replace(again, aside=aside)).state is State.UNCHANGED
    assert fleet.began.count("a") == 4


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ("crash", "the scan ended by SIGSEGV"),
        ("eat", "needs more memory than 512 MB"),
        ("write nothing", "the scan ended with 0"),
        ("raise", "the scan ended with 1"),
        ("misconfigured", "hushtable.toml has an unknown key 'x'"),
    ],
)
def test_what_goes_wrong_is_unknown(fleet: Fleet, behaviour: str, why: str) -> None:
    """A scan that crashes, needs too much or writes nothing is unknown, and shows no value."""
    found = examined(order(fleet.service("a", behaviour), megabytes=512))
    assert (found.state, found.why) == (State.UNKNOWN, why)
    assert not found.texts


def test_a_service_has_so_long(fleet: Fleet) -> None:
    """A scan that takes longer than it may is ended, and so is its process."""
    found = examined(order(fleet.service("a", "hang"), seconds=0.6))
    assert found.why == "took longer than 0.6 s, and was ended"
    assert fleet.left == []


def test_a_folder_is_read_for_so_long(fleet: Fleet) -> None:
    """Where the time is over while its files are compared, a service is not begun."""
    found = examined(order(fleet.service("a"), seconds=0.0))
    assert found.why == "took longer than 0 s, and was ended"
    assert fleet.began == []


def test_all_can_be_ended(fleet: Fleet) -> None:
    """What runs is ended at once when all is to end, and nothing is begun afterwards."""
    running = Running()
    service = fleet.service("a", "hang")
    ending = threading.Thread(target=lambda: (waited(fleet), running.end_all()))
    ending.start()
    assert examined(order(service), running).why == "the scan ended by SIGKILL"
    ending.join()
    assert examined(order(service), running).why == "interrupted"
    assert fleet.began == ["a"]
    assert fleet.left == []


def test_a_checkout_is_never_imported_from(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the current folder is no part of the program that scans."""
    service = fleet.service("a")
    root = fleet.folder / "a"
    for name in ("json", "typer", "signal"):
        (root / f"{name}.py").write_text("raise SystemExit(70)", encoding="utf-8")
    monkeypatch.chdir(root)
    assert examined(order(service)).state is State.EXAMINED


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("missing", "does not exist"),
        ("a/behaviour", "is no folder"),
        ("a#missing", "missing is no folder of the repository"),
        ("a#out", "out leads out of the repository"),
    ],
)
def test_what_is_no_service(fleet: Fleet, line: str, why: str) -> None:
    """A folder that is not there, or that a link leads away from, is unknown and is not scanned."""
    fleet.service("a")
    (fleet.folder / "a" / "out").symlink_to("..")
    assert examined(order(fleet.listed(line))).why == why
    assert fleet.began == []


def test_a_remote_is_cloned_and_removed(fleet: Fleet, repository: Path, git: Git) -> None:
    """A clone is of one commit, which is told, and it is not fetched again while it stands."""
    one = fleet.listed(f"file://{repository}")
    found = examined(order(one))
    assert (found.state, found.commit) == (State.EXAMINED, git(repository, "rev-parse", "HEAD"))
    assert examined(order(one, known=found.key)).state is State.UNCHANGED
    git(repository, "commit", "--quiet", "--allow-empty", "--message=second")
    assert examined(order(one, known=found.key)).state is State.EXAMINED
    assert len(fleet.began) == 2


def test_a_revision_and_a_folder(fleet: Fleet, repository: Path, git: Git) -> None:
    """A tag or a commit is what is asked for, and only the service's folder is fetched."""
    (repository / "services" / "jobs" / "large").write_text("not needed", encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--amend", "--no-edit")
    git(repository, "tag", "--force", "v1")
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "rm", "--quiet", "-r", "services/api")
    git(repository, "commit", "--quiet", "--message=gone")
    kept = str(fleet.folder / "kept")
    for line in (f"{repository}@v1#services/api", f"file://{repository}@{first}#services/api"):
        service = fleet.listed(line)
        found = examined(replace(order(service), checkouts=kept))
        assert (found.state, found.commit) == (State.EXAMINED, first), found.why
        clone = Path(kept) / service.id
        assert [one.name for one in (clone / "services").iterdir()] == ["api"]
        listed = git(clone, "rev-list", "--objects", "--missing=print", "HEAD").splitlines()
        assert sum(line.startswith("?") for line in listed) == 1
        assert str(repository) not in (clone / ".git" / "config").read_text("utf-8")
    gone = examined(order(fleet.listed(f"file://{repository}#services/api")))
    assert gone.why == "services/api is no folder of the repository"


def test_a_kept_clone_is_used_again(fleet: Fleet, repository: Path, git: Git) -> None:
    """A clone that is kept is brought up to date, or made anew where it is broken."""
    service = fleet.listed(f"file://{repository}")
    wanted = replace(order(service), checkouts=str(fleet.folder / "kept"))
    clone = fleet.folder / "kept" / service.id
    assert examined(wanted).state is State.EXAMINED
    (clone / "stray.py").touch()
    (repository / "behaviour").write_text("crash", encoding="utf-8")
    git(repository, "commit", "--quiet", "--all", "--message=second")
    assert examined(wanted).why == "the scan ended by SIGSEGV"
    assert not (clone / "stray.py").exists()
    repository.rename(repository.with_name("down"))
    known = git(clone, "rev-parse", "HEAD")
    down = examined(replace(wanted, service=replace(service, revision=known)))
    assert down.why.startswith("git: ")
    assert git(clone, "rev-parse", "HEAD") == known
    repository.with_name("down").rename(repository)
    (clone / ".git" / "HEAD").write_text("broken", encoding="utf-8")
    (repository / "behaviour").write_text("quiet", encoding="utf-8")
    git(repository, "commit", "--quiet", "--all", "--message=third")
    assert examined(wanted).state is State.EXAMINED
    assert [one.name for one in clone.parent.iterdir() if one.is_dir()] == [service.id]


def test_a_kept_clone_is_of_one_run_at_a_time(fleet: Fleet, repository: Path) -> None:
    """While one run works in a clone another neither scans it nor changes it below the first."""
    service = fleet.listed(f"file://{repository}")
    wanted = replace(order(service), checkouts=str(fleet.folder / "kept"))
    (fleet.folder / "kept").mkdir()
    with (fleet.folder / "kept" / f".{service.id}.lock").open("a") as lock:
        assert taken(lock.fileno())
        assert examined(wanted).why == "another run works in its clone below kept"
    assert fleet.began == []


def test_no_link_leads_out_of_a_clone(fleet: Fleet, repository: Path, git: Git) -> None:
    """A link of a repository to a file of this machine is not there when it is scanned."""
    outside = fleet.folder / "own.py"
    outside.touch()
    for name, target in (("out.py", str(outside)), ("up.py", "../own.py"), ("in.py", "behaviour")):
        (repository / name).symlink_to(target)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=links")
    service = fleet.listed(f"file://{repository}")
    kept = fleet.folder / "kept"
    assert examined(replace(order(service), checkouts=str(kept))).state is State.EXAMINED
    assert [one.name for one in (kept / service.id).glob("*.py")] == ["in.py"]
    assert outside.exists()


def test_no_hook_and_no_link_of_a_repository(fleet: Fleet, repository: Path, git: Git) -> None:
    """Neither a hook that a template brings nor a folder that is a link is followed."""
    template = fleet.folder / "template"
    (template / "hooks").mkdir(parents=True)
    hook = template / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {fleet.folder}/ran\n", encoding="utf-8")
    hook.chmod(0o755)
    git(fleet.folder, "config", "--file", "own", "init.templateDir", str(template))
    (repository / "services" / "out").symlink_to("/")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=link")
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("GIT_CONFIG_GLOBAL", str(fleet.folder / "own"))
        changed.setenv("GIT_DIR", str(fleet.folder / "elsewhere"))
        assert examined(order(fleet.listed(f"file://{repository}"))).state is State.EXAMINED
        found = examined(order(fleet.listed(f"file://{repository}#services/out")))
    assert found.why == "services/out leads out of the repository"
    assert not (fleet.folder / "ran").exists()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("file:///no/such/repository", "git: '/no/such/repository' does not appear to be"),
        ("file://{0}@v9", "git knows no branch or tag v9 there"),
        ("file://{0}@" + "0" * 40, "git: "),
        ("https://ann:pass-word@127.0.0.1:1/shop", "git: unable to access 'https://"),
    ],
)
def test_a_remote_that_cannot_be_fetched(
    fleet: Fleet, repository: Path, line: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What git cannot fetch is unknown with git's reason, without a credential, and asks nobody."""
    monkeypatch.setenv("GIT_ASKPASS", "")
    found = examined(order(fleet.listed(line.format(repository))))
    assert found.state is State.UNKNOWN
    assert found.why.startswith(why)
    assert "pass-word" not in found.why


def test_a_credential_is_taken_out_of_any_text() -> None:
    """The secret of a URL is hidden wherever it stands, encoded or not, and others' too."""
    url = "https://ann:p%40ss@host/x"
    text = "bad https://ann:p%40ss@host/x, p@ss, ssh://bob:other@h/y and ann:p%40ss"
    assert masked(text, url) == "bad https://***@host/x, ***, ssh://***@h/y and ***"


def waited(fleet: Fleet) -> None:
    """Wait until something began."""
    until = time.monotonic() + 10
    while not fleet.began and time.monotonic() < until:
        time.sleep(0.01)
