"""A person's limit counts the questions of all processes, and a dead process holds no place."""

import pytest

from service.errors import ModelBusy
from service.settings import Settings
from service.storage import Storage
from tests.index.postgres.server import Server


def test_places_are_shared_and_given_back(shared: Settings, postgres: Server) -> None:
    one, other = Storage.open(shared), Storage.open(shared)
    assert one.limits is not None
    assert other.limits is not None
    with one.limits.place("jane"), other.limits.place("jane"), other.limits.place("omar"), one.limits.place(""):
        for limits in (one.limits, other.limits):
            with pytest.raises(ModelBusy, match="already has 2 questions"), limits.place("jane"):
                pytest.fail("a third place was given")
    with one.limits.place("jane"), one.limits.place("jane"):
        one.limits._drop()  # as when its process is killed
        with other.limits.place("jane"), other.limits.place("jane"):
            pass
    for storage in (one, other):
        storage.close()


def test_a_restart_of_the_server_is_survived(shared: Settings, postgres: Server) -> None:
    storage = Storage.open(shared)
    assert storage.limits is not None
    with storage.limits.place("jane"):
        postgres.stop()
        postgres.start()
    with storage.limits.place("jane"):
        pass
    with (
        storage.limits.place("jane"),
        storage.limits.place("jane"),
        pytest.raises(ModelBusy),
        storage.limits.place("jane"),
    ):
        pytest.fail("a third place was given")
    storage.close()
