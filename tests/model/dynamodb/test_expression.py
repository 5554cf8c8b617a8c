"""Tests of the expression grammar and of what DynamoDB rejects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.dynamodb.expression import parse, problems, unaliased
from hushtable.model.dynamodb.expression_tree import (
    Action,
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    ExpressionError,
    In,
    Name,
    Not,
    Or,
    Path,
    Projection,
    Section,
    Update,
    Value,
)
from hushtable.model.dynamodb.grammar import (
    CONDITION,
    FILTER,
    KEY_CONDITION,
    KINDS,
    PROJECTION,
    UPDATE,
)

words = st.sampled_from(["pk", "email", "_v", "a1", "#n", "#status", "user_id"]).map(Name)
paths = st.lists(words | st.integers(0, 99), min_size=0, max_size=3).flatmap(
    lambda tail: words.map(lambda head: Path((head, *tail)))
)
values = st.sampled_from([":a", ":b2", ":_x"]).map(Value)
sized = paths.map(lambda path: Call("size", (path,)))
operands = paths | values | sized
calls = st.builds(
    Call,
    st.sampled_from(["begins_with", "contains", "attribute_type"]),
    st.tuples(paths, values),
)
simple = (
    st.builds(Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), operands, operands)
    | st.builds(Between, operands, operands, operands)
    | st.builds(In, operands, st.lists(operands, min_size=1, max_size=4).map(tuple))
    | calls
)


conditions = st.recursive(
    simple,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
    ),
    max_leaves=8,
)
projections = st.lists(paths, min_size=1, max_size=4).map(lambda found: Projection(tuple(found)))
assigned = (
    operands
    | st.builds(Arithmetic, st.sampled_from("+-"), operands, operands)
    | st.builds(Call, st.just("list_append"), st.tuples(paths, values))
)
sections = (
    st.builds(
        Section,
        st.just("SET"),
        st.lists(st.builds(Action, paths, assigned), min_size=1, max_size=3).map(tuple),
    )
    | st.builds(
        Section,
        st.just("REMOVE"),
        st.lists(st.builds(Action, paths), min_size=1, max_size=3).map(tuple),
    )
    | st.builds(
        Section,
        st.sampled_from(["ADD", "DELETE"]),
        st.lists(st.builds(Action, paths, values), min_size=1, max_size=3).map(tuple),
    )
)
updates = st.lists(sections, min_size=1, max_size=3).map(lambda found: Update(tuple(found)))


@given(conditions)
def test_conditions_come_back(tree: And | Or | Not | Comparison | Between | In | Call) -> None:
    """The text of a condition parses to the same condition."""
    assert str(parse(str(tree), FILTER)) == str(tree)
    assert parse(str(tree), FILTER) == tree


@given(projections)
def test_projections_come_back(tree: Projection) -> None:
    """The text of a projection parses to the same projection."""
    assert parse(str(tree), PROJECTION) == tree


@given(updates)
def test_updates_come_back(tree: Update) -> None:
    """The text of an update parses to the same update."""
    assert parse(str(tree), UPDATE) == tree


SIGNS = ["(", ")", ",", ".", "[", "]", "0", "7", "=", "<>", "<", "+", "-", "é"]
WORDS = ["AND", "OR", "NOT", "IN", "BETWEEN", "SET", "REMOVE", "ADD", "DELETE", "size", "foo"]
pieces = st.lists(
    st.sampled_from(["a", "name", "#n", ":v", "{}", "begins_with", *SIGNS, *WORDS]), max_size=14
)


@given(
    pieces.map(" ".join) | pieces.map("".join) | st.text(max_size=40),
    st.sampled_from(sorted(KINDS)),
)
def test_nothing_but_expression_errors(text: str, kind: str) -> None:
    """Any text parses or raises ExpressionError, and always gets a list of problems."""
    found = problems(text, kind, {}, ())
    assert all(isinstance(problem, str) for problem in found)
    error = _refusal(text, kind)
    if error is not None:
        assert 0 <= error.position <= len(text)
        assert found or "{}" in text or not error.certain


def _refusal(text: str, kind: str) -> ExpressionError | None:
    try:
        parse(text, kind)
    except ExpressionError as error:
        return error
    return None


@given(pieces.map(" ".join), st.sampled_from(sorted(KINDS)), st.data())
def test_a_hole_only_takes_knowledge_away(text: str, kind: str, data: st.DataObject) -> None:
    """Making a part of a valid expression unknown never makes a problem appear."""
    if "{}" in text or problems(text, kind):
        return
    parts = text.split(" ")
    at = data.draw(st.integers(0, len(parts)))
    end = data.draw(st.integers(at, len(parts)))
    assert problems(" ".join([*parts[:at], "{}", *parts[end:]]), kind) == []


@given(updates | projections | conditions, st.data())
def test_a_hole_in_a_real_expression(tree: Update | Projection, data: st.DataObject) -> None:
    """Making a part of an accepted expression unknown never makes a problem appear."""
    kind = {Update: UPDATE, Projection: PROJECTION}.get(type(tree), FILTER)
    text = str(tree)
    if problems(text, kind):
        return
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, len(text)))
    assert problems(text[:at] + "{}" + text[end:], kind) == []


@pytest.mark.parametrize(
    "text", ["(" * 5000, "NOT " * 3000 + "a = :a", "size(" * 4000, "(" * 90 + "a"]
)
def test_deep_nesting_is_given_up_on(text: str) -> None:
    """Nesting without end raises ExpressionError, never RecursionError."""
    with pytest.raises(ExpressionError):
        parse(text, FILTER)


ACCEPTED = [
    (FILTER, "a = :a"),
    (FILTER, "(a = :a) AND (b = :a OR c <> :a)"),
    (FILTER, "((a = :a) AND b = :a)"),
    (FILTER, "a between :a and :a and b in (:a, :a)"),
    (FILTER, "not contains(tags, :a)"),
    (FILTER, "attribute_exists(profile.emails[0])"),
    (FILTER, "size(#n) > :a"),
    (FILTER, "(size(a)) >= :a"),
    (FILTER, "(a).b = :a"),
    (CONDITION, "attribute_not_exists(pk) AND #n.b <> :a"),
    (KEY_CONDITION, "pk = :a AND begins_with(sk, :a)"),
    (KEY_CONDITION, "pk = :a and sk between :a and :a"),
    (KEY_CONDITION, "(pk = :a) AND (sk > :a)"),
    (PROJECTION, "id, email,profile.locale , tags[0].x, #n"),
    (UPDATE, "SET a = :a, b = if_not_exists(b, :a) + :a REMOVE c, d[1] ADD n :a DELETE s :a"),
    (UPDATE, "set a=a-:a"),
    (UPDATE, "SET a = list_append(a, :a)"),
    (UPDATE, "SET a = (:a + b)"),
    (UPDATE, "SET a[0] = :a, a[1] = :a, b.c = :a, b.d = :a"),
]


@pytest.mark.parametrize(("kind", "text"), ACCEPTED)
def test_valid_expressions_have_no_problem(kind: str, text: str) -> None:
    """An expression DynamoDB accepts has no problem."""
    assert problems(text, kind, {"#n": "name"}, (":a",), keys=("pk2",)) == []


REJECTED = [
    (FILTER, "", "empty"),
    (FILTER, "name = :a", "reserved keyword: name"),
    (FILTER, "profile.Name = :a", "reserved keyword: Name"),
    (FILTER, "attribute_exists(status)", "reserved keyword: status"),
    (FILTER, "size = :a", "reserved keyword: size"),
    (PROJECTION, "id, email, date", "reserved keyword: date"),
    (PROJECTION, "set", "reserved keyword: set"),
    (UPDATE, "SET a = :a, token = :a", "reserved keyword: token"),
    (UPDATE, "SET and = :a", "reserved keyword: and"),
    (FILTER, "#x = :a", "name placeholder is not defined: #x"),
    (FILTER, "a = :missing", "value placeholder is not defined: :missing"),
    (FILTER, "a = :a AND", "syntax error"),
    (FILTER, "a == :a", "syntax error"),
    (FILTER, "a = 'x'", "syntax error"),
    (FILTER, "a != :a", "syntax error"),
    (FILTER, "a", "syntax error"),
    (FILTER, "2fa = :a", "syntax error"),
    (FILTER, "a-b = :a", "syntax error"),
    (FILTER, "a IN :a", "syntax error"),
    (PROJECTION, "id,", "syntax error"),
    (PROJECTION, "a b", "syntax error"),
    (UPDATE, "a = :a", "syntax error"),
    (UPDATE, "SET a = :a b = :a", "syntax error"),
    (UPDATE, "SET a = :a + :a + :a", "syntax error"),
    (UPDATE, "ADD a b", "syntax error"),
    (FILTER, "((a = :a))", "redundant parentheses"),
    (FILTER, "((a)) = :a", "redundant parentheses"),
    (FILTER, "a IN (" + ", ".join([":a"] * 101) + ")", "IN has 101 operands"),
    (FILTER, "a = :a" + " " * 4096, "bytes long"),
    (FILTER, " AND ".join(["a = :a"] * 301), "the limit is 300"),
    (FILTER, "exists(a)", "invalid function name: exists"),
    (FILTER, "Begins_With(a, :a)", "invalid function name: Begins_With"),
    (FILTER, "begins_with(a)", "takes 2 operands, not 1"),
    (FILTER, "attribute_exists(:a)", "requires a document path"),
    (FILTER, "size(a)", "not a condition"),
    (FILTER, "a = :a AND size(a)", "not a condition"),
    (FILTER, "contains(a, :a) = :a", "cannot be an operand"),
    (FILTER, "a = a", "are the same"),
    (FILTER, "pk = :a", "no key: pk"),
    (FILTER, "a = :a OR size(pk) > :a", "no key: pk"),
    (KEY_CONDITION, "pk = :a OR sk = :a", "invalid operator in a key condition: OR"),
    (KEY_CONDITION, "NOT pk = :a", "invalid operator in a key condition: NOT"),
    (KEY_CONDITION, "pk <> :a", "invalid operator in a key condition: <>"),
    (KEY_CONDITION, "pk IN (:a)", "invalid operator in a key condition: IN"),
    (KEY_CONDITION, "pk = :a AND contains(sk, :a)", "invalid function in a key condition"),
    (KEY_CONDITION, "pk = :a AND sk > :a AND x = :a", "3 key conditions"),
    (KEY_CONDITION, "pk = :a AND sk > :a AND sk < :a", "more than one condition on the key"),
    (KEY_CONDITION, "a.b = :a", "nested attribute: a.b"),
    (PROJECTION, "a, b, a", "paths overlap: a and a"),
    (PROJECTION, "a, a.b", "paths overlap"),
    (PROJECTION, "a.b, a[0]", "paths conflict"),
    (PROJECTION, "#n, #m", "paths overlap: #n and #m"),
    (UPDATE, "SET a = :a REMOVE a.b", "paths overlap"),
    (UPDATE, "SET a = :a SET b = :a", "SET section is used 2 times"),
    (UPDATE, "SET a = nope(a, :a)", "invalid function name: nope"),
    (UPDATE, "SET a = if_not_exists(:a, :a)", "requires a document path"),
    (UPDATE, "SET pk = :a", "key attribute cannot be updated: pk"),
]


@pytest.mark.parametrize(("kind", "text", "said"), REJECTED)
def test_invalid_expressions_are_explained(kind: str, text: str, said: str) -> None:
    """An expression DynamoDB rejects gets the reason."""
    names = {"#n": "name", "#m": "name"}
    found = problems(text, kind, names, (":a",), keys=("pk",) if kind != KEY_CONDITION else ())
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (UPDATE, "SET {}"),
        (UPDATE, "SET {} REMOVE c"),
        (UPDATE, "SET a = :a{}"),
        (UPDATE, "SET a = :a {}"),
        (UPDATE, "SET #{} = :{}"),
        (UPDATE, "{}"),
        (UPDATE, "SET a = :a, {} = :v, a.{} = :w"),
        (FILTER, "{} AND a = :a"),
        (FILTER, "begins_with({}, :p)"),
        (FILTER, "name{} = :a"),
        (FILTER, "a IN ({})"),
        (FILTER, "a IN {}"),
        (FILTER, "{} {}"),
        (FILTER, "{}(a, :b)"),
        (PROJECTION, "id, {}"),
        (PROJECTION, "items_{}[{}]"),
        (KEY_CONDITION, "{} = :pk AND {}"),
    ],
)
def test_unknown_parts_are_not_judged(kind: str, text: str) -> None:
    """A text with unknown parts that may be right has no problem."""
    assert problems(text, kind) == []


def test_what_is_certain_beside_a_hole_is_said() -> None:
    """A reserved word beside an unknown part is said, since it is wrong whatever the part is."""
    assert problems("SET status = :s, {}", UPDATE) == [
        "attribute name is a reserved keyword: status"
    ]
    assert problems("SET a = :zz{}, b = :b", UPDATE, {}, (":a",)) == [
        "attribute value placeholder is not defined: :b"
    ]


def test_unknown_tables_of_placeholders() -> None:
    """Nothing is said of placeholders when what was declared is not known."""
    assert problems("#x = :y", FILTER) == []
    assert problems("#x = :y", FILTER, [("#{}", "")], (":{}",)) == []
    assert problems("#x, a, #y", PROJECTION, {"#x": "", "#y": "{}"}) == []


def test_where_the_bare_reserved_words_stand() -> None:
    """`unaliased` gives each reserved word with its offset, and no keyword or function."""
    text = "SET status = :s, size = size(:x), profile.data = :d"
    assert unaliased(text, UPDATE) == (("status", 4), ("size", 17), ("data", 42))
    assert unaliased("é", UPDATE) == ()


def test_an_unknown_kind_is_a_programming_error() -> None:
    """A kind that is no expression of the grammar raises ValueError."""
    with pytest.raises(ValueError, match="Statement"):
        parse("SELECT 1", "Statement")
    with pytest.raises(ValueError, match="Statement"):
        problems("SELECT 1", "Statement")
