"""Reading Pydantic's core schema of a model into a table of shapes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import lcm
from types import FunctionType, MappingProxyType
from typing import Any, Final, TypeAlias, cast

from hypothesis.errors import InvalidArgument
from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from dcprops.events.kinds import METADATA_KEY
from dcprops.strategies._from_model.shapes import (
    Anything,
    Either,
    Field,
    FixedList,
    Flag,
    Judged,
    Known,
    Mapped,
    Moment,
    Named,
    Nothing,
    Number,
    Octets,
    OneOf,
    Optional,
    Record,
    Sequence,
    Shape,
    Table,
    Tagged,
    Text,
    Unique,
    Unreadable,
    Web,
)

__all__ = ["READ", "adapter_of", "name_of", "read_table"]

Schema: TypeAlias = Mapping[str, Any]
Config: TypeAlias = Mapping[str, Any]


def adapter_of(model: object) -> TypeAdapter[Any]:
    """The TypeAdapter of a model, which may be one. Raises InvalidArgument if it is nothing that Pydantic reads."""
    if isinstance(model, TypeAdapter):
        return model
    expected = "it must be a Pydantic model, a TypeAdapter, a dataclass, a TypedDict, or a type or union of such"
    if model is None or isinstance(model, str | bytes | int | float | list | dict | tuple | FunctionType):
        raise InvalidArgument(f"Model={model!r} (type={type(model).__name__}) is no model: {expected}")
    try:
        return TypeAdapter(cast("type[Any]", model))
    except (PydanticSchemaGenerationError, PydanticUserError, TypeError) as error:
        raise InvalidArgument(f"Model={model!r} (type={type(model).__name__}) is no model: {expected}") from error


def name_of(model: object) -> str:
    """How a model is called in a call and in an error."""
    if isinstance(model, TypeAdapter):
        return f"TypeAdapter({name_of(getattr(model, '_type', 'unnamed'))})"
    return getattr(model, "__name__", None) if isinstance(model, type) else repr(model)  # type: ignore[return-value]  # a class has a name


def read_table(model: object, adapter: TypeAdapter[Any]) -> Table:
    """All that the core schema of a model says."""
    schema: Any = adapter.core_schema
    reader = _Reader({})
    root = reader.read(schema, _At({}, "", ""))
    for reference, all_fields in reader.tags_of.items():
        for fields in all_fields:
            reader.definitions[reference] = _told_apart(reader, reader.definitions[reference], fields)
    name = _plain_name(reader, root) or name_of(model)
    return Table(name, root, MappingProxyType(reader.definitions))


def _plain_name(reader: _Reader, shape: Shape) -> str:
    """The name of the record that a model is, or nothing."""
    while isinstance(shape, Named | Judged):
        shape = reader.definitions[shape.name] if isinstance(shape, Named) else shape.inner
    return shape.name if isinstance(shape, Record) else ""


@dataclass(frozen=True)
class _At:
    """Where in the model something is read: the configuration that holds there, the record and the field."""

    config: Config
    record: str
    field: str

    @property
    def name(self) -> str:
        return f"{self.record}.{self.field}" if self.record and self.field else self.record or "the value"

    def of(self, schema: Schema, key: str, default: Any = None) -> Any:
        """What the schema says, else the configuration."""
        return schema.get(key, self.config.get(key, default))


class _Reader:
    """Reads schemas; the definitions found on the way are kept."""

    def __init__(self, definitions: dict[str, Shape]) -> None:
        self.definitions = definitions
        #: The names of the tags by which definitions are told apart somewhere.
        self.tags_of: dict[str, list[tuple[str, ...]]] = {}

    def read(self, schema: Schema, at: _At) -> Shape:
        """The shape that a schema describes."""
        kind = (schema.get("metadata") or {}).get(METADATA_KEY)
        if kind is not None:
            return Known(kind)
        row = READ.get(schema["type"])
        if row is None:
            return Unreadable(f"a schema of type {schema['type']!r}")
        return row.read(self, schema, at)


@dataclass(frozen=True)
class Reading:
    """How one type of schema is read, and what is drawn for it, in words for the documentation."""

    read: Callable[[_Reader, Schema, _At], Shape]
    drawn: str


def _number(form: Any) -> Callable[[_Reader, Schema, _At], Shape]:
    def read(_: _Reader, schema: Schema, at: _At) -> Shape:
        bounds = {name: _fraction(schema.get(name)) for name in ("ge", "gt", "le", "lt", "multiple_of")}
        may_be_infinite = at.of(schema, "allow_inf_nan", form == "float")
        return Number(
            form,
            **bounds,
            max_digits=schema.get("max_digits"),
            decimal_places=schema.get("decimal_places"),
            is_finite=form == "int" or not may_be_infinite,
            is_strict=bool(at.of(schema, "strict", False)),
        )

    return read


def _fraction(value: Any) -> Fraction | None:
    if value is None:
        return None
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def _text(_: _Reader, schema: Schema, at: _At) -> Shape:
    pattern = schema.get("pattern")
    return Text(
        min_length=schema.get("min_length", at.config.get("str_min_length", 0)),
        max_length=schema.get("max_length", at.config.get("str_max_length")),
        pattern=getattr(pattern, "pattern", pattern),
        strips=bool(schema.get("strip_whitespace", at.config.get("str_strip_whitespace", False))),
        takes_numbers=bool(at.of(schema, "coerce_numbers_to_str", False)),
    )


def _octets(_: _Reader, schema: Schema, at: _At) -> Shape:
    return Octets(schema.get("min_length", 0), schema.get("max_length"), at.config.get("val_json_bytes", "utf8"))


#: The smallest difference that counts, and the first and the last value.
_CALENDAR: Final = MappingProxyType(
    {
        "date": (timedelta(days=1), date.min, date.max),
        "datetime": (timedelta(microseconds=1), datetime.min, datetime.max),
        "time": (timedelta(microseconds=1), time.min, time.max),
        # A century on either side: a document of more would say it in years of 365 days.
        "timedelta": (timedelta(microseconds=1), timedelta(days=-36500), timedelta(days=36500)),
    }
)
#: How far from today a value is that has to be past or to come, whatever zone today is asked in.
_MARGIN: Final = timedelta(days=2)


def _moment(form: Any) -> Callable[[_Reader, Schema, _At], Shape]:
    def read(_: _Reader, schema: Schema, at: _At) -> Shape:
        resolution, first, last = _CALENDAR[form]
        given = {name: schema[name] for name in ("ge", "gt", "le", "lt") if schema.get(name) is not None}
        zone: Any = schema.get("tz_constraint")
        if isinstance(zone, int):
            return Unreadable(f"a {form} at an offset of {zone} seconds")
        if any(getattr(bound, "tzinfo", None) is not None for bound in given.values()):
            zone = "aware"
        bounds = {name: _in_utc(bound) for name, bound in given.items()}
        now = schema.get("now_op")
        today = datetime.now(UTC).replace(tzinfo=None)
        if now is not None:
            bounds["le" if now == "past" else "ge"] = _at_now(
                form, today - _MARGIN if now == "past" else today + _MARGIN
            )
        firsts = [first, *_bound(bounds, "ge"), *(_beside(form, each, resolution) for each in _bound(bounds, "gt"))]
        lasts = [last, *_bound(bounds, "le"), *(_beside(form, each, -resolution) for each in _bound(bounds, "lt"))]
        return Moment(form, max(firsts), min(lasts), zone, bool(at.of(schema, "strict", False)), now is not None)

    return read


def _bound(bounds: Mapping[str, Any], name: str) -> list[Any]:
    return [bounds[name]] if name in bounds else []


def _in_utc(bound: Any) -> Any:
    if isinstance(bound, datetime) and bound.tzinfo is not None:
        return bound.astimezone(UTC).replace(tzinfo=None)
    return bound.replace(tzinfo=None) if isinstance(bound, time) else bound


def _at_now(form: str, now: datetime) -> Any:
    return now.date() if form == "date" else now


def _beside(form: str, bound: Any, step: timedelta) -> Any:
    if form != "time":
        return bound + step
    return (datetime.combine(date(2000, 1, 1), bound) + step).time()


def _flag(_: _Reader, schema: Schema, at: _At) -> Shape:
    return Flag(bool(at.of(schema, "strict", False)))


def _literal(_: _Reader, schema: Schema, at: _At) -> Shape:
    return OneOf(tuple(schema["expected"]), is_strict=True)


def _enum(_: _Reader, schema: Schema, at: _At) -> Shape:
    return OneOf(tuple(schema["members"]), bool(at.of(schema, "strict", False)), schema.get("missing") is not None)


def _unique(_: _Reader, schema: Schema, at: _At) -> Shape:
    return Unique(schema.get("version"))


def _web(_: _Reader, schema: Schema, at: _At) -> Shape:
    return Web(tuple(schema.get("allowed_schemes") or ("https", "http")))


def _sequence(form: Any) -> Callable[[_Reader, Schema, _At], Shape]:
    def read(reader: _Reader, schema: Schema, at: _At) -> Shape:
        item = reader.read(schema["items_schema"], at) if "items_schema" in schema else Anything()
        return Sequence(form, item, schema.get("min_length", 0), schema.get("max_length"))

    return read


def _tuple(reader: _Reader, schema: Schema, at: _At) -> Shape:
    items = [reader.read(each, at) for each in schema["items_schema"]]
    place = schema.get("variadic_item_index")
    if place is None:
        return FixedList(tuple(items))
    if len(items) == 1:
        return Sequence("tuple", items[0], schema.get("min_length") or 0, schema.get("max_length"))
    return Unreadable("a tuple with a part of any length among others")


def _mapped(reader: _Reader, schema: Schema, at: _At) -> Shape:
    key = reader.read(schema["keys_schema"], at) if "keys_schema" in schema else Text(1, 8)
    value = reader.read(schema["values_schema"], at) if "values_schema" in schema else Anything()
    return Mapped(Text(1, 8) if isinstance(key, Anything) else key, value, schema.get("min_length", 0),
                  schema.get("max_length"))  # fmt: skip


def _optional(reader: _Reader, schema: Schema, at: _At) -> Shape:
    return Optional(reader.read(schema["schema"], at))


def _either(reader: _Reader, schema: Schema, at: _At) -> Shape:
    choices = [each[0] if isinstance(each, tuple | list) else each for each in schema["choices"]]
    shapes = [reader.read(each, at) for each in choices]
    return _narrowest([shape for shape in shapes if not isinstance(shape, Unreadable)] or shapes[:1])


def _narrowest(shapes: list[Shape]) -> Shape:
    if any(isinstance(shape, Nothing) for shape in shapes) and len(shapes) > 1:
        return Optional(_narrowest([shape for shape in shapes if not isinstance(shape, Nothing)]))
    return shapes[0] if len(shapes) == 1 else Either(tuple(shapes))


def _tagged(reader: _Reader, schema: Schema, at: _At) -> Shape:
    groups: list[tuple[list[Any], Schema]] = []
    for tag, choice in schema["choices"].items():
        for tags, other in groups:
            if other is choice or other == choice:
                tags.append(tag)
                break
        else:
            groups.append(([tag], choice))
    fields = _tag_fields(schema["discriminator"])
    return Tagged(tuple((tuple(tags), _told_apart(reader, reader.read(choice, at), fields)) for tags, choice in groups),
                  fields)  # fmt: skip


def _tag_fields(discriminator: Any) -> tuple[str, ...]:
    """The names under which a tag is looked for; none where a function looks for it."""
    if isinstance(discriminator, str):
        return (discriminator,)
    if not isinstance(discriminator, list):
        return ()
    paths = [path if isinstance(path, list) else [path] for path in discriminator]
    return tuple(path[0] for path in paths if len(path) == 1 and isinstance(path[0], str))


def _told_apart(reader: _Reader, shape: Shape, fields: tuple[str, ...]) -> Shape:
    """The shape of a member, with its tag always there."""
    match shape:
        case Record():
            return replace(shape, fields=tuple(
                replace(each, is_tag=each.is_tag or not {each.name, *each.keys}.isdisjoint(fields))
                for each in shape.fields
            ))  # fmt: skip
        case Judged(inner):
            return replace(shape, inner=_told_apart(reader, inner, fields))
        case Tagged(choices=choices):
            return replace(shape, choices=tuple((tags, _told_apart(reader, each, fields)) for tags, each in choices))
        case Named(name):
            reader.tags_of.setdefault(name, []).append(fields)
    return shape


def _chain(reader: _Reader, schema: Schema, at: _At) -> Shape:
    first, *others = [step for step in schema["steps"] if step["type"] != "is-instance"] or schema["steps"]
    shape = reader.read(first, at)
    return Judged(shape, at.name, "after") if others else shape


def _lax_or_strict(reader: _Reader, schema: Schema, at: _At) -> Shape:
    return reader.read(schema["strict_schema" if at.of(schema, "strict", False) else "lax_schema"], at)


def _json_or_python(reader: _Reader, schema: Schema, at: _At) -> Shape:
    shape = reader.read(schema["python_schema"], at)
    return reader.read(schema["json_schema"], at) if isinstance(shape, Unreadable) else shape


def _default(reader: _Reader, schema: Schema, at: _At) -> Shape:
    return reader.read(schema["schema"], at)


def _inner(reader: _Reader, schema: Schema, at: _At) -> Shape:
    return reader.read(schema["schema"], at)


#: Pydantic's own functions for a bound that its core can't hold, by what they call it.
_BOUNDS: Final = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "max_digits", "decimal_places")
#: Modules of Pydantic whose functions only convert what their schema has accepted.
_CONVERTERS: Final = ("pydantic._internal._validators", "pydantic.networks", "pydantic._internal._std_types_schema")


#: Predicates on texts that Pydantic keeps as functions, and the letters whose texts surely satisfy them.
_LETTERS: Final = MappingProxyType({str.isascii: "[ -~]", str.isdigit: "[0-9]", str.islower: "[a-z]",
                                    str.isupper: "[A-Z]"})  # fmt: skip


def _letters_of(function: Any) -> str | None:
    """The letters for a function that Pydantic has made of a predicate, where it is known."""
    if getattr(function, "__qualname__", "") != "apply_known_metadata.<locals>.val_func":
        return None
    held = inspect.getclosurevars(function).nonlocals.values()
    predicates = [getattr(each, "func", each) for each in held]
    return next((letters for known, letters in _LETTERS.items() if known in predicates), None)


def _function(when: Any) -> Callable[[_Reader, Schema, _At], Shape]:
    def read(reader: _Reader, schema: Schema, at: _At) -> Shape:
        function = schema["function"]["function"]
        shape = reader.read(schema["schema"], at)
        if isinstance(shape, Unreadable):
            return shape
        if isinstance(function, functools.partial) and function.func.__module__ == _CONVERTERS[0]:
            bounds = {name: value for name, value in function.keywords.items() if name in _BOUNDS}
            narrowed = _narrowed(shape, bounds)
            return Judged(shape, at.name, "after") if narrowed is None else narrowed
        letters = _letters_of(function)
        if letters is not None and isinstance(shape, Text) and shape.pattern is None:
            most = "" if shape.max_length is None else shape.max_length
            return replace(shape, pattern=f"^{letters}{{{max(shape.min_length, 1)},{most}}}$", is_narrowed=True)
        if getattr(function, "__module__", None) in _CONVERTERS or function in {dict, list, tuple, set, frozenset}:
            return shape
        return Judged(shape, at.name, when)

    return read


def _narrowed(shape: Shape, bounds: Mapping[str, Any]) -> Shape | None:
    """The shape within further bounds, or None where it is not known how to keep to them."""
    match shape:
        case Optional(inner):
            narrowed = _narrowed(inner, bounds)
            return None if narrowed is None else Optional(narrowed)
        case Either(choices):
            all_narrowed = [_narrowed(choice, bounds) for choice in choices]
            known = tuple(each for each in all_narrowed if each is not None)
            return Either(known) if len(known) == len(choices) else None
        case Number() if {"min_length", "max_length"}.isdisjoint(bounds):
            return replace(shape, **{name: _tighter(shape, name, value) for name, value in bounds.items()})
        case Text() | Octets() | Sequence() | Mapped() if bounds.keys() <= {"min_length", "max_length"}:
            return replace(shape, **bounds)
    return None


def _tighter(shape: Number, name: str, value: Any) -> Any:
    held = getattr(shape, name)
    if name in {"max_digits", "decimal_places"}:
        return value if held is None else min(held, value)
    new = _fraction(value)
    if held is None or new is None:
        return new
    if name == "multiple_of":
        return Fraction(lcm(held.numerator * new.denominator, new.numerator * held.denominator),
                        held.denominator * new.denominator)  # fmt: skip
    return max(held, new) if name in {"ge", "gt"} else min(held, new)


def _plain_function(_: _Reader, schema: Schema, at: _At) -> Shape:
    function = schema["function"]["function"]
    return Unreadable(f"a validator of its own, {getattr(function, '__qualname__', repr(function))}")


def _model(reader: _Reader, schema: Schema, at: _At) -> Shape:
    config = schema.get("config") or {}
    inner = schema["schema"]
    name = schema["cls"].__name__
    if schema.get("root_model"):
        return reader.read(inner, _At(config, name, "root"))
    return reader.read(inner, _At(config, name, ""))


def _model_fields(reader: _Reader, schema: Schema, at: _At) -> Shape:
    fields = tuple(_field(reader, name, field, at) for name, field in schema["fields"].items())
    return Record(at.record, fields, _extra(schema, at))


def _extra(schema: Schema, at: _At) -> Any:
    return schema.get("extra_behavior") or at.config.get("extra_fields_behavior") or "ignore"


def _field(reader: _Reader, name: str, field: Schema, at: _At, *, total: bool = True) -> Field:
    inner = field["schema"]
    has_default = _default_of(inner)["type"] == "default"
    keys = _keys(name, field.get("validation_alias"), at.config)
    return Field(
        name,
        keys or (name,),
        reader.read(inner, replace(at, field=name)) if keys else Unreadable("an alias that leads into a list"),
        is_required=field.get("required", total) and not has_default,
        has_factory=has_default and _default_of(inner).get("default_factory") is not None,
        is_forgiving=inner["type"] == "default" and inner.get("on_error", "raise") != "raise",
    )


def _default_of(schema: Schema) -> Schema:
    """The schema without what judges its values: the one with the default, where there is one."""
    while schema["type"] in {"function-after", "function-before", "function-wrap"}:
        schema = schema["schema"]
    return schema


def _keys(name: str, alias: Any, config: Config) -> tuple[str, ...] | None:
    """The keys from the outermost on under which a field is found, by the first alias that has no place in a list; None
    if it is found in lists only.
    """
    if alias is None or not config.get("validate_by_alias", True):
        return (name,)
    if isinstance(alias, str):
        return (alias,)
    paths = [alias] if alias and not isinstance(alias[0], list | tuple) else alias
    for path in paths:
        if all(isinstance(part, str) for part in path):
            return tuple(path)
    by_name = config.get("validate_by_name", config.get("populate_by_name", False))
    return (name,) if by_name else None


def _dataclass(reader: _Reader, schema: Schema, at: _At) -> Shape:
    config = schema.get("config") or at.config
    shape = reader.read(schema["schema"], _At(config, schema["cls"].__name__, ""))
    return _with_instance(shape) if schema.get("strict", config.get("strict", False)) else shape


def _with_instance(shape: Shape) -> Shape:
    if isinstance(shape, Record):
        return replace(shape, needs_instance=True)
    return replace(shape, inner=_with_instance(shape.inner)) if isinstance(shape, Judged) else shape


def _dataclass_arguments(reader: _Reader, schema: Schema, at: _At) -> Shape:
    fields = tuple(_field(reader, each["name"], each, at) for each in schema["fields"] if each.get("init", True))
    return Record(at.record, fields, _extra(schema, at))


def _typed_dict(reader: _Reader, schema: Schema, at: _At) -> Shape:
    named = str(schema.get("cls_name") or getattr(schema.get("cls"), "__name__", "TypedDict"))
    within = _At(schema.get("config") or at.config, named, "")
    total = schema.get("total", True)
    fields = tuple(_field(reader, name, field, within, total=total) for name, field in schema["fields"].items())
    return Record(named, fields, _extra(schema, within))


def _definitions(reader: _Reader, schema: Schema, at: _At) -> Shape:
    for each in schema["definitions"]:
        reader.definitions[each["ref"]] = reader.read(each, at)
    return reader.read(schema["schema"], at)


def _reference(_: _Reader, schema: Schema, at: _At) -> Shape:
    return Named(schema["schema_ref"])


#: How each type of core schema is read; any other wants an override.
READ: Final[Mapping[str, Reading]] = MappingProxyType(
    {
        "int": Reading(_number("int"), "every multiple within the bounds; the bounds, one beside them and 0 often"),
        "decimal": Reading(
            _number("decimal"),
            "every multiple of the smallest step (`decimal_places`, `multiple_of`) within bounds and `max_digits`, "
            "from one integer; the bounds, one step beside them, 0 and the smallest step often",
        ),
        "float": Reading(_number("float"), "floats within the bounds; finite ones unless `allow_inf_nan`"),
        "bool": Reading(_flag, "False, True"),
        "str": Reading(_text, "any text of that length; a simple `pattern` by construction, others by `from_regex`"),
        "bytes": Reading(_octets, "bytes of that length"),
        "date": Reading(_moment("date"), "days within the bounds; the bounds, leap days and year ends often"),
        "datetime": Reading(_moment("datetime"), "instants within the bounds, with a zone (UTC) where one is wanted"),
        "time": Reading(_moment("time"), "times of day within the bounds"),
        "timedelta": Reading(_moment("timedelta"), "durations within the bounds, at most a century"),
        "uuid": Reading(_unique, "UUIDs, of the version wanted"),
        "url": Reading(_web, "addresses with one of the schemes"),
        "literal": Reading(_literal, "each of the values"),
        "enum": Reading(_enum, "each of the members"),
        "none": Reading(lambda *_: Nothing(), "None"),
        "any": Reading(lambda *_: Anything(), "None, flags, whole numbers and short texts"),
        "list": Reading(_sequence("list"), "the fewest, the most, and up to five more than the fewest"),
        "set": Reading(_sequence("set"), "as a list, none twice"),
        "frozenset": Reading(_sequence("frozenset"), "as a list, none twice"),
        "deque": Reading(_sequence("deque"), "as a list"),
        "tuple": Reading(_tuple, "as a list, or each place by its own type"),
        "dict": Reading(_mapped, "keys and values by their types; literal keys each there or not"),
        "nullable": Reading(_optional, "None or the value"),
        "union": Reading(_either, "each member as often"),
        "tagged-union": Reading(_tagged, "each member as often, whatever the discriminator"),
        "chain": Reading(_chain, "by its first step; the later ones count as validators"),
        "lax-or-strict": Reading(_lax_or_strict, "by whichever of the two holds"),
        "json-or-python": Reading(_json_or_python, "by what holds in Python"),
        "default": Reading(_default, "left out, or the value"),
        "custom-error": Reading(_inner, "the value"),
        "function-after": Reading(_function("after"), "the value, if the function accepts it: refusals are counted"),
        "function-before": Reading(_function("other"), "the value, if the function accepts it: refusals are counted"),
        "function-wrap": Reading(_function("other"), "the value, if the function accepts it: refusals are counted"),
        "function-plain": Reading(_plain_function, "nothing: give an override"),
        "model": Reading(_model, "its fields, under the keys that it reads"),
        "model-fields": Reading(_model_fields, "each field; those with a default left out or not"),
        "dataclass": Reading(_dataclass, "its fields, as a model's"),
        "dataclass-args": Reading(_dataclass_arguments, "each field that its `__init__` takes"),
        "typed-dict": Reading(_typed_dict, "each key; those not required left out or not"),
        "definitions": Reading(_definitions, "what refers to itself, three levels deep at most"),
        "definition-ref": Reading(_reference, "what it refers to"),
    }
)
