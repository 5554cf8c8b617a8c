"""The grammar of DynamoDB expressions: text to tree.

Source: Amazon DynamoDB Developer Guide, "Condition and filter expressions, operators, and
functions" (Expressions.OperatorsAndFunctions.html), "Using update expressions"
(Expressions.UpdateExpressions.html) and "Using projection expressions"
(Expressions.ProjectionExpressions.html) below
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/.
"""

from __future__ import annotations

from hushtable.model.dynamodb.expression_tree import (
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
    Section,
    Token,
    Tree,
    UnknownPart,
    Update,
    Value,
    tokens,
)

PROJECTION = "ProjectionExpression"
KEY_CONDITION = "KeyConditionExpression"
FILTER = "FilterExpression"
CONDITION = "ConditionExpression"
UPDATE = "UpdateExpression"
KINDS = frozenset({PROJECTION, KEY_CONDITION, FILTER, CONDITION, UPDATE})

COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
CONDITION_WORDS = frozenset({"AND", "BETWEEN", "IN", "NOT", "OR"})
UPDATE_WORDS = frozenset({"ADD", "DELETE", "REMOVE", "SET"})

# Deeper nesting than this is given up on, so that no input can exhaust the stack.
_DEEPEST = 60


def keywords(kind: str) -> frozenset[str]:
    """Words, in upper case, that are syntax and never names in an expression of `kind`."""
    if kind == PROJECTION:
        return frozenset()
    return UPDATE_WORDS if kind == UPDATE else CONDITION_WORDS


def read(text: str, kind: str) -> tuple[Tree, int | None]:
    """Parse; also give the offset of the first redundant parentheses, if any.

    Raises `ExpressionError`; `ValueError` for a kind that is none of `KINDS`.
    """
    if kind not in KINDS:
        message = f"not a kind of expression: {kind}"
        raise ValueError(message)
    reader = _Reader(tuple(tokens(text)), keywords(kind))
    tree: Tree
    if kind == PROJECTION:
        tree = reader.projection()
    elif kind == UPDATE:
        tree = reader.update()
    else:
        tree = reader.any_of()
    if reader.token.kind != "end":
        raise reader.unexpected()
    return tree, reader.redundant


class _Reader:
    """A recursive descent over the tokens of one expression."""

    def __init__(self, stream: tuple[Token, ...], words: frozenset[str]) -> None:
        self.stream = stream
        self.words = words
        self.at = 0
        self.depth = 0
        self.redundant: int | None = None
        self.groups: dict[int, int] = {}

    @property
    def token(self) -> Token:
        return self.stream[self.at]

    def ahead(self) -> Token:
        return self.stream[min(self.at + 1, len(self.stream) - 1)]

    def unexpected(self) -> ExpressionError:
        token = self.token
        what = "the end of the expression" if token.kind == "end" else f"`{token.text}`"
        return ExpressionError(f"{what} is out of place", token.position)

    def sign(self, text: str) -> bool:
        if self.token.kind == "sign" and self.token.text == text:
            self.at += 1
            return True
        return False

    def demand(self, text: str) -> None:
        if not self.sign(text):
            raise self.unexpected()

    def word(self, *words: str) -> str:
        token = self.token
        if token.kind == "name" and token.text.upper() in words:
            self.at += 1
            return token.text.upper()
        return ""

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            message = "nested too deeply to be read"
            raise ExpressionError(message, self.token.position, certain=False)

    def projection(self) -> Projection:
        paths = [self.path()]
        while self.sign(","):
            paths.append(self.path())
        return Projection(tuple(paths))

    def path(self) -> Path:
        token = self.token
        if token.kind not in {"name", "alias", "hole"} or self.keyword(token):
            raise self.unexpected()
        self.at += 1
        return self.tail([Name(token.text, token.position)], token.position)

    def tail(self, parts: list[Name | int], position: int) -> Path:
        while True:
            if self.sign("."):
                token = self.token
                if token.kind not in {"name", "alias", "hole"} or self.keyword(token):
                    raise self.unexpected()
                self.at += 1
                parts.append(Name(token.text, token.position))
            elif self.sign("["):
                token = self.token
                if token.kind not in {"index", "hole"}:
                    raise self.unexpected()
                self.at += 1
                parts.append(-1 if token.kind == "hole" else int(token.text))
                self.demand("]")
            else:
                return Path(tuple(parts), position)

    def keyword(self, token: Token) -> bool:
        return token.kind == "name" and token.text.upper() in self.words

    def operand(self) -> Operand:
        token = self.token
        start = self.at
        if self.sign("("):
            self.deeper()
            inner = self.operand()
            self.demand(")")
            self.depth -= 1
            self.close(start)
            return (
                self.tail(list(inner.parts), inner.position) if isinstance(inner, Path) else inner
            )
        if token.kind == "value" or (token.kind == "hole" and token.text.startswith(":")):
            self.at += 1
            return Value(token.text, token.position)
        following = self.ahead()
        if following.kind == "sign" and following.text == "(" and not self.keyword(token):
            return self.call()
        return self.path()

    def close(self, start: int) -> None:
        """Note a group that ends here, and whether it holds nothing but another group."""
        self.groups[start] = self.at
        if self.groups.get(start + 1) == self.at - 1 and self.redundant is None:
            self.redundant = self.stream[start].position

    def call(self) -> Call:
        token = self.token
        if token.kind not in {"name", "hole"}:
            raise self.unexpected()
        self.at += 1
        self.demand("(")
        self.deeper()
        arguments = self.operands()
        self.demand(")")
        self.depth -= 1
        return Call(token.text, arguments, token.position)

    def operands(self) -> tuple[Operand, ...]:
        found = [self.operand()]
        while self.sign(","):
            found.append(self.operand())
        return tuple(found)

    def any_of(self) -> Condition:
        found = [self.all_of()]
        while self.word("OR"):
            found.append(self.all_of())
        return found[0] if len(found) == 1 else Or(tuple(found))

    def all_of(self) -> Condition:
        found = [self.negation()]
        while self.word("AND"):
            found.append(self.negation())
        return found[0] if len(found) == 1 else And(tuple(found))

    def negation(self) -> Condition:
        if self.word("NOT"):
            return Not(self.primary())
        return self.primary()

    def primary(self) -> Condition:
        token = self.token
        if token.kind == "hole" and self.stands_alone():
            self.at += 1
            return UnknownPart(token.position)
        start = self.at
        if token.kind == "sign" and token.text == "(":
            depth = self.depth
            try:
                return self.simple()
            except ExpressionError as error:
                if not error.certain:
                    raise
                self.at, self.depth = start + 1, depth
            self.deeper()
            inner = self.any_of()
            self.demand(")")
            self.depth -= 1
            self.close(start)
            return inner
        return self.simple()

    def stands_alone(self) -> bool:
        following = self.ahead()
        return following.kind in {"end", "hole"} or following.text.upper() in {"AND", "OR", ")"}

    def simple(self) -> Condition:
        left = self.operand()
        token = self.token
        if token.kind == "sign" and token.text in COMPARATORS:
            self.at += 1
            return Comparison(token.text, left, self.operand())
        if self.word("BETWEEN"):
            low = self.operand()
            if not self.word("AND"):
                raise self.unexpected()
            return Between(left, low, self.operand())
        if self.word("IN"):
            if self.token.kind == "hole":
                return In(left, (self.path(),))
            self.demand("(")
            options = self.operands()
            self.demand(")")
            return In(left, options)
        if isinstance(left, Call):
            return left
        raise self.unexpected()

    def update(self) -> Update:
        sections = []
        while True:
            position = self.token.position
            keyword = self.word(*UPDATE_WORDS)
            if not keyword:
                break
            actions = [self.action(keyword)]
            while self.sign(","):
                actions.append(self.action(keyword))
            sections.append(Section(keyword, tuple(actions), position))
        if not sections:
            raise self.unexpected()
        return Update(tuple(sections))

    def action(self, keyword: str) -> Action:
        token = self.token
        following = self.ahead()
        if token.kind == "hole" and (
            following.kind == "end" or following.text == "," or self.keyword(following)
        ):
            self.at += 1
            return Action(UnknownPart(token.position))
        path = self.path()
        match keyword:
            case "REMOVE":
                return Action(path)
            case "SET":
                self.demand("=")
                return Action(path, self.assigned())
            case _:
                value = self.token
                if value.kind not in {"value", "hole"}:
                    raise self.unexpected()
                self.at += 1
                return Action(path, Value(value.text, value.position))

    def assigned(self) -> Operand | Arithmetic:
        start = self.at
        try:
            return self.sum()
        except ExpressionError as error:
            if not error.certain or self.stream[start].text != "(":
                raise
            self.at, self.depth = start + 1, 0
        inner = self.sum()
        self.demand(")")
        return inner

    def sum(self) -> Operand | Arithmetic:
        left = self.operand()
        for operator in "+-":
            if self.sign(operator):
                return Arithmetic(operator, left, self.operand())
        return left
