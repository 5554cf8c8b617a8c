"""Tests of what Terraform files say, with places from their syntax tree."""

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hushtable.scan.infrastructure import hcl_nodes
from hushtable.scan.infrastructure.definitions import Definitions
from hushtable.scan.infrastructure.reading import MAX_TERRAFORM, read
from hushtable.scan.infrastructure.terraform import read_terraform

TABLE = 'resource "aws_dynamodb_table" "users" {\n  name = "users"\n  hash_key = "pk"\n}\n'


def told(text: str) -> Definitions:
    """Read a text that is written indented."""
    return read_terraform(dedent(text), "main.tf")


def attribute(value: str) -> str:
    """Give the name of a table whose name is written as `value`."""
    text = f'resource "aws_dynamodb_table" "t" {{\n  name = {value}\n}}'
    (table,) = read_terraform(text, "main.tf").tables
    return table.name


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"users"', "users"),
        ('"users-${var.env}-%{ if x }y%{ endif }"', "users-${var.env}-%{ if x }y%{ endif }"),
        ('"${var.prefix}"', "${var.prefix}"),
        ("var.tables[0].name", "${var.tables[0].name}"),
        ('("users")', "users"),
        ('format(\n    "a-%s", var.b\n  )', '${format( "a-%s", var.b )}'),
        ('x ? "a" : "b"', '${x ? "a" : "b"}'),
        (r'"a\"\\\u00e9$${b}"', 'a"\\é${b}'),
        ("12", "12"),
        ("null", "t"),
        ('""', "t"),
    ],
)
def test_expressions_are_kept_as_text(written: str, expected: str) -> None:
    """A literal gives its text, anything else the text of its source in `${...}`."""
    assert attribute(written) == expected


def test_tables_repeated_by_count_or_for_each() -> None:
    """A table under `count` or `for_each` is one definition, named as written."""
    found = told("""\
        resource "aws_dynamodb_table" "a" {
          for_each = toset(["x", "y"])
          name     = "a-${each.key}"
        }
        resource aws_dynamodb_table b {
          count = var.on ? 1 : 0
        }
        """)
    assert [(table.name, table.place.line) for table in found.tables] == [
        ("a-${each.key}", 1),
        ("b", 5),
    ]


def test_dynamic_blocks() -> None:
    """What a dynamic block repeats is read; whether it is there at all is unknown."""
    found = told("""\
        resource "aws_dynamodb_table" "a" {
          dynamic "server_side_encryption" {
            for_each = var.encrypt ? [1] : []
            content {
              enabled = true
            }
          }
          dynamic "point_in_time_recovery" {
            for_each = var.recover
            content { enabled = true }
          }
        }
        data "aws_iam_policy_document" "d" {
          dynamic "statement" {
            for_each = var.roles
            content {
              actions   = ["dynamodb:*"]
              resources = [statement.value]
            }
          }
        }
        """)
    (table,) = found.tables
    assert (table.encryption, table.point_in_time) == ("unknown", None)
    (policy,) = found.policies
    assert (policy.place.line, policy.resources) == (14, ("${statement.value}",))


def test_statements_of_jsonencode_have_their_own_lines() -> None:
    """Each statement stands on the line where its object opens, whatever stands before it."""
    found = told("""\
        resource "aws_iam_role" "r" {
          # Action
          inline_policy {
            policy = jsonencode({
              Statement = [
                {
                  Effect = "Allow"
                  Action = ["s3:GetObject"]
                },
                {
                  "Effect" : "Allow", "Action" : ["dynamodb:Query"]
                  Resource  = aws_dynamodb_table.t.arn
                  Condition = { StringEquals = { "dynamodb:Select" = "COUNT" } }
                },
              ]
            })
          }
          managed_policy_arns = [
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess",
          ]
        }
        """)
    query, full = found.policies
    assert (query.place.line, query.actions, query.principal) == (10, ("dynamodb:Query",), "r")
    assert query.resources == ("${aws_dynamodb_table.t.arn}",)
    assert query.conditions == ("dynamodb:Select",)
    assert full.place.line == 20


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        ('"${jsonencode({ Statement = { Action = "dynamodb:*" } })}"', 2),
        (r'"{\"Statement\": [{\n\"Effect\": \"Allow\", \"Action\": \"dynamodb:*\"}]}"', 2),
        ('<<-JSON\n    {"Statement": [\n      {"Action": "dynamodb:*"}]}\n  JSON', 4),
        ('<<JSON\n{"Statement": {"Action": "dynamodb:*", "Resource": "${a.b}"}}\nJSON', 3),
    ],
)
def test_spellings_of_a_policy(policy: str, line: int) -> None:
    """A policy may be an encoded object, a quoted text or a heredoc."""
    text = f'resource "aws_iam_policy" "p" {{\n  policy = {policy}\n}}'
    (found,) = read_terraform(text, "main.tf").policies
    assert (found.actions, found.place.line, found.principal) == (("dynamodb:*",), line, "p")


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ('resource "a" "b" {\n  x = [1\n}\n', 7),
        ('resource "a" "b" {\n  x = = 1\n}\n', 6),
        ("a = 'x'\n", 5),
        ("a = 1\n\0\n", 6),
        ('resource "a" "b" {\n', 6),
    ],
)
def test_definitions_beside_an_error_are_given(broken: str, line: int) -> None:
    """A syntax error is told with its line, and whole blocks beside it are still read."""
    found = read_terraform(TABLE + broken, "main.tf")
    assert [(one.place.line, one.why) for one in found.unknown] == [(line, "not valid HCL")]
    assert [table.name for table in found.tables] == ["users"]


def test_a_table_with_an_error_is_not_given() -> None:
    """A table that holds the error defines nothing: what it says cannot be known."""
    found = read_terraform(TABLE.replace('"pk"', "= ="), "main.tf")
    assert found.tables == ()
    assert found.unknown


def test_a_parser_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose parsing takes too long is unknown, with the line that was reached."""
    monkeypatch.setattr(hcl_nodes, "_SECONDS", 0.1)
    text = TABLE + "endif(" + " " * 100_000
    found = read_terraform(text, "main.tf")
    assert [(one.place.line, one.why) for one in found.unknown] == [(5, "takes too long to parse")]
    assert found.tables == ()


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 50_000,
        "x = " + "[" * 50_000 + "]" * 50_000,
        "a {\n" * 50_000,
        "x = " + "f(" * 50_000,
        'x = "' + '${"' * 50_000,
        "x = " + "!" * 50_000 + "a",
        "\0" * MAX_TERRAFORM,
        'dynamic "a" {\n' * 50_000 + "}" * 50_000,
    ],
    ids=["open", "shut", "blocks", "calls", "templates", "operators", "nulls", "dynamic"],
)
def test_hostile_nesting_is_told(text: str) -> None:
    """Nesting and bytes that no file has are unknown, and end neither in a crash nor in a raise."""
    found = read_terraform(text, "main.tf")
    assert len(found.unknown) == 1
    assert found.tables == ()


def test_long_lines_cost_little(tmp_path: Path) -> None:
    """A line as long as a file may be is read, and one of ten megabytes is told unread."""
    path = tmp_path / "long.tf"
    path.write_text(TABLE + f'x = "{"a" * (MAX_TERRAFORM - 200)}"\n')
    assert len(read(path, "long.tf").tables) == 1
    path.write_text(TABLE + f'x = "{"a" * 10_000_000}"\n')
    assert "large" in read(path, "long.tf").unknown[0].why


WORDS = st.sampled_from(
    ['resource "aws_dynamodb_table" "t" {', 'resource "aws_iam_policy" "p" {', "policy = ",
     "jsonencode(", "name = ", "Statement", "<<-A\n", "A\n", 'dynamic "statement" {', "content {",
     "statement {", "actions = [", "}", "{", "[", "]", "(", ")", '"', "${", "%{ if a }", "=", ":",
     "for", "\n", " ", "\\", "#", "/*", "\0", "\ud800", "é", "1", "null", ",", ".", "*"]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=30).map("".join)))
@example("\ufeff")
@example("")
def test_any_text_gives_definitions(text: str) -> None:
    """Any text gives definitions or is told as unknown, and never raises."""
    found = read_terraform(text, "x.tf")
    lines = text.count("\n") + 1
    places = [one.place for one in (*found.tables, *found.policies, *found.unknown)]
    assert all(1 <= place.line <= lines + 1 for place in places)


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, max_size=15).map("".join))
def test_a_broken_end_hides_no_table(text: str) -> None:
    """Whatever follows a whole table, the table is given or the file is told as unknown."""
    found = read_terraform(TABLE + text, "x.tf")
    assert found.unknown or "users" in {table.name for table in found.tables}
