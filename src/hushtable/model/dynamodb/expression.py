"""What DynamoDB would say of an expression before it looks at any item.

The wording follows DynamoDB's ValidationException. A text may hold `{}` for parts that are not
known; then only what is certain whatever the parts are is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations, pairwise

from hushtable.model.dynamodb.expression_tree import (
    HOLE,
    Action,
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    Condition,
    ExpressionError,
    In,
    Name,
    Not,
    Operand,
    Or,
    Path,
    Projection,
    Token,
    Tree,
    Update,
    Value,
    tokens,
)
from hushtable.model.dynamodb.grammar import (
    FILTER,
    KEY_CONDITION,
    KINDS,
    UPDATE,
    keywords,
    read,
)
from hushtable.model.dynamodb.limits import (
    EXPRESSION_BYTES,
    EXPRESSION_OPERATORS,
    IN_OPERANDS,
    KEY_CONDITIONS,
)
from hushtable.model.dynamodb.reserved import is_reserved

CONDITION_FUNCTIONS: Mapping[str, int] = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
"""Functions of conditions with their number of operands."""

UPDATE_FUNCTIONS: Mapping[str, int] = {"if_not_exists": 2, "list_append": 2}
"""Functions of update expressions with their number of operands."""

_NEED_A_PATH = frozenset({"attribute_exists", "attribute_not_exists", "if_not_exists"})

Aliases = Mapping[str, str]


def parse(text: str, kind: str) -> Tree:
    """Parse expression text; `kind` is the parameter's name, such as `UpdateExpression`.

    Raises `ExpressionError` with the offset, `ValueError` for an unknown kind.
    """
    return read(text, kind)[0]


def problems(
    text: str,
    kind: str,
    names: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    values: Collection[str] | None = None,
    keys: Collection[str] = (),
) -> list[str]:
    """Say why DynamoDB would reject the expression, most basic reason first; [] when it would not.

    `names` is ExpressionAttributeNames and `values` the placeholders of
    ExpressionAttributeValues; None means unknown, so that nothing is said of them. A name with
    an empty or `{}` target is defined, but its target unknown. `keys` are the key attributes
    of the table or index a *Query* reads or an *UpdateItem* changes (a Scan may filter on keys).
    Raises `ValueError` for a kind that is no expression of the grammar.
    """
    if kind not in KINDS:
        message = f"not a kind of expression: {kind}"
        raise ValueError(message)
    whole = HOLE not in text
    if whole and not text.strip():
        return ["the expression is empty"]
    found = list(_too_long(text))
    aliases = None if names is None else dict(names)
    try:
        stream = tuple(tokens(text))
    except ExpressionError as error:
        # A hole is text of any kind, so a strange character beside it is strange all the same.
        return [*found, f"syntax error: {error}"]
    found += _reserved(stream, kind)
    found += _undefined(stream, aliases, values)
    try:
        tree, redundant = read(text, kind)
    except ExpressionError as error:
        if whole and error.certain:
            found.append(f"syntax error: {error}")
        return found
    if not whole:
        # The hole may hold anything, a closing parenthesis too: only what stands outside every
        # structure it could end is certain.
        return [*found, *_judge_paths(tree, aliases or {}, keys)]
    if redundant is not None and kind != UPDATE:
        found.append(f"redundant parentheses at offset {redundant}")
    return [*found, *_judge(tree, kind, aliases or {}, keys)]


def unaliased(text: str, kind: str) -> tuple[tuple[str, int], ...]:
    """Give each reserved word used as a bare attribute name, with its offset in the text."""
    try:
        stream = tuple(tokens(text))
    except ExpressionError:
        return ()
    return tuple((token.text, token.position) for token in _bare_reserved(stream, kind))


def _too_long(text: str) -> Iterator[str]:
    size = len(text.replace(HOLE, "").encode("utf-8", "surrogatepass"))
    if size > EXPRESSION_BYTES:
        yield f"the expression is {size} bytes long, the limit is {EXPRESSION_BYTES}"


def _bare_reserved(stream: tuple[Token, ...], kind: str) -> Iterator[Token]:
    words = keywords(kind)
    for token, following in pairwise(stream):
        if token.kind != "name" or token.text.upper() in words or following.text == "(":
            continue
        if is_reserved(token.text):
            yield token


def _reserved(stream: tuple[Token, ...], kind: str) -> Iterator[str]:
    for word in dict.fromkeys(token.text for token in _bare_reserved(stream, kind)):
        yield f"attribute name is a reserved keyword: {word}"


def _undefined(
    stream: tuple[Token, ...], names: Aliases | None, values: Collection[str] | None
) -> Iterator[str]:
    aliases = dict.fromkeys(token.text for token in stream if token.kind == "alias")
    placeholders = dict.fromkeys(token.text for token in stream if token.kind == "value")
    # A declared placeholder that is itself not wholly known may be any of those used.
    if names is not None and not any(HOLE in name for name in names):
        for alias in aliases:
            if alias not in names:
                yield f"attribute name placeholder is not defined: {alias}"
    if values is not None and not any(HOLE in value for value in values):
        for placeholder in placeholders:
            if placeholder not in values:
                yield f"attribute value placeholder is not defined: {placeholder}"


def _judge(tree: Tree, kind: str, aliases: Aliases, keys: Collection[str]) -> Iterator[str]:
    yield from _judge_paths(tree, aliases, keys)
    match tree:
        case Projection():
            return
        case Update():
            yield from _judge_update(tree)
        case _:
            if isinstance(tree, Call) and tree.function == "size":
                yield "size() is a number, not a condition"
            yield from _judge_condition(tree)
            if kind == KEY_CONDITION:
                yield from _judge_keys(tree, aliases)
            if kind == FILTER:
                yield from _keys_in_filter(tree, aliases, keys)


def _judge_paths(tree: Tree, aliases: Aliases, keys: Collection[str]) -> Iterator[str]:
    """Judge the paths of a projection or update against one another and against the keys."""
    match tree:
        case Projection():
            yield from _overlaps(tree.paths, aliases)
        case Update():
            actions = [action for section in tree.sections for action in section.actions]
            paths = [action.path for action in actions if isinstance(action.path, Path)]
            yield from _overlaps(paths, aliases)
            for path in paths:
                resolved = _resolve(path, aliases)
                if resolved is not None and resolved[0] in keys:
                    yield f"a key attribute cannot be updated: {resolved[0]}"


def _judge_update(tree: Update) -> Iterator[str]:
    counted = Counter(section.keyword for section in tree.sections)
    for keyword, count in counted.items():
        if count > 1:
            yield f"the {keyword} section is used {count} times"
    actions = [action for section in tree.sections for action in section.actions]
    for action in actions:
        for operand in _assigned(action):
            yield from _judge_call(operand, UPDATE_FUNCTIONS)
    operators = sum(isinstance(action.value, Arithmetic | Call) for action in actions)
    if operators > EXPRESSION_OPERATORS:
        yield f"{operators} operators and functions, the limit is {EXPRESSION_OPERATORS}"


def _assigned(action: Action) -> tuple[Operand, ...]:
    match action.value:
        case None:
            return ()
        case Arithmetic():
            return (action.value.left, action.value.right)
        case _:
            return (action.value,)


def _judge_condition(condition: Condition) -> Iterator[str]:
    operators = 0
    for part in _parts(condition):
        operators += 1
        match part:
            case Call():
                yield from _judge_call(part, CONDITION_FUNCTIONS)
            case In() if len(part.options) > IN_OPERANDS:
                yield f"IN has {len(part.options)} operands, the limit is {IN_OPERANDS}"
        match part:
            case Comparison() if _same(part.left, part.right):
                yield f"both operands of {part.operator} are the same: {part.left}"
        for operand in _operands(part):
            yield from _judge_call(operand, CONDITION_FUNCTIONS)
            if isinstance(operand, Call) and operand.function != "size":
                yield f"{operand.function}() is a condition and cannot be an operand"
        if isinstance(part, And | Or | Not):
            children = (part.condition,) if isinstance(part, Not) else part.conditions
            if any(isinstance(child, Call) and child.function == "size" for child in children):
                yield "size() is a number, not a condition"
    if operators > EXPRESSION_OPERATORS:
        yield f"{operators} operators and functions, the limit is {EXPRESSION_OPERATORS}"


def _same(left: Operand, right: Operand) -> bool:
    return isinstance(left, Path) and left == right


def _parts(condition: Condition) -> Iterator[Condition]:
    """Give every condition of the tree, outermost first."""
    yield condition
    match condition:
        case And() | Or():
            for inner in condition.conditions:
                yield from _parts(inner)
        case Not():
            yield from _parts(condition.condition)


def _operands(condition: Condition) -> tuple[Operand, ...]:
    match condition:
        case Comparison():
            return (condition.left, condition.right)
        case Between():
            return (condition.operand, condition.low, condition.high)
        case In():
            return (condition.operand, *condition.options)
        case Call():
            return condition.arguments
        case _:
            return ()


def _judge_call(operand: Operand, functions: Mapping[str, int]) -> Iterator[str]:
    if not isinstance(operand, Call):
        return
    expected = functions.get(operand.function)
    if expected is None:
        yield f"invalid function name: {operand.function}"
        return
    if len(operand.arguments) != expected:
        yield f"{operand.function}() takes {expected} operands, not {len(operand.arguments)}"
    elif operand.function in _NEED_A_PATH and isinstance(operand.arguments[0], Value | Call):
        yield f"{operand.function}() requires a document path"


def _judge_keys(condition: Condition, aliases: Aliases) -> Iterator[str]:
    conditions = condition.conditions if isinstance(condition, And) else (condition,)
    if len(conditions) > KEY_CONDITIONS:
        yield f"{len(conditions)} key conditions, the limit is {KEY_CONDITIONS}"
    seen = Counter[str]()
    for part in conditions:
        refused = _no_key_condition(part)
        if refused:
            yield refused
        for path in _operands(part):
            if not isinstance(path, Path):
                continue
            resolved = _resolve(path, aliases)
            if len(path.parts) > 1:
                yield f"a key condition cannot name a nested attribute: {path}"
            elif resolved is not None:
                seen[str(resolved[0])] += 1
    for name, count in seen.items():
        if count > 1:
            yield f"more than one condition on the key attribute {name}"


def _no_key_condition(condition: Condition) -> str:
    match condition:
        case Or() | Not() | In() | And():
            return f"invalid operator in a key condition: {type(condition).__name__.upper()}"
        case Comparison() if condition.operator == "<>":
            return "invalid operator in a key condition: <>"
        case Call() if condition.function in CONDITION_FUNCTIONS.keys() - {"begins_with"}:
            return f"invalid function in a key condition: {condition.function}"
        case _:
            return ""


def _keys_in_filter(condition: Condition, aliases: Aliases, keys: Collection[str]) -> Iterator[str]:
    heads: dict[str, None] = {}
    for part in _parts(condition):
        for operand in _operands(part):
            inner = operand.arguments if isinstance(operand, Call) else (operand,)
            for path in inner:
                resolved = _resolve(path, aliases) if isinstance(path, Path) else None
                if resolved is not None:
                    heads[str(resolved[0])] = None
    for head in heads:
        if head in keys:
            yield f"a filter can only hold attributes that are no key: {head}"


def _resolve(path: Path, aliases: Aliases) -> tuple[str | int, ...] | None:
    """Put real names for placeholders; None when a part of the path is not known."""
    resolved: list[str | int] = []
    for part in path.parts:
        match part:
            case int():
                resolved.append(part)
                if part < 0:
                    return None
            case Name():
                name = aliases.get(part.text, "") if part.alias else part.text
                if not name or HOLE in name:
                    return None
                resolved.append(name)
    return tuple(resolved)


def _overlaps(paths: Iterable[Path], aliases: Aliases) -> Iterator[str]:
    known = [(path, resolved) for path in paths if (resolved := _resolve(path, aliases))]
    for (first, left), (second, right) in combinations(known, 2):
        for one, other in zip(left, right, strict=False):
            if type(one) is not type(other):
                yield f"two document paths conflict: {first} and {second}"
                break
            if one != other:
                break
        else:
            yield f"two document paths overlap: {first} and {second}"
