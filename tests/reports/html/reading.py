"""A page as a reader takes it apart: its elements in order, and their texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, however deep."""
        return "".join(each if isinstance(each, str) else each.text for each in self.children)

    @property
    def words(self) -> str:
        """The same with single spaces, as a browser shows it outside of <pre>."""
        return " ".join(self.text.split())

    def find(self, tag: str, **attributes: str) -> list[Element]:
        """All elements in it with the tag, and attributes that hold these words."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if child.tag == tag and all(value in child.attributes.get(name.strip("_"), "").split()
                                            for name, value in attributes.items()):  # fmt: skip
                    found.append(child)
                found += child.find(tag, **attributes)
        return found

    def everything(self) -> list[Element]:
        return [self] + [each for child in self.children if isinstance(child, Element) for each in child.everything()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in <{tag}>"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.at.tag, f"</{tag}> ends <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def read(page: str) -> Element:
    """The page's root. Fails for elements that aren't closed, comments, and attributes that come twice."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> is not closed"
    return reader.root


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """The tags in order, each with the names of its attributes."""
    return [(each.tag, tuple(each.attributes)) for each in read(page).everything()]


def rows(table: Element) -> list[list[str]]:
    """What stands in the cells of a table, its head first."""
    return [[cell.words for cell in row.children if isinstance(cell, Element)] for row in table.find("tr")]


def table(root: Element, caption: str) -> list[list[str]]:
    """The rows of the table with a caption."""
    (found,) = [each for each in root.find("table") if each.find("caption")[0].words.startswith(caption)]
    return rows(found)
