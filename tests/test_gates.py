"""The gate diagram: it says what Keras says, and its every word can be read."""

import itertools
import math
import re

import numpy as np
import pytest
from legible import assert_legible
from test_svg import assert_follows

import tutor
from tutor.layers import cells
from tutor.pictures.gates import gate_scene
from tutor.pictures.kit import SMALL, many
from tutor.pictures.palette import COLOURS
from tutor.pictures.picture import Picture
from tutor.pictures.scene import Box, Label, Wire

SIZES = (1, 9, 128, 4096, 100_000)
CELLS = {
    "SimpleRNN": tutor.SimpleRNN,
    "LSTM": tutor.LSTM,
    "GRU": tutor.GRU,
    "GRU, reset before": lambda units, **arguments: tutor.GRU(units, reset_after=False, **arguments),
}
every_cell = pytest.mark.parametrize("cell", CELLS)
either_bias = pytest.mark.parametrize("use_bias", [True, False])


def built(cell, units=128, features=256, **arguments):
    return CELLS[cell](units, **arguments).build((None, 25, features))


def labels(scene):
    return {item.id: item for item in scene.items if isinstance(item, Label)}


def texts(scene):
    return [label.text for label in labels(scene).values()]


@pytest.mark.sampled
@every_cell
@either_bias
def test_all_of_it_can_be_read_at_every_size_and_fits_its_pane(cell, use_bias):
    for units, features in itertools.product(SIZES, SIZES):
        scene = gate_scene(built(cell, units, features, use_bias=use_bias))
        assert_legible(scene, smallest=SMALL)
        assert (scene.width, scene.height) <= (760, 362)


@every_cell
@pytest.mark.parametrize("activation", ["W" * 60, "i", "hard_sigmoid", "名" * 40])
@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_function_of_any_name_keeps_to_its_box(cell, activation):
    def function():
        return None

    function.__name__ = activation
    assert_legible(gate_scene(built(cell, activation=function)), smallest=SMALL)


@pytest.mark.parametrize(
    ("cell", "count", "of_a_gate"),
    [
        ("SimpleRNN", "49,280", "49,280"),
        ("LSTM", "197,120", "49,280"),
        ("GRU", "148,224", "49,408"),
        ("GRU, reset before", "147,840", "49,280"),
    ],
)
def test_the_articles_counts(cell, count, of_a_gate):
    layer = built(cell)
    scene = gate_scene(layer)
    shown = labels(scene)
    if len(layer.gates) > 1:
        assert shown["one/count"].text.endswith(f" = {of_a_gate}")
        assert shown["layer/count"].text == f"{len(layer.gates)} · {of_a_gate} = {count} parameters"
    else:
        assert shown["layer/count"].text == "128 · (128 + 256 + 1) = 49,280 parameters"
    *rest, said = scene.alt.split("Count: ")
    assert of_a_gate in said
    assert f"{count} parameters" in said
    assert count not in "".join(rest)
    assert not [name for name, label in shown.items() if count in label.text and not name.endswith("count")]


@every_cell
@either_bias
@pytest.mark.parametrize(("units", "features"), [(1, 1), (7, 3), (128, 256)])
def test_shapes_and_counts_are_the_built_layers(cell, use_bias, units, features):
    layer = built(cell, units, features, use_bias=use_bias)
    scene = gate_scene(layer)
    shown = labels(scene)
    for weight in layer.weights:
        assert shown[f"{weight.name}/shape"].text == str(weight.shape)
        assert weight.name in shown[f"{weight.name}/name"].text
        assert f"{weight.name} {weight.shape}" in scene.alt
    for weight, whole in zip(layer.gate_weights, layer.weights, strict=True):
        assert math.prod(weight.shape) * len(layer.gates) == whole.count
    for gate in layer.gates:
        assert shown[f"{gate.name}/title"].text == gate.title
    assert shown["layer/count"].text.split(" = ")[1] == many(layer.count, "parameter")
    assert shown["x/words"].text.split()[1] == f"{features}"
    assert shown["thin"].text.split()[1] == f"{units}"
    assert f"x and h together, {features} + {units} = {features + units} numbers" in shown["joined/words"].text
    assert any("bias" in text for text in texts(scene)) == use_bias


@every_cell
def test_every_gate_is_a_box_of_its_own_colour_with_its_activation(cell):
    layer = built(cell, activation="relu")
    items = {item.id: item for item in gate_scene(layer).items}
    boxes = [items[f"{gate.name}/box"] for gate in layer.gates]
    assert len({box.fill for box in boxes}) == len(layer.gates)
    for gate, box in zip(layer.gates, boxes, strict=True):
        assert items[f"{gate.name}/slice"].fill == box.fill
        says = "relu" if gate.activation == "relu" else "σ: 0 to 1"
        assert items[f"{gate.name}/activation"].text == says


def test_the_cell_states_activation_is_the_layers():
    scene = gate_scene(built("LSTM", activation="softsign"))
    assert labels(scene)["activated/sign-0"].text == "softsign"
    assert "h(t) = o(t) ∗ softsign(c(t))." in scene.alt


def test_the_two_grus_differ_where_the_reset_gate_works():
    after, before = gate_scene(built("GRU")), gate_scene(built("GRU, reset before"))
    wires = {item.id for item in after.items}, {item.id for item in before.items}
    assert wires[0] > {"h_old/product", "product/reset", "x/h_tilde"}
    assert wires[1] > {"h_old/reset", "h_tilde/joined"}
    assert not wires[1] & {"product", "product/reset"}
    assert labels(after)["product/sign-0"].text == "· recurrent_kernel"
    assert labels(after)["product/sign-1"].text == "+ bias[1]"
    assert labels(after)["x/h_tilde/words"].text == "x alone"
    assert labels(before)["h_tilde/joined/words"].text == "x and r ∗ h"
    assert "= tanh(x(t) · kernel + bias[0] + r(t) ∗ (h(t−1) · recurrent_kernel + bias[1]))" in after.alt
    assert "= tanh(x(t) · kernel + (r(t) ∗ h(t−1)) · recurrent_kernel + bias)" in before.alt
    for scene in (after, before):
        assert "h(t) = z(t) ∗ h(t−1) + (1 − z(t)) ∗ h̃(t)." in scene.alt


def on_edge(point, item):
    x, y = point
    if not isinstance(item, Box):
        return False
    left, right, top, bottom = item.x, item.x + item.width, item.y, item.y + item.height
    return (x in (left, right) and top < y < bottom) or (y in (top, bottom) and left < x < right)


@every_cell
def test_arrows_end_at_an_edge_or_leave_the_cell(cell):
    scene = gate_scene(built(cell))
    arrows = [item for item in scene.items if isinstance(item, Wire) and item.arrow]
    outside = [arrow for arrow in arrows if not any(on_edge(arrow.points[-1], item) for item in scene.items)]
    assert {arrow.id for arrow in outside} == {f"{state}/new" for state in CELLS[cell](3).states}
    assert all(arrow.points[-1][0] > scene.width - 20 for arrow in outside)


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """The contrast of two colours after WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ground(scene, label):
    """The role of the colour under a label's middle."""
    fill = "paper"
    for item in scene.items:
        match item:
            case Box(x=x, y=y, right=right, bottom=bottom) if x <= label.x <= right and y <= label.y <= bottom:
                fill = item.fill or fill
    return fill


@every_cell
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(cell, theme):
    scene = gate_scene(built(cell))
    pairs = {(label.colour, ground(scene, label)) for label in labels(scene).values()}
    assert ("on-gate", "gate-candidate") in pairs
    for text, under in pairs:
        assert contrast(getattr(COLOURS[text], theme), getattr(COLOURS[under], theme)) >= 4.5, (text, under)


@every_cell
@either_bias
def test_a_kept_svg_follows_the_sizes(cell, use_bias):
    one, other = (gate_scene(built(cell, *sizes, use_bias=use_bias)) for sizes in ((128, 256), (100_000, 3)))
    assert one.structure == other.structure
    assert_follows(one, other)


@every_cell
def test_the_picture_in_words(cell):
    layer = built(cell)
    alt = gate_scene(layer).alt
    for gate in layer.gates:
        assert gate.title in alt
    for weight in layer.gate_weights:
        assert f"{weight.name} {weight.shape}" in alt
    assert "256 + 128 = 384" in alt
    assert alt.split(". ")[-1].startswith("Count: ")


def test_hostile_names_stay_words():
    def evil():
        return None

    evil.__name__ = "<img src=x onerror=alert(1)>"
    svg = Picture(gate_scene(built("LSTM", name="<script>", activation=evil)))._repr_html_()
    assert "<script" not in svg
    assert "<img" not in svg
    assert "&lt;script&gt;" in svg


def computed(layer, inputs, weights):
    """What the declaration comes to, value by value: one timestep on a single example, in NumPy."""
    kernel, recurrent, bias = [*weights, None][:3]
    twice = layer.reset_after if hasattr(layer, "reset_after") else False
    first, second = (bias if twice else (0 * bias, bias)) if bias is not None else (0.0, 0.0)
    units = kernel.shape[1] // len(layer.gates)
    parts = {gate.name: slice(place * units, (place + 1) * units) for place, gate in enumerate(layer.gates)}
    gates, steps = ({one.name: one for one in several} for several in (layer.gates, layer.steps))
    functions = {
        "×": lambda a, b: a * b,
        "+": lambda a, b: a + b,
        "1−": lambda a: 1 - a,
        "·": lambda a: a @ recurrent[:, parts["h_tilde"]] + part(second, "h_tilde"),
        "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
        "tanh": np.tanh,
    }

    def part(vector, gate):
        return vector if np.ndim(vector) == 0 else vector[parts[gate]]

    def value(name):
        if name in inputs:
            return inputs[name]
        if name in steps:
            return functions[steps[name].sign](*map(value, steps[name].reads))
        gate = gates[name]
        state = value(gate.state)
        if not cells.multiplies_first(layer) or gate.state == "h_old":
            state = state @ recurrent[:, parts[name]] + part(second, name)
        return functions[gate.activation](inputs["x"] @ kernel[:, parts[name]] + part(first, name) + state)

    return [value(state) for state in layer.states]


@every_cell
@either_bias
def test_the_declared_steps_compute_what_keras_computes(keras, cell, use_bias):
    layer = CELLS[cell](3, use_bias=use_bias)
    reference = eval(layer.code(), {"keras": keras}).cell
    reference.build((None, 2))
    random = np.random.default_rng(0)
    weights = [random.normal(size=weight.shape).astype("float32") for weight in reference.weights]
    reference.set_weights(weights)
    x, *states = (random.normal(size=(1, size)).astype("float32") for size in (2, *[3] * len(layer.states)))
    _, expected = reference(x, states)
    old = {f"{name}_old": state[0] for name, state in zip(layer.states, states, strict=True)}
    ours = computed(layer, {"x": x[0], **old}, weights)
    assert len(ours) == len(expected)
    for one, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(one, np.asarray(other)[0], atol=1e-5)


@every_cell
def test_steps_read_what_there_is(cell):
    layer = CELLS[cell](3)
    known = {gate.name for gate in layer.gates} | {f"{state}_old" for state in layer.states}
    for step in layer.steps:
        assert set(step.reads) <= known
        assert len(step.reads) == {"×": 2, "+": 2}.get(step.sign, 1)
        known.add(step.name)
    assert set(layer.states) <= known
    assert {gate.state for gate in layer.gates} <= known


@every_cell
def test_a_wire_runs_from_all_that_is_read_to_what_reads_it(cell):
    scene = gate_scene(built(cell))
    items = {item.id: item for item in scene.items}
    for step in CELLS[cell](3).steps:
        for value in step.reads:
            assert on_edge(items[f"{value}/{step.name}"].points[-1], items[step.name])
    for gate in CELLS[cell](3).gates:
        box = items[f"{gate.name}/box"]
        reading = [wire for wire in items.values() if isinstance(wire, Wire) and on_edge(wire.points[-1], box)]
        apart = cells.multiplies_first(CELLS[cell](3)) and gate.state != "h_old"
        assert len(reading) == (2 if apart else 1)


@pytest.mark.parametrize(
    ("layer", "order"),
    [(tutor.LSTM, ["i", "f", "c_tilde", "o"]), (tutor.GRU, ["z", "r", "h_tilde"]), (tutor.SimpleRNN, ["h"])],
)
def test_gates_stand_above_their_slices_in_keras_order(layer, order):
    items = {item.id: item for item in gate_scene(layer(8).build((None, 5, 4))).items}
    slices = [items[f"{gate}/slice"] for gate in order]
    for gate, one, after in itertools.zip_longest(order, slices, slices[1:]):
        box = items[f"{gate}/box"]
        assert box.bottom < one.y
        assert box.x + box.width / 2 == one.x + one.width / 2
        assert after is None or one.right == after.x
    kernel = items["kernel"]
    assert (kernel.x, kernel.right) == (slices[0].x, slices[-1].right)


def test_three_gates_and_a_candidate_and_a_simple_rnn_has_none():
    assert [gate.title.endswith("gate") for gate in tutor.LSTM(3).gates] == [True, True, False, True]
    assert [gate.title.endswith("gate") for gate in tutor.GRU(3).gates] == [True, True, False]
    for cell, boxes in (
        ("LSTM", "three gates and a candidate"),
        ("GRU", "two gates and a candidate"),
        ("SimpleRNN", "one box, no gates"),
    ):
        scene = gate_scene(built(cell))
        assert labels(scene)["title"].text == f"{cell}, one timestep: {boxes}"
        assert scene.alt.startswith(f"One timestep of {cell}: {boxes}.")
    assert not [text for text in texts(scene) if "gate" in text and text != labels(scene)["title"].text]


def test_the_candidates_tilde_is_a_sign_of_its_own():
    for cell, letter in (("LSTM", "c"), ("GRU", "h")):
        shown = labels(gate_scene(built(cell)))
        for place in ("symbol", "slice/symbol"):
            assert shown[f"{letter}_tilde/{place}/letter"].text == letter
            assert shown[f"{letter}_tilde/{place}/tilde"].text == "~"


def test_what_gates_and_candidates_compute():
    assert "(t) = σ(x(t) · kernel + h(t−1) · recurrent_kernel + bias)." in gate_scene(built("LSTM")).alt
    assert "c̃(t) = tanh(x(t) · kernel + h(t−1) · recurrent_kernel)." in gate_scene(built("LSTM", use_bias=False)).alt
    gru = gate_scene(built("GRU")).alt
    assert "z(t) and r(t) = σ(x(t) · kernel + bias[0] + h(t−1) · recurrent_kernel + bias[1])." in gru
    simple = gate_scene(built("SimpleRNN", activation="relu")).alt
    assert "h(t) = relu(x(t) · kernel + h(t−1) · recurrent_kernel + bias)." in simple


def test_a_cell_by_itself_and_in_an_rnn_is_the_layers():
    def words(layer, shape):
        scene = gate_scene(layer.build(shape))
        return {name: label.text for name, label in labels(scene).items() if name != "title"}

    whole = words(tutor.LSTM(6), (None, 5, 4))
    assert words(tutor.LSTMCell(6), (None, 4)) == whole
    assert words(tutor.RNN(tutor.LSTMCell(6), return_sequences=True), (None, 5, 4)) == whole
    assert words(tutor.LSTM(6, return_sequences=True, return_state=True), (None, 5, 4)) == whole


@pytest.mark.parametrize(
    ("layer", "shape", "said", "count"),
    [
        (
            tutor.Bidirectional(tutor.LSTM(64)),
            (None, 25, 100),
            "Bidirectional: forward cell shown; each has its own weights",
            "2 · 42,240 = 84,480 parameters",
        ),
        (
            tutor.Bidirectional(tutor.GRU(64), backward_layer=tutor.LSTM(64, go_backwards=True)),
            (None, 25, 100),
            "Bidirectional: forward cell shown; each has its own weights",
            "31,872 + 42,240 = 74,112 parameters",
        ),
        (
            tutor.TimeDistributed(tutor.LSTM(64)),
            (None, 7, 25, 100),
            "TimeDistributed: one cell, the same weights at every timestep",
            "",
        ),
        (
            tutor.RNN([tutor.LSTMCell(64), tutor.GRUCell(8)]),
            (None, 7, 100),
            "RNN: cell 1 shown; each has its own weights",
            "42,240 + 1,776 = 44,016 parameters",
        ),
    ],
)
def test_a_wrapper_shows_the_cell_inside_and_says_what_it_makes_of_it(layer, shape, said, count):
    wrapped = layer.build(shape)
    scene = gate_scene(wrapped)
    shown = labels(scene)
    assert (shown["note"].text, shown["note/count"].text) == (said, count)
    assert f"{said}. Count: " in scene.alt
    if count:
        assert scene.alt.endswith(f"; {count}.")
        assert wrapped.count == int(re.search(r"([\d,]+) parameters$", count)[1].replace(",", ""))
    assert_legible(scene, smallest=SMALL)


@pytest.mark.parametrize(
    ("layer", "shape", "input_shape", "state", "channels"),
    [
        (tutor.ConvLSTM2D(64, 3), (None, 7, 32, 32, 3), "(32, 32, 3)", "(30, 30, 64)", "3 + 64 = 67"),
        (tutor.ConvLSTM1D(4, 3, padding="same"), (None, 7, 32, 3), "(32, 3)", "(32, 4)", "3 + 4 = 7"),
        (
            tutor.ConvLSTM2D(4, 3, data_format="channels_first", return_sequences=True),
            (None, 7, 3, 9, 9),
            "(3, 9, 9)",
            "(4, 7, 7)",
            "3 + 4 = 7",
        ),
        (
            tutor.Bidirectional(tutor.ConvLSTM2D(4, 3, return_state=True)),
            (None, 7, 9, 9, 3),
            "(9, 9, 3)",
            "(7, 7, 4)",
            "3 + 4 = 7",
        ),
    ],
)
def test_a_convolutional_lstm_says_what_is_convolved(layer, shape, input_shape, state, channels):
    scene = gate_scene(layer.build(shape))
    words = labels(scene)
    assert words["x/words"].text == f"input, {input_shape}"
    assert words["thin"].text == f"thin: {state}"
    assert words["joined/words"].text == f"thick: x and h together, {channels} channels"
    assert words["kernel/name"].text == "kernel over x"
    assert words["recurrent_kernel/name"].text == "recurrent_kernel over h"
    assert "(t) = σ(conv(x(t), kernel) + conv(h(t−1), recurrent_kernel) + bias)" in scene.alt
    assert "slides a kernel over both" in scene.alt
    assert_legible(scene, smallest=SMALL)


def test_a_convolutional_lstm_of_any_size_can_be_read():
    layer = tutor.Bidirectional(tutor.ConvLSTM3D(100_000, 3, return_state=True))
    assert_legible(gate_scene(layer.build((None, 7, *[100_000] * 4))), smallest=SMALL)


@pytest.mark.parametrize("layer", [tutor.Dense(32), tutor.TimeDistributed(tutor.Dense(3))])
def test_a_layer_without_gates_is_refused_with_those_that_have(layer):
    shape = (None, 784) if layer.kind == "Dense" else (None, 25, 784)
    with pytest.raises(ValueError, match=r"must be recurrent, such as SimpleRNN, LSTM and GRU.*got .*Dense"):
        gate_scene(layer.build(shape))
