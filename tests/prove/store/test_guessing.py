"""What names say."""

import pytest

from hushtable.prove.sketch import Form, Sketch, TableSketch
from hushtable.prove.store.guessing import OWNER, Entities, entity_in, guess, ordered, rows_of

SHAPES = """
email S email
contactEmail S email
created_at S datetime
updatedAt S datetime
birthday S date
due_date S date
is_admin BOOL text
expires_at N epoch
ttl N epoch
age N integer
price N decimal
tags L text
settings M text
phone_number S phone
avatar_url S url
page S text
message S text
island S text
update S text
candidate S text
"""


@pytest.mark.parametrize(
    ("name", "kind", "form"), [row.split() for row in SHAPES.split("\n") if row]
)
def test_a_name_says_what_a_value_looks_like(name: str, kind: str, form: Form) -> None:
    """A shape is guessed from the words of a name, and not from parts of words."""
    shape = guess(name)
    assert (shape.kind, shape.form) == (kind, form)


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("user_id", OWNER), ("userId", OWNER), ("ownerId", OWNER), ("created_by", OWNER),
        ("sub", OWNER), ("order_id", "order"), ("productId", "product"), ("id", ""),
        ("customer", ""), ("username", ""), ("recipient_user_id", "recipient user"),
    ],
)  # fmt: skip
def test_a_name_says_whose_id_it_is(name: str, entity: str) -> None:
    """An id's name says of what it is the id; many names mean the owner."""
    assert entity_in(name) == entity


@pytest.mark.parametrize(
    ("table", "row"),
    [("users", "user"), ("myapp-dev-Orders", "order"), ("categories", "category"),
     ("boxes", "box"), ("address", "address"), ("user-table", "user")],
)  # fmt: skip
def test_a_table_is_named_after_its_rows(table: str, row: str) -> None:
    """What a table's rows are is the last word of its name that says anything, in the singular."""
    assert rows_of(table) == row


def test_sort_keys_come_second() -> None:
    """Of two key names the one that sorts comes second, else they stay as they are given."""
    assert ordered(("sk", "pk")) == ("pk", "sk")
    assert ordered(("created_at", "user_id")) == ("user_id", "created_at")
    assert ordered(("order_id", "user_id")) == ("order_id", "user_id")


def test_ids_of_one_thing_are_known_under_many_names() -> None:
    """The id of a row, of a person and of what a column refers to are told apart by the tables."""
    users = TableSketch("users", (("username", "S"),))
    posts = TableSketch("posts", (("id", "S"),), owner="writer")
    likes = TableSketch("likes", (("pk", "S"), ("sk", "S")))
    entities = Entities.of_sketch(Sketch((users, posts, likes)))
    assert entities.of(posts, "id") == "post"
    assert entities.of(likes, "post_id") == "post"
    assert entities.of(posts, "username") == OWNER
    assert entities.of(posts, "writer") == OWNER
    assert entities.of(likes, "sk") == "like sk"
    assert entities.of(posts, "title") == ""
