"""Is an outline read as somebody means it, and is each line that cannot be drawn named?

The worked examples are the guides' topics in our content; the rules are those of methodology.md, section 11: one aim,
few primary drivers, secondary drivers, change ideas that each serve a secondary driver; an outcome measure with the
aim, process measures with the primary drivers, and a balancing measure.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from keepwell.charts.drawing import width_of
from keepwell.charts.linked_boxes import FOOT, HEAD, WIDTH, Box, Column, linked_boxes, wrapped
from keepwell.content.planning import driver_examples
from keepwell.web.designing import drivers, presenters, theories
from keepwell.web.designing.outlines import LONGEST, MOST_LINES, OutlineRefused

WARDS = """\
Aim: From 5 in 10 to 8 in 10 by March
  Outcome: requests agreed
  Balancing: sickness of others
  Asking is easy
    Process: requests made
    Everybody knows the right
      A line in every advert
      Ask in the first week
  The rota can bend
    Process: rotas six weeks ahead
    Teams make rotas
      Ask in the first week
Assumption: hours are why people leave
"""
STARTERS = """\
Need: 18 in 100 have gone within a year
  Because: those who told us are like the others
  Activity: a buddy each
    Because: buddies get the hours
    Early result: somebody to ask
      Because: asking is welcome
  Activity: four talks
    Because: it is about the starter
    Early result: somebody to ask
Aim: 14 in 100
  Outcome: gone within a year
  Balancing: hours of buddies
"""


def faults(read, text):
    with pytest.raises(OutlineRefused) as refused:
        read(text)
    return [(fault.line, fault.wrong) for fault in refused.value.faults]


class TestDrivers:
    def test_how_far_in_a_line_stands_says_what_it_is(self):
        found = drivers.drivers_of(WARDS)
        assert found.aim == "From 5 in 10 to 8 in 10 by March"
        assert [(one.kind, one.words) for one in found.measures] == [
            ("outcome", "requests agreed"),
            ("balancing", "sickness of others"),
        ]
        assert [one.words for one in found.primary] == ["Asking is easy", "The rota can bend"]
        assert [one.words for one in found.primary[0].secondary] == ["Everybody knows the right"]
        assert found.primary[0].secondary[0].ideas == ["A line in every advert", "Ask in the first week"]
        assert [one.words for one in found.primary[1].measures] == ["rotas six weeks ahead"]
        assert found.assumptions == ["hours are why people leave"]
        assert drivers.warnings_of(found) == []

    def test_a_line_may_say_what_it_is_and_stand_anywhere(self):
        flat = "Aim: 8 in 10\nPrimary driver: a\nSecondary: b\nChange idea: c\nProcess measure: d\n"
        found = drivers.drivers_of(flat)
        assert found.primary[0].secondary[0].ideas == ["c"]
        assert [one.words for one in found.primary[0].measures] == ["d"]

    @pytest.mark.parametrize("mark", ["- ", "* ", "• ", "1. ", "2) "])
    def test_marks_before_a_line_are_no_words(self, mark):
        assert drivers.drivers_of(f"{mark}Aim: 8 in 10\n\t{mark}Asking is easy").primary[0].words == "Asking is easy"

    def test_an_idea_in_the_same_words_under_two_drivers_is_one_that_serves_both(self):
        idea = drivers.drivers_of(WARDS).ideas[1]
        assert idea.words == "Ask in the first week"
        assert [second.words for _, second in idea.serves] == ["Everybody knows the right", "Teams make rotas"]
        assert len(drivers.drivers_of(WARDS).ideas) == 2

    def test_each_idea_serves_a_secondary_driver(self):
        wrong = faults(drivers.drivers_of, "Aim: 8\n  Primary: a\n  Idea: b")
        assert wrong == [(3, "“b” is a change idea that serves no secondary driver.")]

    def test_an_idea_does_not_serve_a_driver_of_the_primary_driver_before(self):
        text = "Aim: 8\nPrimary: a\nSecondary: b\nPrimary: c\nIdea: d"
        assert [line for line, _ in faults(drivers.drivers_of, text)] == [5]

    @pytest.mark.parametrize(
        ("text", "line", "wrong"),
        [
            ("", 0, "There is no aim."),
            ("Primary: a", 0, "There is no aim."),
            ("Aim: 1\nAim: 2", 2, "“2” would be a second aim, and a diagram has one."),
            ("Aim: 1\n\nThe rota can bend", 3, "“The rota can bend” would be a second aim, and a diagram has one."),
            ("Aim: 1\nSecondary: a", 2, "“a” is a secondary driver without a primary one."),
            ("Aim: 1\n a\n  b\n   c\n    d", 5, "“d” stands below a change idea."),
            ("Aim: 1\n a\n  b\n   c\n   C.", 5, "“C.” stands twice under the same driver."),
            ("Aim: 1\nAsumption: a", 2, "“Asumption” is no word for a line."),
            ("Aim: 1\nPrimary:", 2, "It has no words."),
            ("Aim: 1\n - …", 2, "It has no words."),
            ("Aim: 1\n " + "a" * (LONGEST + 1), 2, f"It has {LONGEST + 1} characters, and {LONGEST} fit."),
            ("Aim: 1\n" + " a\n" * MOST_LINES, 0, f"There are {MOST_LINES + 1} lines, and {MOST_LINES} can be drawn."),
        ],
    )
    def test_what_cannot_be_drawn_is_named_by_its_line(self, text, line, wrong):
        if wrong == "It has no words." and "…" in text:
            text = text.replace("…", "-")
        assert (line, wrong) in faults(drivers.drivers_of, text)

    def test_every_fault_is_told_at_once_in_the_order_of_lines(self):
        assert [line for line, _ in faults(drivers.drivers_of, "Aim: 1\nIdea: a\nSecondary: b\nAim: 2")] == [2, 3, 4]

    def test_a_colon_inside_words_is_no_beginning(self):
        assert (
            drivers.drivers_of("Aim: 8 in 10\n  Rota: the team makes it").primary[0].words == "Rota: the team makes it"
        )

    @pytest.mark.parametrize(
        ("without", "warning"),
        [
            ("  Balancing: sickness of others\n", "There is no balancing measure"),
            ("  Outcome: requests agreed\n", "The aim has no outcome measure"),
            ("    Process: requests made\n", "No process measure stands with: Asking is easy."),
            ("      A line in every advert\n      Ask in the first week\n  The", "Nothing is tried yet for: Everybody"),
            ("    Teams make rotas\n      Ask in the first week\n", "Nothing stands under: The rota can bend."),
        ],
    )
    def test_what_is_missing_is_a_warning_and_no_fault(self, without, warning):
        assert without in WARDS
        text = WARDS.replace(without, "  The" if without.endswith("  The") else "")
        assert any(words.startswith(warning) for words in drivers.warnings_of(drivers.drivers_of(text)))

    def test_an_aim_without_a_number_is_warned_of(self):
        assert any("no number" in words for words in drivers.warnings_of(drivers.drivers_of("Aim: more of it")))


class TestTheories:
    def test_what_stands_further_in_follows_and_loose_ends_lead_to_the_aim(self):
        found = theories.theory_of(STARTERS)
        links = {(link.start.words, link.end.words): link.because for link in found.links}
        assert links == {
            ("18 in 100 have gone within a year", "a buddy each"): "those who told us are like the others",
            ("18 in 100 have gone within a year", "four talks"): "those who told us are like the others",
            ("a buddy each", "somebody to ask"): "buddies get the hours",
            ("four talks", "somebody to ask"): "it is about the starter",
            ("somebody to ask", "14 in 100"): "asking is welcome",
        }
        assert theories.warnings_of(found) == []

    def test_without_beginnings_how_far_in_says_what_it_is(self):
        found = theories.theory_of("18 in 100 go\n  a buddy\n    somebody to ask\nAim: 14 in 100")
        assert [step.kind for step in found.steps] == ["need", "activity", "early_result"]

    def test_flat_with_beginnings_a_step_follows_from_the_last_of_a_kind_before(self):
        found = theories.theory_of("Need: 18\nActivity: a\nActivity: b\nEarly result: c\nAim: 14")
        assert [(link.start.words, link.end.words) for link in found.links] == [
            ("18", "a"),
            ("18", "b"),
            ("a", "14"),
            ("b", "c"),
            ("c", "14"),
        ]

    @pytest.mark.parametrize(
        ("text", "line", "wrong"),
        [
            ("Need: 18", 0, "There is no aim."),
            ("Aim: 1\nAim: 2", 2, "“2” is a second aim."),
            ("Because: a\nAim: 1", 1, "It says why of nothing."),
            ("Activity: a\n  Need: b\nAim: 1", 2, "The need cannot follow from the activity above it."),
            ("Activity: a\n  Activity: b\n    Activity: a\nAim: 1", 3, "“a” would lead back to itself."),
            ("Activity: a\n  Activity: a\nAim: 1", 2, "“a” would lead back to itself."),
        ],
    )
    def test_what_cannot_be_drawn_is_named_by_its_line(self, text, line, wrong):
        assert (line, wrong) in faults(theories.theory_of, text)

    def test_a_chain_that_nobody_can_read_is_refused(self):
        chain = "\n".join(f"{' ' * n}Activity: step {n}" for n in range(6))
        assert theories.theory_of("\n".join(chain.splitlines()[:5]) + "\nAim: 1").depths()
        assert faults(theories.theory_of, f"{chain}\nAim: 1") == [(0, "More than 6 steps follow one another.")]

    def test_many_ways_to_the_same_step_take_no_time(self):
        """Two steps in each of 33 rows, the last row first, each leading to both of the next: 2 to the power of 33 ways."""
        lines = []
        for row in reversed(range(33)):
            for side in "ab":
                lines += [f"Activity: {row}{side}", f" Activity: {row + 1}a", f" Activity: {row + 1}b"]
        with pytest.raises(OutlineRefused):
            theories.theory_of("\n".join([*lines[:198], "Aim: 1"]))

    @pytest.mark.parametrize("kind", ["Need", "Activity", "Early result"])
    def test_a_missing_kind_is_a_warning(self, kind):
        kept = [line for line in STARTERS.splitlines() if f"{kind}:" not in line and "others" not in line]
        warned = theories.warnings_of(theories.theory_of("\n".join(kept)))
        assert any(words.startswith(f"There is no {kind.lower()}:") for words in warned)

    def test_a_step_that_nobody_gives_a_reason_for_is_warned_of(self):
        text = STARTERS.replace("    Because: it is about the starter\n", "")
        assert theories.warnings_of(theories.theory_of(text)) == [
            "Nobody has said why these should lead on: four talks."
        ]


class TestExamples:
    def test_the_driver_diagram_comes_back_as_it_stands_in_content(self):
        example = driver_examples().driver_diagrams[0]
        found = drivers.drivers_of(drivers.outline_of(example))
        assert found.aim == example.aim
        assert [[second.ideas for second in one.secondary] for one in found.primary] == [
            [[idea.text for idea in second.ideas] for second in one.secondary] for one in example.primary
        ]
        assert len(found.ideas) == 7
        assert drivers.warnings_of(found) == []

    def test_the_theory_comes_back_with_its_links(self):
        example = driver_examples().theories_of_change[0]
        found = theories.theory_of(theories.outline_of(example))
        texts = {link.key: link.text for link in example.links}
        wanted = {(link.text, texts[key], link.assumes) for link in example.links for key in link.leads_to}
        assert {(link.start.words, link.end.words, link.because) for link in found.links} == wanted
        assert len(wanted) == 10
        assert theories.warnings_of(found) == []

    @pytest.mark.parametrize("kind", [presenters.DRIVERS, presenters.THEORY])
    def test_the_short_example_on_the_page_can_be_drawn(self, kind):
        read = drivers.drivers_of if kind is presenters.DRIVERS else theories.theory_of
        assert read(kind.sample)


class TestPicture:
    @pytest.fixture
    def svg(self):
        return presenters.driver_svg(drivers.drivers_of(WARDS), {"ask in the first week"})

    def test_it_is_an_image_with_a_title_and_a_description(self, svg):
        root = ET.fromstring(svg)  # noqa: S314 (our own drawing)
        assert root.get("role") == "img"
        ids = {one.get("id"): one for one in root.iter() if one.get("id")}
        named = [ids[name] for name in root.get("aria-labelledby").split()]
        assert [one.tag.rpartition("}")[2] for one in named] == ["title", "desc"]
        assert "The aim rests on 2 primary drivers" in named[1].text
        assert "style=" not in svg

    def test_every_word_is_there_whole_and_one_idea_is_drawn_once(self, svg):
        drawn = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
        for words in ("Everybody knows the right", "Teams make rotas", "rotas six weeks ahead", "✓ in the plan"):
            assert words in drawn
        assert drawn.count("Ask in the first week") == 1
        assert "…" not in drawn

    def test_kinds_show_without_colour(self, svg):
        for title in ("Aim", "Primary drivers", "Secondary drivers", "Change ideas"):
            assert f">{title}" in svg
        assert svg.count('stroke-dasharray="6 4"') == 2

    def test_what_somebody_types_is_no_markup(self):
        svg = presenters.driver_svg(drivers.drivers_of('Aim: 1 <script>alert("x")</script>'), ())
        assert "<script" not in svg

    def test_each_link_is_a_line_and_a_theory_has_arrows(self):
        found = theories.theory_of(STARTERS)
        svg = presenters.theory_svg(found)
        assert svg.count('stroke="#4c6272" stroke-width="1.5"') == 2 * len(found.links)

    def test_boxes_of_a_column_do_not_lie_on_one_another_and_all_lie_inside(self):
        svg = presenters.driver_svg(drivers.drivers_of(drivers.outline_of(driver_examples().driver_diagrams[0])), ())
        height = float(re.search(r'height="([\d.]+)"', svg)[1])
        boxes = [
            tuple(map(float, box))
            for box in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', svg)
        ]
        assert len(boxes) == 1 + 3 + 6 + 7
        for number, (x, y, width, tall) in enumerate(boxes):
            assert x >= 0 and x + width <= WIDTH and y >= 0 and y + tall <= height - FOOT + 0.2
            for left, top, _, other in boxes[number + 1 :]:
                assert left != x or top >= y + tall or top + other <= y

    def test_a_large_drawing_has_a_sheet_of_its_own_on_paper(self):
        small = drivers.drivers_of(WARDS)
        large = drivers.drivers_of(WARDS)
        large.primary[0].secondary[0].ideas += [f"Idea number {n}" for n in range(20)]
        assert not presenters.is_tall(presenters.driver_svg(small, ()))
        assert presenters.is_tall(presenters.driver_svg(large, ()))

    def test_boxes_that_all_wish_for_the_top_lie_below_one_another_and_below_the_titles(self):
        many = Column("Left", tuple(Box(f"l{n}", f"Left {n}") for n in range(8)))
        few = Column("Right", tuple(Box(f"r{n}", f"Right {n}") for n in range(4)))
        svg = linked_boxes("T", "d", (many, few), [("l0", f"r{n}") for n in range(4)])
        tops = [float(y) for y in re.findall(r'<rect x="[\d.]+" y="(-?[\d.]+)"', svg)]
        assert len(tops) == 12 and min(tops) >= HEAD
        assert tops[8:] == tops[:4]

    def test_lines_are_wrapped_to_fit_and_a_long_word_is_broken(self):
        lines = wrapped("Every ward manager " + "x" * 60, 100, 14)
        assert all(width_of(line, 14) <= 100 for line in lines)
        assert "".join(lines).replace(" ", "") == "Everywardmanager" + "x" * 60

    def test_an_empty_column_takes_no_room_and_an_unknown_link_is_refused(self):
        columns = (Column("Aim", (Box("a", "x"),)), Column("None", ()))
        assert "None" not in linked_boxes("T", "d", columns, [])
        with pytest.raises(KeyError):
            linked_boxes("T", "d", columns, [("a", "b")])
