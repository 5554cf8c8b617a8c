"""Runs the steps of action.yml as a runner does, as far as ours need it.

Expressions are looked up in the contexts and put in place; `run` goes to bash with the runner's
own options; a step that uses another action is noted, with what it would be given.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_COMPARED = re.compile(r"([\w.-]+)\s*(==|!=)\s*'([^']*)'")
_BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


@dataclass(slots=True)
class Run:
    """A run of the action: contexts, and what came of it."""

    inputs: dict[str, str]
    temp: Path
    workspace: Path
    environment: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    log: str = ""
    code: int = 0

    @property
    def summary(self) -> str:
        """What the job's summary shows."""
        return (self.temp / "summary.md").read_text(encoding="utf-8")

    def value(self, name: str) -> str:
        """Look a name up in the contexts; what is not there is empty."""
        match name.split("."):
            case ["inputs", key]:
                return self.inputs[key]
            case ["steps", step, "outputs", key]:
                return self.outputs.get(step, {}).get(key, "")
            case ["github", "action_path"]:
                return str(ROOT)
            case ["github", "token"]:
                return self.environment["TOKEN"]
        message = f"no context has {name}"
        raise KeyError(message)

    def put(self, text: str) -> str:
        """Put values in place of expressions."""
        return _EXPRESSION.sub(lambda found: self.value(found[1]), str(text))

    def wanted(self, condition: str) -> bool:
        """Whether a condition holds: comparisons joined by `&&`."""
        for part in filter(None, condition.split("&&")):
            found = _COMPARED.fullmatch(part.strip())
            assert found, condition
            if (self.value(found[1]) == found[3]) != (found[2] == "=="):
                return False
        return True


def run(inputs: dict[str, str], workspace: Path, temp: Path, environment: dict[str, str]) -> Run:
    """Run every step, up to the first that fails."""
    unknown = set(inputs) - set(ACTION["inputs"])
    assert not unknown, unknown
    defaults = {name: one["default"] for name, one in ACTION["inputs"].items()}
    done = Run(defaults | inputs, temp, workspace, environment)
    (temp / "summary.md").touch()
    for number, step in enumerate(STEPS):
        if not done.wanted(step.get("if", "")):
            continue
        if "uses" in step:
            done.used[step["uses"].partition("@")[0]] = {
                name: done.put(value) for name, value in step["with"].items()
            }
            continue
        _script(done, step, temp / f"output{number}")
        if done.code:
            break
    return done


def _script(done: Run, step: dict[str, Any], output: Path) -> None:
    output.touch()
    script = output.with_suffix(".sh")
    script.write_text(done.put(step["run"]), encoding="utf-8")
    ran = subprocess.run(
        [*_BASH, str(script)],
        cwd=done.workspace,
        env={
            **done.environment,
            "RUNNER_TEMP": str(done.temp),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(done.temp / "summary.md"),
            **{name: done.put(value) for name, value in step.get("env", {}).items()},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    done.log += ran.stdout
    done.code = ran.returncode
    pairs = (line.partition("=") for line in output.read_text(encoding="utf-8").splitlines())
    done.outputs[step.get("id", step["name"])] = {name: value for name, _, value in pairs}
