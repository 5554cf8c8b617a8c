"""Asks git for a service: which commit it is at, and its files.

Git asks nobody for a password, runs no hook and no other program of the repository, fetches no
submodule and no large file, and takes https, ssh and file alone. Git gives a URL on to a program
of its own in the arguments, which a list of processes shows: so a credential is no part of it, and
is answered by the environment when git asks for one. It stands in no file, either.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from hushtable.fleet.address import PROTOCOLS, Account, account, masked
from hushtable.fleet.apart import Apart, Ended, NotExaminedError, told
from hushtable.model.fleet import Listed

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MAX_REASON = 200
_INHERITED = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR"),
    }
)
"""Git sets these for its hooks; they name another repository than the one that is made here."""
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.detachedHead": "false",
    # A server that says nothing for a minute is given up.
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "60",
}
_VARIABLES = {
    "GIT_TERMINAL_PROMPT": "0",
    "GCM_INTERACTIVE": "never",
    "GIT_ALLOW_PROTOCOL": ":".join(PROTOCOLS),
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
_ASKING = {
    # What the user names may answer without asking anybody; what is there by default may not. Ssh
    # has no terminal to ask at: what git starts is in a session of its own.
    "GIT_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
}
_USER, _PASSWORD = "HUSHTABLE_GIT_USER", "HUSHTABLE_GIT_PASSWORD"
_PRINTED = f'printf \'username=%s\\npassword=%s\\n\' "${_USER}" "${_PASSWORD}"'
_ANSWERS = f'!f() {{ test "$1" != get || {_PRINTED}; }}; f'


def state(service: Listed, scratch: Path, apart: Apart) -> str:
    """Say what a service is at, without fetching it. Raises NotExaminedError."""
    if _COMMIT.fullmatch(service.revision):
        return service.revision
    asked = service.revision or "HEAD"
    heard = _git(service, scratch, apart, "ls-remote", "--quiet", "origin", asked).out
    if not heard.strip():
        text = f"git knows no branch or tag {asked} there"
        raise NotExaminedError(text)
    return heard.decode("utf-8", "replace")


def fetch(service: Listed, into: Path, apart: Apart) -> str:
    """Fetch the one commit of a service into a folder, and give its id.

    With a folder of its own only that one is fetched, and the files beside its parents. What lies
    in `into` of an earlier time is used again. Raises NotExaminedError.
    """
    if (into / ".git").is_dir():
        # Where it fails it may be half a clone, as one that was ended leaves it: begin anew.
        with suppress(NotExaminedError):
            return _fetch(service, into, apart)
    made = into.with_name(f"{into.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    try:
        _git(service, made, apart, "init", "--quiet", "--template=")
        commit = _fetch(service, made, apart)
        # Only now: a network that is down, or an interrupt, takes no clone away.
        if into.is_dir():
            shutil.rmtree(into)
        made.rename(into)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return commit


def _fetch(service: Listed, into: Path, apart: Apart) -> str:
    asked = service.revision or "HEAD"
    command = ("fetch", "--quiet", "--depth=1", "--no-tags", "--force", "origin", asked)
    _git(service, into, apart, *command)
    if service.folder:
        _git(service, into, apart, "sparse-checkout", "set", "--cone", service.folder)
    _git(service, into, apart, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
    _git(service, into, apart, "clean", "--quiet", "--force", "-d", "-x")
    _cut_off(into)
    found = _git(service, into, apart, "rev-parse", "--verify", "HEAD").out
    return found.decode("ascii", "replace").strip()


def _cut_off(checkout: Path) -> None:
    """Remove the links to files of this machine: what a repository brings leads to no other."""
    inside = os.path.realpath(checkout)
    for here, folders, names in os.walk(checkout):
        folders[:] = [one for one in folders if one != ".git"]
        for path in (Path(here, name) for name in names):
            if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(inside):
                path.unlink()


def _git(service: Listed, where: Path, apart: Apart, *arguments: str) -> Ended:
    ended = apart.run(("git", *arguments), where, _environment(service, where))
    if ended.code:
        raise NotExaminedError(_reason(ended, service.url))
    return ended


def _environment(service: Listed, where: Path) -> dict[str, str]:
    """Give the user's environment, and for this process alone the settings above."""
    kept = {key: text for key, text in os.environ.items() if key not in _INHERITED}
    known = account(service.url)
    settings = [*_SETTINGS.items(), ("remote.origin.url", known.url), *_signing_in(known)]
    if service.folder:
        # What is checked out is fetched when it is.
        settings.append(("remote.origin.promisor", "true"))
        settings.append(("remote.origin.partialCloneFilter", "blob:none"))
    count = kept.get("GIT_CONFIG_COUNT", "0")
    first = int(count) if count.isdecimal() else 0
    for number, (key, value) in enumerate(settings, first):
        kept[f"GIT_CONFIG_KEY_{number}"] = key
        kept[f"GIT_CONFIG_VALUE_{number}"] = value
    kept["GIT_CONFIG_COUNT"] = str(first + len(settings))
    if known.password:
        kept |= {_USER: known.user, _PASSWORD: known.password}
    # No repository is looked for above the folder.
    kept["GIT_CEILING_DIRECTORIES"] = str(where.parent)
    return {**_ASKING, **kept, **_VARIABLES}


def _signing_in(known: Account) -> list[tuple[str, str]]:
    """Give the settings by which git signs in as a URL says, at its host and no other."""
    if known.password:
        # An empty helper takes back all before it: one of the user's would keep the credential.
        return [("credential.helper", ""), (f"credential.{known.host}.helper", _ANSWERS)]
    return [(f"credential.{known.host}.username", known.user)] if known.user else []


def _reason(ended: Ended, url: str) -> str:
    """Give git's own first word on why it failed, without a credential."""
    lines = [line for line in ended.err.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    said = masked((fatal or lines or [told(ended.code)])[0], url)
    return f"git: {said.removeprefix('fatal: ').removeprefix('error: ')[:_MAX_REASON]}"
