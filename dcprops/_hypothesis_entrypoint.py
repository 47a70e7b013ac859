"""What Hypothesis calls when it is imported, in every process: makes our types and profiles known to it.

So it imports neither Pydantic nor a strategy. A type is made known when its class is there, as a function that imports
the strategies when an example of it is wanted.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from hypothesis import Phase, Verbosity, settings
from hypothesis.strategies import just, register_type_strategy

from dcprops._once_imported import once_events_are_imported
from dcprops.profiles import PROFILES

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["register"]


def register() -> None:
    """Register the profiles `dcprops-quick`, `dcprops-ci` and `dcprops-deep`, and strategies for all event classes.

    Loads no profile. The classes are registered once something imports them.
    """
    _register_profiles()
    once_events_are_imported(_register_types)


def _register_profiles() -> None:
    # Every field is said, and the parent too, or a field would come from whichever profile is loaded, which is another
    # one where Hypothesis sees the variable CI. The database is that of the parent, so that nothing looks for a
    # directory before a test runs: the user's .hypothesis/examples, on CI too, where it can be kept between runs.
    default = settings.get_profile("default")
    for name, max_examples in PROFILES.items():
        settings.register_profile(
            f"dcprops-{name}",
            parent=default,
            max_examples=max_examples,
            derandomize=False,  # or --hypothesis-seed, and so a seed for each shard, would do nothing
            verbosity=Verbosity.normal,
            phases=tuple(Phase),
            stateful_step_count=50,
            report_multiple_bugs=True,
            suppress_health_check=(),
            deadline=None,
            print_blob=True,
            backend="hypothesis",
        )


def _register_types() -> None:
    from dcprops.events import AnyPayload, Payload, SimulationEvent  # noqa: PLC0415  # called once it is imported

    for custom_type in (SimulationEvent, Payload, *get_args(AnyPayload)):
        register_type_strategy(custom_type, partial(_strategy, custom_type))


def _strategy(custom_type: type, asked_for: type) -> SearchStrategy[Any]:
    """The strategy of one of our types; nothing for a class that it inherits from, which is asked for otherwise."""
    if asked_for is not custom_type:
        return NotImplemented  # type: ignore[no-any-return]  # Hypothesis's own word for it, which its types don't know
    from dcprops.strategies import of_type  # noqa: PLC0415  # not before an example is wanted

    # Not `of_type(custom_type)`: the ghostwriter writes no import for a strategy, but for what `flatmap` calls.
    return just(custom_type).flatmap(of_type)
