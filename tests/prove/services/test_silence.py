"""Stand-ins keep silent; an app's own logger of the same name does not."""

import logging
from collections.abc import Iterator

import ministack
import pytest

from hushtable.prove.services.silence import silence


@pytest.fixture
def _silent() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("dynamodb", "werkzeug")]
    kept = [list(one.filters) for one in loggers]
    silence()
    yield
    for logger, filters in zip(loggers, kept, strict=True):
        logger.filters = filters


@pytest.mark.usefixtures("_silent")
def test_only_the_stand_ins_records_are_dropped(caplog: pytest.LogCaptureFixture) -> None:
    """A record from the emulator's files is dropped, one of the app under the same name is kept."""
    logger = logging.getLogger("dynamodb")
    with caplog.at_level(logging.INFO):
        logger.info("by the app")
        theirs = logger.makeRecord(
            "dynamodb", logging.INFO, str(ministack.__file__), 1, "by the emulator", (), None
        )
        logger.handle(theirs)
    assert caplog.messages == ["by the app"]
