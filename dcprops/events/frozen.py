"""An immutable, hashable mapping, so that an event that holds one can be frozen and hashed too."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

__all__ = ["FrozenMapping"]

Key = TypeVar("Key")
Value = TypeVar("Value")


class FrozenMapping(dict[Key, Value]):
    """A dict that refuses to change and hashes by its items, whatever their order."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]  # dict declares __hash__ as None
        return hash(frozenset(self.items()))

    def __repr__(self) -> str:
        return dict.__repr__(self)

    def __reduce__(self) -> tuple[type[FrozenMapping[Key, Value]], tuple[dict[Key, Value]]]:
        return type(self), (dict(self),)

    def __copy__(self) -> FrozenMapping[Key, Value]:
        return self

    def __deepcopy__(self, memo: object) -> FrozenMapping[Key, Value]:
        return self

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("an event's mapping is frozen: build a new event instead of changing this one")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse
