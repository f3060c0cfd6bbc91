"""Growth curves are drawn to scale."""

from xml.etree import ElementTree

from benchmarks.curves import svg

SVG = "{http://www.w3.org/2000/svg}"


def test_ten_times_as_much_is_a_step_on_both_scales() -> None:
    drawn = ElementTree.fromstring(svg({"shuffle": [(1_000, 0.1), (10_000, 1), (100_000, 10)]}))  # noqa: S314
    dots = drawn.findall(f".//{SVG}circle")
    across = [float(dot.attrib["cx"]) for dot in dots]
    up = [float(dot.attrib["cy"]) for dot in dots]
    assert round(across[1] - across[0]) == round(across[2] - across[1]) > 0
    assert round(up[0] - up[1]) == round(up[1] - up[2]) > 0


def test_names_are_text() -> None:
    drawn = ElementTree.fromstring(svg({"<b> & co": [(10, 0.5)]}))  # noqa: S314
    assert "<b> & co" in [label.text for label in drawn.findall(f".//{SVG}text")]
