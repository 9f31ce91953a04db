"""The picture."""

from xml.etree import ElementTree as ET

import pytest

from bench.plot import Axis, Mark, Row, draw


@pytest.mark.parametrize(
    ("axis", "middle"),
    [(Axis("", 0.0, 1.0, ()), 0.5), (Axis("", 0.01, 100.0, (), is_logarithmic=True), 1.0)],
)
def test_the_middle_of_an_axis_stands_in_the_middle(axis, middle):
    assert axis.place(middle) == pytest.approx((axis.place(axis.low) + axis.place(axis.high)) / 2)


def test_a_mark_beyond_the_axis_stands_at_its_end():
    axis = Axis("", 0.5, 1.0, ())

    assert axis.place(0.2) == axis.place(0.5)


def test_a_picture_is_svg_with_a_mark_for_each_figure():
    rows = [
        Row("ours & <theirs>", [Mark(0.9, 0.8, 0.95), None], is_ours=True),
        Row("peer", [Mark(0.6), Mark(0.7)]),
    ]

    root = ET.fromstring(
        draw("Quality", ("one test", "another"), rows, Axis("AUC", 0.5, 1.0, (0.5, 1.0), base=0.5))
    )

    drawn = [element.tag.rpartition("}")[2] for element in root]
    # Each kind once more for the legend.
    assert (drawn.count("circle"), drawn.count("rect")) == (3, 2)
    texts = [element.text for element in root if element.tag.endswith("text")]
    assert {"ours & <theirs>", "peer", "one test", "another", "AUC", "0.5", "1"} <= set(texts)
