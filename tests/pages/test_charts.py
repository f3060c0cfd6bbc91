"""Bars drawn by the server."""

from django.template import Context, Template
from django.utils.translation import override

from pages.charts import LABELS, chart, nice_step

WEEK = [("Mon", 10_000, "/mon"), ("Tue", -5_000, "/tue"), ("Wed", 0, "/wed")]


def draw(rows: list[tuple[str, int, str]]) -> str:
    return Template("{% svg_bars rows 'Earned by day' %}").render(Context({"rows": rows}))


def test_it_stands_gains_on_the_zero_line_and_hangs_losses_from_it() -> None:
    gain, loss, nothing = chart(WEEK, "").bars
    zero = chart(WEEK, "").zero
    assert gain.y + gain.height == zero
    assert (loss.y, loss.sign) == (zero, "minus")
    assert nothing.height == 0


def test_it_draws_heights_in_proportion() -> None:
    gain, loss, _ = chart(WEEK, "").bars
    assert abs(gain.height - 2 * loss.height) < 0.2


def test_it_links_every_bar_and_names_its_sum() -> None:
    html = draw(WEEK)
    assert '<a href="/tue" aria-label="Tue: \N{MINUS SIGN}$50.00">' in html
    assert 'role="group"' in html


def test_it_is_one_image_when_nothing_is_linked() -> None:
    assert 'role="img"' in draw([("Mon", 100, "")])


def test_it_draws_nothing_without_rows() -> None:
    assert chart([], "").bars == []


def test_it_thins_out_labels_of_many_days() -> None:
    bars = chart([(str(day), day, "") for day in range(90)], "").bars
    assert sum(bar.shows_label for bar in bars) <= LABELS


def test_it_writes_coordinates_with_a_point_in_russian() -> None:
    with override("ru"):
        html = draw(WEEK)
    assert "," not in html.split("<rect")[1].split("/>")[0]


def test_it_needs_no_inline_style() -> None:
    assert "style=" not in draw(WEEK)


def test_it_steps_by_round_sums() -> None:
    assert [nice_step(span) for span in (0, 900, 41_000, 1_000_000)] == [100, 500, 20_000, 500_000]


def test_it_draws_what_is_compared_behind_each_bar_to_the_same_scale() -> None:
    gain, loss, nothing = chart(WEEK, "", before=[20_000, -5_000, 100]).bars
    assert gain.shadow
    assert loss.shadow
    assert abs(gain.shadow.height - 2 * gain.height) < 0.2
    assert (loss.shadow.y, loss.shadow.height) == (loss.y, loss.height)
    assert gain.shadow.width > gain.width
    assert gain.shadow.y >= 0
    assert nothing.shadow


def test_it_compares_with_nothing_unless_asked() -> None:
    assert {bar.shadow for bar in chart(WEEK, "").bars} == {None}
