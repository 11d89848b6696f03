"""Alpha models: what turns data into insights (`Algorithm/Alphas`)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from lyra.engine.framework.insights import Insight
from lyra.engine.framework.interfaces import IAlphaModel, INamedModel
from lyra.engine.framework.models import model_name, models_of, required_method


class AlphaModel(IAlphaModel, INamedModel):
    """Base of the alpha models. Override `update(algorithm, data)`, which gives the new insights."""

    @property
    def name(self) -> str:
        """What the insights' `source_model` says; a random id unless it is set."""
        name = self.__dict__.get("_name")
        if name is None:
            name = self.__dict__["_name"] = str(uuid.uuid4())
        return name

    @name.setter
    def name(self, value: str) -> None:
        self.__dict__["_name"] = value

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """The insights that new data leads to."""
        raise NotImplementedError(
            "Types deriving from 'AlphaModel' must implement the 'IEnumerable<Insight> Update(QCAlgorithm, Slice) method."
        )

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Called when securities come or go."""


class NullAlphaModel(AlphaModel):
    """No insights at all."""

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """Nothing."""
        return ()


class CompositeAlphaModel(AlphaModel):
    """The insights of several models, one after the other."""

    def __init__(self, *alpha_models: Any) -> None:
        self._models: list[Any] = []
        for model in models_of(alpha_models, "AlphaModel"):
            self.add_alpha(model)

    def add_alpha(self, alpha_model: Any) -> None:
        """Add a model."""
        check_alpha(alpha_model)
        self._models.append(alpha_model)

    def update(self, algorithm: Any, data: Any) -> Iterator[Insight]:
        """All models' insights; those without a source get their model's name."""
        for model in self._models:
            name = model_name(model)
            for insight in required_method(model, "update", "IAlphaModel")(algorithm, data):
                if not insight._source_model:
                    insight._source_model = name
                yield insight

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Tell all models."""
        for model in self._models:
            required_method(model, "on_securities_changed", "IAlphaModel")(algorithm, changes)


def check_alpha(model: Any) -> None:
    """Raises NotImplementedError when an object lacks what an alpha model needs."""
    for name in ("update", "on_securities_changed"):
        required_method(model, name, "IAlphaModel")
