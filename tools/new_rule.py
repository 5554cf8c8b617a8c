"""Begin a rule: its file and its changelog fragment, from a code and a name.

    python -m tools.new_rule HT107 field-added-later

The page it writes is the smallest one that parses: its programs, texts and marks are there to be
replaced, and until then the rule's own examples fail.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULES = Path("src/hushtable/rules")
FRAGMENTS = Path("changelog.d")

PAGE = '''"""{title}.

Say in a paragraph what happens, why it matters, and when it does not.

## Leaks

```python the plainest form
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{{user_id}}")
def read_user(user_id: str):
    item = table.get_item(Key={{"user_id": user_id}})["Item"]
    return {{"nickname": item["nickname"]}}  # leaks: nickname
```

## Quiet

```python the same, closed
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{{user_id}}")
def read_user(user_id: str):
    return {{"user_id": user_id}}
```

## Remedy

Say what to write instead.

## Limits

Say what this rule does not see.
"""

from collections.abc import Iterator

from hushtable.model.facts import Facts
from hushtable.model.rule import Confidence, Judgement, RuleInfo, Severity

RULE = RuleInfo(
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    cwe=(200,),
)


def judge(facts: Facts) -> Iterator[Judgement]:
    """Speak of the outflows that the page describes."""
    for flow in facts.outflows:
        if not flow.carried:
            continue
        yield Judgement(
            place=flow.place,
            message="Say in one sentence what this code does; name no value.",
            remedy="Say what to do in this code.",
            attributes=tuple(one.attribute for one in flow.carried if one.attribute),
            routes=(flow.route,) if flow.route else (),
            channel=flow.channel,
            function=flow.function,
        )
'''


class UnfitNameError(Exception):
    """The code or the name of the new rule is wrong or taken; the text says which."""


def begin(root: Path, code: str, name: str) -> tuple[Path, Path]:
    """Write the two files under `root` and give their paths.

    Raises UnfitNameError for a malformed code or name, and when another rule has either.
    """
    if not re.fullmatch(r"HT\d{3}", code):
        text = f"{code}: a code is HT and three digits"
        raise UnfitNameError(text)
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", name):
        text = f"{name}: a name is lower-case words joined by hyphens"
        raise UnfitNameError(text)
    words = name.replace("-", "_")
    for path in sorted((root / RULES).glob("ht[0-9]*.py")):
        taken, _, known = path.stem.partition("_")
        if code.lower() == taken or words == known:
            text = f"{path.name} has this code or this name already"
            raise UnfitNameError(text)
    rule = root / RULES / f"{code.lower()}_{words}.py"
    fragment = root / FRAGMENTS / f"{code.lower()}.added.md"
    title = name.replace("-", " ").capitalize()
    with rule.open("x", encoding="utf-8") as file:
        file.write(PAGE.format(title=title))
    sentence = f"Rule {code} `{name}` finds SAY WHAT IN ONE SENTENCE.\n"
    fragment.write_text(sentence, encoding="utf-8")
    return rule, fragment


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line; 2 when the code or the name cannot be used."""
    parser = argparse.ArgumentParser(prog="new_rule", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("code", help="HT and three digits; the first digit is the family")
    parser.add_argument("name", help="lower-case words joined by hyphens")
    given = parser.parse_args(arguments)
    try:
        written = begin(root, given.code, given.name)
    except UnfitNameError as error:
        print(error, file=sys.stderr)
        return 2
    for path in written:
        print(path.relative_to(root).as_posix())
    return 0


if __name__ == "__main__":
    sys.exit(main())
