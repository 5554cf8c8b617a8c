"""What botocore reads of a service is read once, however many sessions there are."""

from collections.abc import Iterator
from typing import Any

import botocore.loaders
import botocore.session
import pytest

from hushtable.prove.clients.destination import Destination
from hushtable.prove.clients.loading import loaders
from hushtable.prove.clients.wrapping import unwrap

NOWHERE = Destination("http://127.0.0.1:1", lambda _: "")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Share what loaders read, and give the files that are read."""
    files: list[str] = []
    load = botocore.loaders.JSONFileLoader.load_file

    def noted(self: Any, path: str) -> Any:
        files.append(path)
        return load(self, path)

    monkeypatch.setattr(botocore.loaders.JSONFileLoader, "load_file", noted)
    loaders(botocore.loaders, NOWHERE)
    yield files
    unwrap()


def model(service: str) -> Any:
    """Load a service's model in a session of its own."""
    session = botocore.session.Session()
    return session.get_component("data_loader").load_service_model(service, "service-2")


def test_a_file_is_read_once_for_all_sessions(read: list[str]) -> None:
    """A second session gets what the first one read."""
    first = model("dynamodb")
    count = len(read)
    assert count > 0
    assert model("dynamodb") is first
    assert len(read) == count


def test_what_was_asked_is_what_is_given(read: list[str]) -> None:
    """Other questions, and other services, have other answers."""
    loader = botocore.session.Session().get_component("data_loader")
    assert "dynamodb" in loader.list_available_services("service-2")
    assert model("sts")["metadata"]["serviceId"] == "STS"
    assert model("dynamodb")["metadata"]["serviceId"] == "DynamoDB"
    assert read


def test_another_folder_is_looked_into(read: list[str], tmp_path: Any) -> None:
    """A loader with a folder of its own sees what lies there, whatever others have read."""
    model("dynamodb")
    folder = tmp_path / "dynamodb" / "2099-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text('{"metadata": {"serviceId": "of the folder"}}')
    loader = botocore.loaders.Loader(extra_search_paths=[str(tmp_path)])
    found = loader.load_service_model("dynamodb", "service-2")
    assert found["metadata"]["serviceId"] == "of the folder"
    assert read
