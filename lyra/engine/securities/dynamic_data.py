"""`security.data`: what is in a security's cache, by type (`Common/Securities/DynamicSecurityData.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.naming import LeanObject
from lyra.engine.securities.cache import SecurityCache


class DynamicSecurityData(LeanObject):
    """A view of a cache. It cannot be written to."""

    _cache: SecurityCache

    def __init__(self, cache: SecurityCache) -> None:
        self.__dict__["_cache"] = cache

    def get(self, data_type: type) -> Any:
        """The last data of a type, or None."""
        return self._cache.last_of(data_type)

    def get_all(self, data_type: type) -> list[Any]:
        """All data of a type that came last at one moment."""
        return list(self._cache.all_of(data_type))

    def has_data(self, data_type: type) -> bool:
        """Whether data of a type ever came."""
        return self._cache.has_data(data_type)

    def __setattr__(self, name: str, value: Any) -> None:
        raise InvalidOperationException("DynamicSecurityData is a view of the SecurityCache. It is readonly, properties can not be set")
