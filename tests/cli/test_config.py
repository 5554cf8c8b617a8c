"""The configuration: where it is found, what it says, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.cli.config import MAX_BYTES, find, load, settings
from hushtable.model.config import ScanConfig
from hushtable.model.errors import ConfigError
from hushtable.model.rule import Severity

FULL = """
exclude = ["tests/**"]
select = ["HT1"]
ignore = ["HT106"]
fail-on = "medium"
baseline = "known.json"
jobs = 2
cache = false
[attributes]
"users.nickname" = "public"
tax_id = "financial"
orders.note = "personal"
[settings]
style = "strict"
[[library]]
name = "ours"
[[library]]
name = "theirs"
"""


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file and give its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    """Every key of the file arrives, a baseline relative to the file."""
    assert load(write(tmp_path, "hushtable.toml", FULL)) == ScanConfig(
        exclude=("tests/**",),
        select=("HT1",),
        ignore=("HT106",),
        fail_on=Severity.MEDIUM,
        baseline=str(tmp_path / "known.json"),
        attributes={
            "users.nickname": "public",
            "tax_id": "financial",
            "orders.note": "personal",
        },
        taught=({"name": "ours"}, {"name": "theirs"}),
        jobs=2,
        cache=False,
        settings={"style": "strict"},
    )


def test_pyproject_says_the_same(tmp_path: Path) -> None:
    """`[tool.hushtable]` takes the same keys."""
    text = '[project]\nname = "x"\n[tool.hushtable]\nselect = ["HT4"]\n'
    assert load(write(tmp_path, "pyproject.toml", text)).select == ("HT4",)


def test_it_is_found_upward_to_the_repository(tmp_path: Path) -> None:
    """The nearest file counts, up to the root of the repository and not beyond."""
    inner = tmp_path / "repo" / "services" / "api"
    inner.mkdir(parents=True)
    outside = write(tmp_path, "hushtable.toml", "")
    assert find(inner) == outside
    (tmp_path / "repo" / ".git").mkdir()
    assert find(inner) is None
    project = write(tmp_path / "repo", "pyproject.toml", "[tool.hushtable]\n")
    assert find(inner) == project
    write(inner, "pyproject.toml", "[tool.other]\n")
    assert find(inner) == project
    nearest = write(tmp_path / "repo", "hushtable.toml", "")
    assert find(inner) == nearest


def test_without_a_file_everything_is_default(tmp_path: Path) -> None:
    """Without a file the configuration is the default."""
    (tmp_path / ".git").mkdir()
    assert settings(tmp_path) == ScanConfig()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = []", "unknown key 'selct' (did you mean 'select'?)"),
        ("fail_on = 'low'", "unknown key 'fail_on' (did you mean 'fail-on'?)"),
        ("zzz = 1", "unknown key 'zzz'"),
        ("select = 'HT1'", "select must be a list of strings"),
        ("select = [1]", "select, each entry, must be a string"),
        ("fail-on = 'urgent'", "fail-on must be one of critical, high"),
        ("fail-on = 3", "fail-on must be a string"),
        ("jobs = -1", "jobs must be a whole number"),
        ("jobs = true", "jobs must be a whole number"),
        ("cache = 'yes'", "cache must be true or false"),
        ("attributes = 3", "attributes must be a table"),
        ("attributes.email = 'privat'", "attributes.email must be one of credential"),
        ("attributes.email = 3", "attributes.email must be one of credential"),
        ("settings = 3", "settings must be a table"),
        ("settings.a = 3", "settings.a must be a string"),
        ("library = 3", "library must be a table"),
        ("baseline = 3", "baseline must be a string"),
        ("a = ", "is not TOML"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """A wrong key or value is refused with the file and the key."""
    path = write(tmp_path, "hushtable.toml", text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)


def test_a_near_word_is_offered(tmp_path: Path) -> None:
    """A misspelt category comes with the right one."""
    path = write(tmp_path, "hushtable.toml", "attributes.email = 'personnal'")
    with pytest.raises(ConfigError, match="did you mean 'personal'"):
        load(path)


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    """A missing file, a folder, bytes that are no text and too many of them are refused."""
    (tmp_path / "latin.toml").write_bytes(b'a = "\xff"')
    (tmp_path / "large.toml").write_bytes(b"#" * (MAX_BYTES + 1))
    for name, said in (
        ("no.toml", "cannot be read"),
        (".", "cannot be read"),
        ("latin.toml", "is not UTF-8"),
        ("large.toml", "is larger than 3 MB"),
    ):
        with pytest.raises(ConfigError, match=said):
            load(tmp_path / name)
    with pytest.raises(ConfigError, match=r"no table \[tool.hushtable\]"):
        load(write(tmp_path, "pyproject.toml", ""))
    with pytest.raises(ConfigError, match="must be a table"):
        load(write(tmp_path, "pyproject.toml", "tool.hushtable = 3"))


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Any file is a configuration or refused, never another error."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        config = load(path)
    except ConfigError:
        return
    assert config == ScanConfig()


def test_identities_have_headers_and_an_owner(tmp_path: Path) -> None:
    """A caller is A, B or a role, with headers and maybe the id that planted items hold."""
    file = tmp_path / "hushtable.toml"
    file.write_text(
        '[identities.A]\nowner = "u1"\nheaders = { Authorization = "Bearer x" }\n'
        '[identities."role:admin"]\nheaders = { X-Key = "k" }\n'
    )
    first, second = load(file).identities
    assert (first.name, first.owner, first.headers) == ("A", "u1", (("Authorization", "Bearer x"),))
    assert (second.name, second.owner) == ("role:admin", "")


@pytest.mark.parametrize(
    "text",
    [
        "identities = 1",
        "[identities.C]\nheaders = {}",
        "[identities.A]\nowner = 'x'",
        "[identities.A]\nheaders = {}\nnmae = 'x'",
        "[identities.A]\nheaders = { a = 1 }",
    ],
)
def test_an_identity_that_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    """Another name, a missing or unknown key and a header that is no text are refused."""
    file = tmp_path / "hushtable.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match="identities"):
        load(file)
