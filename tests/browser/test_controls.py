"""Moving the controls by keyboard, by typing and by mouse; everything on the screen follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from on_screen import DENSE, GRU, LSTM, Lesson, of_lesson
from playwright.sync_api import expect

if TYPE_CHECKING:
    from on_screen import Explorer
    from playwright.sync_api import Page

of_lstm = of_lesson(LSTM)

_FOCUSED = """() => {
    const node = document.activeElement;
    const name = node.getAttribute("aria-label") ?? (node.labels?.[0] ?? node).textContent;
    return `${node.type ?? node.localName} ${name}`;
}"""

_CELLS = """() => {
    const notebook = jupyterapp.shell.currentWidget.content;
    return [notebook.activeCellIndex, notebook.mode, ...notebook.widgets.map((cell) => cell.model.id)];
}"""


def focused(page: Page) -> str:
    return str(page.evaluate(_FOCUSED))


# By keyboard


def test_tab_reaches_every_control_in_reading_order(lesson: Lesson, explorer: Explorer) -> None:
    page, tab = explorer.page, explorer.root.get_by_role("tab", selected=True).inner_text()
    explorer.slider(lesson.sliders[0]).focus()
    page.keyboard.press("Shift+Tab")
    expect(explorer.slider(lesson.sliders[0])).not_to_be_focused()
    page.keyboard.press("Tab")
    order = []
    for _ in range(40):
        order.append(focused(page))
        if order[-1].startswith("pre "):
            break
        page.keyboard.press("Tab")
    sizes = [f"{kind} {label}" for label in lesson.sliders for kind in ("range", "text")]
    assert order[: len(sizes)] == sizes
    flags = order[len(sizes) : order.index("select-one preset")]
    assert flags
    assert all(name.startswith(("checkbox ", "select-one ", "text ")) for name in flags)
    assert order[len(sizes) + len(flags) :] == [
        "select-one preset",
        "button reset",
        f"button {tab}",
        "button present",
        "button copy and save",
        f"div {tab}",
        "pre Keras's own summary",
    ]


def test_arrow_key_moves_units_by_one(lesson: Lesson, explorer: Explorer) -> None:
    slider = explorer.slider("units")
    slider.press("ArrowRight")
    expect(explorer.field("units")).to_have_value(str(lesson.units + 1))
    explorer.shows(*lesson.more_totals)
    expect(explorer.formula).to_contain_text(f"{lesson.units + 1}")
    expect(explorer.shapes).to_contain_text(f"{lesson.units + 1})")
    assert f"{lesson.units + 1}" in explorer.alt()
    slider.press("ArrowLeft")
    explorer.shows(*lesson.totals)


@of_lstm
@pytest.mark.parametrize(
    ("key", "value"),
    [("ArrowUp", 129), ("ArrowDown", 127), ("PageUp", 256), ("PageDown", 64), ("Home", 1), ("End", 4096)],
)
def test_keys_of_a_slider(explorer: Explorer, key: str, value: int) -> None:
    explorer.slider("units").press(key)
    expect(explorer.field("units")).to_have_value(str(value))
    expect(explorer.slider("units")).to_have_attribute("aria-valuenow", str(value))
    expect(explorer.shapes).to_contain_text(f"(None, {value})")


def test_every_slider_moves_its_own_size(lesson: Lesson, explorer: Explorer) -> None:
    for label in lesson.sliders:
        before = int(explorer.field(label).input_value())
        explorer.slider(label).press("ArrowRight")
        expect(explorer.field(label)).to_have_value(str(before + 1))
        expect(explorer.move).to_contain_text(f"{label} {before:,} → {before + 1:,}")


@of_lstm
def test_focus_can_be_seen(explorer: Explorer) -> None:
    explorer.field("units").focus()
    explorer.page.keyboard.press("Shift+Tab")
    expect(explorer.slider("units")).to_be_focused()
    thumb = explorer.track("units").locator(".tutor-thumb")
    expect(thumb).to_have_css("outline-style", "solid")
    for place in range(2, 20):
        explorer.page.keyboard.press("Tab")
        outline = explorer.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if focused(explorer.page).startswith("range"):
            continue
        assert outline == "solid", (place, focused(explorer.page))


@of_lstm
def test_jupyterlab_takes_none_of_the_keys(explorer: Explorer) -> None:
    page = explorer.page
    explorer.slider("units").focus()
    before = page.evaluate(_CELLS)
    for control in (explorer.slider("units"), explorer.flag("use_bias"), explorer.button("reset")):
        control.focus()
        for key in "ArrowUp ArrowDown a b c d d m v x y z Shift+Enter".split():
            page.keyboard.press(key)
        expect(control).to_be_focused()
    assert page.evaluate(_CELLS) == before


@of_lstm
def test_a_move_says_what_it_changed_and_what_not(explorer: Explorer) -> None:
    explorer.slider("sequence length").press("ArrowRight")
    expect(explorer.move).to_contain_text("sequence length 25 → 26: the shapes follow. The count can't")
    explorer.slider("vocabulary").press("ArrowRight")
    expect(explorer.move).to_contain_text("the Embedding grew to 256,256 (+256). The LSTM can't tell")


@of_lstm
def test_a_move_right_after_a_reset_stands_on_it(explorer: Explorer) -> None:
    explorer.type("features", "300")
    expect(explorer.formula).to_contain_text("(128 + 300 + 1)")
    explorer.root.evaluate("""(root) => {
        [...root.querySelectorAll("button")].find((button) => button.textContent === "reset").click();
        const units = root.querySelector("input[type=range][aria-label=units]");
        units.value = 129;
        units.dispatchEvent(new Event("input"));
    }""")
    explorer.shows(*LSTM.more_totals)
    expect(explorer.field("features")).to_have_value("256")


# By typing


def test_typed_number_is_set_by_enter_and_by_leaving(lesson: Lesson, explorer: Explorer) -> None:
    explorer.type("units", str(lesson.units + 1))
    explorer.shows(*lesson.more_totals)
    explorer.field("units").fill(str(lesson.units))
    explorer.field("units").blur()
    explorer.shows(*lesson.totals)


@of_lstm
def test_typed_number_may_lie_beyond_the_slider(explorer: Explorer) -> None:
    explorer.type("units", "100000")
    explorer.shows(40_102_800_000, 40_103_056_000)
    expect(explorer.slider("units")).to_have_attribute("aria-valuetext", "100,000")
    explorer.type("vocabulary", "1000000000")
    explorer.shows(40_102_800_000, 296_102_800_000)


@of_lstm
def test_page_and_arrow_keys_go_on_beyond_the_slider(explorer: Explorer) -> None:
    explorer.type("units", "100000")
    for key, value in (("PageUp", 200_000), ("ArrowRight", 200_001), ("ArrowLeft", 200_000), ("PageDown", 100_000)):
        explorer.slider("units").press(key)
        expect(explorer.field("units")).to_have_value(str(value))
        expect(explorer.shapes).to_contain_text(f"(None, {value})")
    explorer.type("units", "600000")
    explorer.slider("units").press("PageUp")
    expect(explorer.field("units")).to_have_value("1000000")


@of_lstm
@pytest.mark.parametrize("nonsense", ["1.000", "abc", "<b>", ""])
def test_nonsense_is_answered_and_leaves_everything_as_it_was(explorer: Explorer, nonsense: str) -> None:
    field = explorer.field("units")
    field.fill("")
    field.press_sequentially(nonsense)
    field.press("Enter")
    expect(explorer.move).to_contain_text("whole number from 1 to 1,000,000.")
    expect(explorer.move).to_contain_text(f"“{nonsense}”" if nonsense else "units is back at 128.")
    expect(field).to_have_value("128")
    explorer.shows(*LSTM.totals)
    explorer.type("units", "129")
    explorer.shows(*LSTM.more_totals)


@of_lstm
def test_a_size_as_people_write_it(explorer: Explorer) -> None:
    explorer.type("units", "1,000")
    expect(explorer.field("units")).to_have_value("1000")
    expect(explorer.formula).to_contain_text("4 · 1,000 · (1,000 + 256 + 1) = 5,028,000")


@of_lstm
def test_arrow_keys_in_a_field_move_by_one_from_what_is_typed(explorer: Explorer) -> None:
    field = explorer.field("units")
    field.press("ArrowUp")
    explorer.shows(*LSTM.more_totals)
    field.fill("127")
    field.press("ArrowUp")
    expect(field).to_have_value("128")
    explorer.shows(*LSTM.totals)
    expect(field).to_have_attribute("aria-valuenow", "128")


# By mouse


@of_lstm
def test_slider_follows_the_mouse(explorer: Explorer) -> None:
    mouse = explorer.page.mouse
    track = explorer.track("units")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    mouse.click(box["x"] + box["width"] / 2, middle)
    expect(explorer.field("units")).to_have_value("64")
    expect(explorer.formula).to_contain_text("4 · 64 · (64 + 256 + 1) = 82,176")
    mouse.move(box["x"] + box["width"] / 2, middle)
    mouse.down()
    mouse.move(box["x"] + 0.75 * box["width"], middle, steps=5)
    expect(explorer.field("units")).to_have_value("512")
    mouse.move(box["x"] + box["width"] + 300, middle + 60, steps=5)
    mouse.up()
    expect(explorer.field("units")).to_have_value("4096")
    explorer.shows(71_319_552, 71_575_552)
    expect(explorer.shapes).to_contain_text("(None, 4096)")
    expect(explorer.diagram.locator("svg text").filter(has_text="4,096")).not_to_have_count(0)
    expect(explorer.slider("units")).to_be_focused()
    mouse.move(box["x"], middle)
    expect(explorer.field("units")).to_have_value("4096")


# Options


@pytest.mark.parametrize(
    ("lesson", "flag", "counts", "said"),
    [
        (DENSE, "use_bias", (25_088,), "use_bias off: bias (32,) is gone, so the count fell to 25,088 (−32)."),
        (
            LSTM,
            "return_state",
            LSTM.totals,
            "return_state on: the output is now (None, 128), (None, 128), (None, 128).",
        ),
    ],
    indirect=["lesson"],
)
def test_option(explorer: Explorer, flag: str, counts: tuple[int, ...], said: str) -> None:
    explorer.flag(flag).click()
    explorer.shows(*counts)
    expect(explorer.move).to_contain_text(said)


@of_lstm
def test_stateful_needs_the_batch_size(explorer: Explorer) -> None:
    explorer.flag("stateful").check()
    expect(explorer.shapes.locator("code")).to_have_text(["(32, 25)", "(32, 25, 256)", "(32, 128)"])
    expect(explorer.keras).to_contain_text("(32, 128)")


@of_lesson(GRU)
def test_reset_after_rewires_the_diagram(explorer: Explorer) -> None:
    expect(explorer.diagram).to_contain_text("+ bias[1]")
    wires = explorer.diagram.locator("path").count()
    explorer.flag("reset_after").uncheck()
    explorer.shows(147_840, 403_840)
    expect(explorer.diagram).not_to_contain_text("bias[1]")
    assert explorer.diagram.locator("path").count() != wires
    explorer.flag("use_bias").uncheck()
    explorer.shows(147_456, 403_456)


@of_lstm
def test_activation_changes_the_word_in_the_gate_alone(explorer: Explorer) -> None:
    explorer.choose("activation", "relu")
    expect(explorer.diagram).to_contain_text("relu")
    expect(explorer.move).to_contain_text("activation tanh → relu: no shape and no count depends on it.")
    explorer.shows(*LSTM.totals)
