"""The table [tool.dcprops] of pyproject.toml: what is read of it, and what is refused in one line."""

from __future__ import annotations

import pytest

from dcprops.configuration import Configuration, ConfigurationError, read_configuration

TABLE = """
[tool.dcprops]
model = "yours.events:Event"
profile = "quick"
max-examples = 20
suites = ["model"]
strict = true
min-rate = 5000

[tool.dcprops.skip]
"store.throughput" = "a slow disk"

[tool.dcprops.monitor]
warning = 0.1
"""


def test_all_of_the_table_is_read(tmp_path):
    (tmp_path / "pyproject.toml").write_text(TABLE, encoding="utf-8")
    assert read_configuration(tmp_path) == Configuration(
        targets={"model": "yours.events:Event"},
        profile="quick",
        max_examples=20,
        suites=("model",),
        skip={"store.throughput": "a slow disk"},
        strict=True,
        min_rate=5000,
    )


def test_without_a_file_or_a_table_nothing_is_said(tmp_path):
    assert read_configuration(tmp_path) == Configuration()
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")
    assert read_configuration(tmp_path) == Configuration()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.dcprops]\nmodell = 'a:b'\n", "has no key 'modell': did you mean model?"),
        ("[tool.dcprops]\nmodel = 3\n", "model is 3: expected a text module:attribute"),
        ("[tool.dcprops]\nmax-examples = true\n", "max-examples is True: expected a whole number"),
        ("[tool.dcprops]\nmax-examples = 0\n", "max-examples is 0: expected a whole number"),
        ("[tool.dcprops]\nsuites = 'model'\n", "suites is 'model': expected a list of texts"),
        ("[tool.dcprops]\nskip = {'store.throughput' = ''}\n", "expected a table of property = reason"),
        ("[tool.dcprops]\nstrict = 'yes'\n", "strict is 'yes': expected true or false"),
        ("[tool]\ndcprops = 1\n", "tool.dcprops is 1: expected a table"),
        ("[tool.dcprops\n", "cannot be read: "),
    ],
)
def test_what_is_of_no_use_is_refused_in_one_line(tmp_path, text, words):
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        read_configuration(tmp_path)
    assert words in str(error.value)
