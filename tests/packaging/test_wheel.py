"""What is published: the wheel, the source distribution, and what they say of themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from hatchling.build import build_sdist, build_wheel
from packaging.requirements import Requirement
from trove_classifiers import classifiers

from tests.house.tree import PACKAGE, ROOT, pyproject
from tests.services import LEAKY

SHOP = ("app", "infra", "README.md", "requirements.txt", "sample.json", "serve.py")
"""What of examples/shop comes along for `hushtable demo`."""

DATA = {
    "hushtable/py.typed",
    "hushtable/model/data/sensitivity.toml",
    "hushtable/prove/store/names.toml",
    "hushtable/report/result.schema.json",
    "hushtable/report/html/assets/page.html.j2",
    "hushtable/report/html/assets/page.css",
    "hushtable/report/html/assets/page.js",
    "hushtable/scan/libraries/boto3.toml",
    "hushtable/scan/libraries/web.toml",
}


@dataclass(frozen=True, slots=True)
class Built:
    """The wheel from the checkout, the one from the source distribution, and that."""

    wheel: Path
    again: Path
    sdist: Path

    def files(self) -> Mapping[str, bytes]:
        """Give what the wheel holds, by name."""
        return packed(self.wheel)

    def metadata(self) -> Message:
        """Give what the wheel says of itself."""
        (name,) = [one for one in self.files() if one.endswith(".dist-info/METADATA")]
        return Parser().parsestr(self.files()[name].decode("utf-8"))


def lay(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def packed(wheel: Path) -> dict[str, bytes]:
    """Read a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build as `python -m build` does, with the backend in this process."""
    folder = tmp_path_factory.mktemp("dist")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        wheel = folder / build_wheel(str(folder))
        sdist = folder / build_sdist(str(folder))
        with tarfile.open(sdist) as archive:
            files = {one.name: archive.extractfile(one) for one in archive if one.isfile()}
            lay(folder / "unpacked", {name: file.read() for name, file in files.items() if file})
        (unpacked,) = (folder / "unpacked").iterdir()
        patch.chdir(unpacked)
        (folder / "again").mkdir()
        again = folder / "again" / build_wheel(str(folder / "again"))
    return Built(wheel, again, sdist)


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay the wheel out as an installer does."""
    folder = tmp_path_factory.mktemp("site")
    lay(folder, built.files())
    return folder


def below(folder: Path) -> set[str]:
    """Name the files below a folder that are none of Python's own."""
    found = [folder] if folder.is_file() else folder.rglob("*")
    return {
        one.relative_to(folder.parent).as_posix()
        for one in found
        if one.is_file() and "__pycache__" not in one.parts
    }


def test_the_wheel_holds_the_package_and_the_example(built: Built) -> None:
    """Every file of the package is there, and what the demo shows, and nothing else."""
    wanted = below(PACKAGE)
    for name in SHOP:
        wanted |= {f"hushtable/examples/shop/{one}" for one in below(ROOT / "examples/shop" / name)}
    found = {one for one in built.files() if ".dist-info/" not in one}
    assert found == wanted
    assert found >= DATA


def test_no_test_is_shipped(built: Built) -> None:
    """Nothing of the tests, benchmarks, tools and pages is installed, and only one package."""
    found = [Path(one) for one in built.files()]
    assert {one.parts[0].partition("-")[0] for one in found} == {"hushtable"}
    assert not [one for one in found if {"tests", "benchmarks", "tools", "docs"} & set(one.parts)]
    assert not [one for one in found if one.name.startswith(("test_", "conftest"))]


def test_the_source_distribution_builds_the_same_wheel(built: Built) -> None:
    """The wheel that is built from the source distribution is the same, file for file."""
    assert packed(built.again) == packed(built.wheel)


def test_the_metadata_say_what_it_is(built: Built) -> None:
    """Licence, README, Python versions and classifiers are there, and are known to the index."""
    told = built.metadata()
    assert (told["Name"], told["License-Expression"]) == ("hushtable", "Apache-2.0")
    assert told["Summary"] == pyproject()["project"]["description"]
    assert told["Description-Content-Type"] == "text/markdown"
    assert told.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
    assert any(one.endswith(".dist-info/licenses/LICENSE") for one in built.files())
    given = told.get_all("Classifier") or []
    assert set(given) <= classifiers
    assert "Typing :: Typed" in given


def test_every_extra_is_offered_whole(built: Built) -> None:
    """Each extra of pyproject.toml is offered, and those of ours in one are written out."""
    told = built.metadata()
    assert set(told.get_all("Provides-Extra") or ()) == {
        *pyproject()["project"]["optional-dependencies"]
    }
    needs = [Requirement(one) for one in told.get_all("Requires-Dist") or ()]
    assert "hushtable" not in {one.name for one in needs}
    names = {extra: {one.name for one in needs if one.marker and one.marker.evaluate(
        {"extra": extra})} for extra in ("all", "guard", "prove", "fix", "report")}  # fmt: skip
    for extra, asked in names.items():
        assert asked
        assert asked <= names["all"], extra


PROGRAM = """
import sys, {module}
from hushtable.cli.demonstrating import example
for words in (["--version"], ["scan", "--no-cache", "--jobs=1", "--format=concise"]):
    try:
        {module}.{name}(words)
    except SystemExit as error:
        print(error.code)
print(example())
"""


def test_the_command_runs(built: Built, installed: Path, tmp_path: Path) -> None:
    """The command tells its version, finds a leak, and has the example that the demo shows.

    The matrix tool runs the demo to its end, in a fresh environment.
    """
    (tmp_path / "app.py").write_text(LEAKY, encoding="utf-8")
    (entry,) = [one for one in built.files() if one.endswith("entry_points.txt")]
    points = ConfigParser()
    points.read_string(built.files()[entry].decode("utf-8"))
    module, _, name = points["console_scripts"]["hushtable"].partition(":")
    assert "plugin" in points["pytest11"]["hushtable"]
    clean = {key: text for key, text in os.environ.items() if not key.startswith("HUSHTABLE_")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM.format(module=module, name=name)],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    version, code, *found, exit_code, shop = done.stdout.splitlines()
    assert (version, code) == (f"hushtable {built.metadata()['Version']}", "0")
    assert shop == str(installed / "hushtable" / "examples" / "shop")
    assert exit_code == "1"
    assert any("[HT101]" in one for one in found)
