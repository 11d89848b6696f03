"""`self.pandas_converter`: slices or points of data as a pandas data frame (`Common/Python/PandasConverter.cs`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lyra.engine.data.slice import Slice
from lyra.engine.history.frames import _joined_frames, frame_of_slices
from lyra.engine.history.points import PointTable
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol


class PandasConverter(LeanObject):
    """Makes frames in the form that `history` gives."""

    @property
    def get_data_frame(self) -> DataFrameMaker:
        """`get_data_frame(slices)`, or `get_data_frame[T](points)`."""
        return DataFrameMaker()


class DataFrameMaker:
    """The method, which also takes the type of its points in brackets."""

    def __getitem__(self, data_type: Any) -> DataFrameMaker:
        return self

    def __call__(self, data: Iterable[Any], data_type: Any = None, flatten: bool = False) -> Any:
        """The frame, indexed by symbol and end time."""
        points = list(data)
        if points and isinstance(points[0], Slice):
            return frame_of_slices(points, data_type, flatten)
        tables: dict[Symbol, PointTable] = {}
        for point in points:
            table = tables.get(point.symbol)
            if table is None:
                table = tables[point.symbol] = PointTable(point)
            table.add(point)
        return _joined_frames([table.frame() for table in tables.values()], [])
