"""How every test runs: the same examples each time, and no account of the developer's in reach."""

import os

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a shared machine makes single examples slow without making the code wrong.
settings.register_profile(
    "house",
    # Half of what is usual, for every change; HUSHTABLE_EXAMPLES=1000 looks longer.
    max_examples=int(os.environ.get("HUSHTABLE_EXAMPLES", "50")),
    deadline=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away AWS settings of the machine, so that no test can reach a real account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
