"""What goes over the pipe comes out as it went in."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.proof import Proof, ProofRequest, Reach, Unreached
from hushtable.model.service import Attribute, Channel
from hushtable.prove.order import ChildOrder, IdentityHeaders, ProveOrder
from hushtable.prove.sandbox.pipe import (
    Teller,
    UnreadableError,
    order_of,
    order_text,
    told_of,
)
from hushtable.prove.sketch import Form, IndexSketch, Setting, Shape, Sketch, TableSketch
from hushtable.prove.told import (
    Failed,
    Finished,
    Learned,
    Needs,
    Opened,
    Supplied,
    Told,
    Tried,
    Trying,
)

TEXTS = st.text(max_size=20)
SHAPES = st.recursive(
    st.builds(Shape, st.sampled_from(("S", "N", "BOOL")), st.sampled_from(Form)),
    lambda inner: st.builds(
        Shape, st.just("M"), fields=st.tuples(st.tuples(TEXTS, inner)), element=inner
    ),
    max_leaves=4,
)
TABLES = st.builds(
    TableSketch,
    TEXTS,
    st.tuples(st.tuples(TEXTS, st.sampled_from(("S", "N", "B")))),
    st.tuples(st.builds(IndexSketch, TEXTS, st.just((("a", "S"),)), st.none() | st.just(("b",)))),
    st.tuples(st.tuples(TEXTS, SHAPES)),
)
SKETCHES = st.builds(
    Sketch,
    st.lists(TABLES, max_size=2).map(tuple),
    st.lists(st.builds(Setting, TEXTS, TEXTS, st.booleans()), max_size=2).map(tuple),
    st.lists(TEXTS, max_size=2).map(tuple),
)
PROOFS = st.builds(
    Proof,
    st.builds(ProofRequest, TEXTS, TEXTS, st.tuples(st.tuples(TEXTS, TEXTS)), TEXTS),
    st.sampled_from(Channel),
    TEXTS,
    st.tuples(st.builds(Attribute, TEXTS, st.tuples(TEXTS))),
    status=st.none() | st.integers(100, 599),
)
TOLD: st.SearchStrategy[Told] = st.one_of(
    st.builds(Opened, st.tuples(TEXTS), st.tuples(TEXTS)),
    st.builds(Needs, st.just((Setting("A", "b"),)), TEXTS),
    st.builds(Supplied, st.just((Setting("A", "b"),))),
    st.builds(Trying, TEXTS),
    st.builds(Tried, TEXTS, st.booleans(), proofs=st.tuples(PROOFS), requests=st.integers(0)),
    st.builds(Learned, SKETCHES),
    st.builds(Failed, TEXTS),
    st.builds(
        Finished,
        st.builds(Reach, st.integers(0), unreached=st.tuples(st.builds(Unreached, TEXTS, TEXTS))),
    ),
)


def told_by(told: Told) -> bytes:
    """Give the line that tells something."""
    reads, writes = os.pipe()
    try:
        Teller(writes).tell(told)
        return os.read(reads, 65_536)
    finally:
        os.close(reads)
        os.close(writes)


@given(TOLD)
def test_what_is_told_is_heard(told: Told) -> None:
    """Each thing that is told is one line, and the same when it is read."""
    line = told_by(told)
    assert line.count(b"\n") == 1
    assert told_of(line.rstrip(b"\n")) == told


@given(
    st.builds(
        ChildOrder,
        st.builds(
            ProveOrder,
            TEXTS,
            TEXTS,
            identities=st.tuples(
                st.builds(IdentityHeaders, TEXTS, st.tuples(st.tuples(TEXTS, TEXTS)))
            ),
        ),
        TEXTS,
        SKETCHES,
        st.integers(0),
    )
)
def test_an_order_is_read_as_it_was_written(order: ChildOrder) -> None:
    """An order is the same when it is read."""
    assert order_of(io.BytesIO(order_text(order))) == order


@given(st.binary(max_size=100) | st.just(b'{"kind": "opened", "routes": 1}'))
def test_other_lines_are_refused_without_a_word_of_them(line: bytes) -> None:
    """A line that is no telling is refused, and the error does not quote it."""
    with pytest.raises(UnreadableError) as caught:
        told_of(line)
    assert str(caught.value) == "a line of the child could not be read"
    assert caught.value.__cause__ is None


def test_a_started_program_does_not_get_the_pipe() -> None:
    """The pipe is kept from programs that the app starts."""
    reads, writes = os.pipe()
    os.set_inheritable(writes, True)  # noqa: FBT003 -- the function takes no names
    Teller(writes)
    assert not os.get_inheritable(writes)
    os.close(reads)
    os.close(writes)
