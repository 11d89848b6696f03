"""Universe selection models: what makes the universes of the framework (`Algorithm/Selection`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from lyra.engine.framework.interfaces import IUniverseSelectionModel
from lyra.engine.framework.models import models_of, required_method
from lyra.engine.naming import find_method
from lyra.engine.times import to_us


class UniverseSelectionModel(IUniverseSelectionModel):
    """Base of the selection models. Override `create_universes(algorithm)`."""

    def get_next_refresh_time_utc(self) -> datetime:
        """When `create_universes` is to be called again; never unless overridden."""
        return datetime.max

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """The universes."""
        raise NotImplementedError(
            "Types deriving from 'UniverseSelectionModel' must implement the 'IEnumerable<Universe> CreateUniverses(QCAlgorithm) method."
        )


class NullUniverseSelectionModel(UniverseSelectionModel):
    """No universes: the securities that the algorithm adds itself are all."""

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """Nothing."""
        return ()


class CompositeUniverseSelectionModel(UniverseSelectionModel):
    """The universes of several models."""

    def __init__(self, *universe_selection_models: Any) -> None:
        self._created = False
        self._models: list[Any] = []
        for model in models_of(universe_selection_models, "UniverseSelectionModel"):
            self.add_universe_selection(model)

    def add_universe_selection(self, universe_selection_model: Any) -> None:
        """Add a model."""
        required_method(universe_selection_model, "create_universes", "UniverseSelectionModel")
        self._models.append(universe_selection_model)

    def get_next_refresh_time_utc(self) -> datetime:
        """The earliest of the models' times."""
        return min((_refresh_time(model) for model in self._models), key=to_us)

    def create_universes(self, algorithm: Any) -> Iterator[Any]:
        """The universes of the models that are due, and of those that never are."""
        for model in self._models:
            refresh = to_us(_refresh_time(model))
            if not self._created or algorithm._utc >= refresh or refresh == to_us(datetime.max):
                yield from find_method(model, "create_universes")(algorithm)
        self._created = True


def _refresh_time(model: Any) -> datetime:
    method = find_method(model, "get_next_refresh_time_utc")
    return datetime.max if method is None else method()
