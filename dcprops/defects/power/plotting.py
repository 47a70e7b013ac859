"""The plot of a run: of each arm the share of defects shown, over the number of examples. Needs matplotlib."""

from __future__ import annotations

import io
from collections.abc import Iterable

from dcprops.defects.power.arms import ARMS
from dcprops.defects.power.measuring import Outcome

__all__ = ["plot"]


def plot(outcomes: Iterable[Outcome]) -> str:
    """The plot as SVG. Raises ModuleNotFoundError without matplotlib, the `html` extra."""
    import matplotlib  # noqa: PLC0415  # an extra
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415  # an extra
    from matplotlib.figure import Figure  # noqa: PLC0415  # an extra

    counted = [each for each in outcomes if each.defect != "canary"]
    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    for id_ in ARMS:
        own = [each for each in counted if each.arm == id_]
        if own:
            found = sorted(each.examples for each in own if each.examples is not None)
            most = max(each.budget for each in own)
            steps = [(1, 0.0), *((many, (place + 1) / len(own)) for place, many in enumerate(found))]
            steps.append((most, len(found) / len(own)))
            axes.step([many for many, _ in steps], [100 * rate for _, rate in steps], where="post", label=id_)
    axes.set_xscale("log")
    axes.set_ylim(0, 102)
    axes.set_xlabel("examples")
    axes.set_ylabel("seeded defects found, %")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    drawn = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "dcprops"}):  # else ids differ from run to run
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()
