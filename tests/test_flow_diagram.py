"""The flow diagram: shapes, axes' names and counts, legible at every size; chains, graphs and lists of layers."""

from __future__ import annotations

import re
from itertools import combinations, pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from legible import assert_legible, extents
from legible import texts as labels
from models import models

import tutor
from tutor.ledgers.ledger import Ledger, Row
from tutor.pictures.flow import flow_scene
from tutor.pictures.flow.nodes import KEPT, graph_of
from tutor.pictures.scene import Box, Wire

SIZES = [1, 9, 128, 4096, 100_000, 10**9]
LONG_NAME = "a_name_of_forty_letters_for_a_layer_no_12"


def stacks(size):
    """One of each: single layers, the article's models, several inputs and outputs, a chain of several rows."""
    yield tutor.Dense(size).build((None, size))
    yield tutor.Dense(size).build((size, 25, 16, size))
    yield tutor.Embedding(size, size).build((None, size))
    yield tutor.Concatenate().build([(None, size), (None, 3), (None, size)])
    yield tutor.LSTM(size, return_state=True, return_sequences=True, name=LONG_NAME).build((None, None, size))
    yield tutor.Bidirectional(tutor.LSTM(size, return_state=True)).build((None, 10, size))
    embedding = tutor.Embedding(size, size, name=LONG_NAME)
    for layer in (tutor.LSTM(size), tutor.GRU(size, return_state=True), tutor.SimpleRNN(size, return_sequences=True)):
        yield tutor.Sequential([embedding, layer]).build((None, size))
    chain = [embedding, *[tutor.LSTM(size, return_sequences=True) for _ in range(3)], tutor.Dense(size, name="a" * 40)]
    yield tutor.Sequential(chain).build((size, size))
    yield unconnected(size)


def unconnected(size):
    """What a model written as a class says of itself: its layers, but not what they read."""
    joined = ((None, size),) * 6
    rows = (
        Row("left/dense", "Dense", (None, size), (None, size), None, size * (size + 1), 0),
        Row("concatenate", "Concatenate", joined, (None, 6 * size), None, 0, 0),
        Row("own", "Own", None, None, None, 12, 12),
    )
    return Ledger(joined[0], None, rows)


def images():
    layers = [tutor.Conv2D(55, (6, 3), (2, 1), padding="same"), tutor.MaxPooling2D(), tutor.Flatten()]
    return tutor.Sequential(layers).build((None, 100, 95, 3))


def deep(layers=100):
    return tutor.Sequential([tutor.Dense(64) for _ in range(layers)]).build((None, 64))


def skipping(size=16, blocks=2):
    """Convolutions that wires lead past, as in a residual network."""
    image = tutor.Input((32, 32, 3), name="image")
    seen = tutor.Conv2D(size, 3, padding="same")(image)
    for _ in range(blocks):
        inner = tutor.BatchNormalization()(tutor.Conv2D(size, 3, padding="same")(seen))
        seen = tutor.Add()([tutor.Conv2D(size, 3, padding="same")(inner), seen])
    return tutor.Model(image, tutor.Dense(size)(tutor.GlobalAveragePooling2D()(seen)))


def braided(layers):
    """Two tensors pass everywhere, so that no stretch can be folded."""
    older = entrance = tutor.Input((4,))
    newer = tutor.Dense(4)(entrance)
    for _ in range(layers):
        older, newer = newer, tutor.Dense(4)(tutor.Add()([older, newer]))
    return tutor.Model(entrance, newer)


def used_again():
    """A layer on what another one made of what it made itself."""
    numbers, again = tutor.Input((4,), name="numbers"), tutor.Dense(4, name="again")
    return tutor.Model(numbers, again(tutor.Dense(4, name="between")(again(numbers))))


def compared():
    """One model on two images."""
    left, right = tutor.Input((28, 28, 1), name="left"), tutor.Input((28, 28, 1), name="right")
    encoder = tutor.Sequential([tutor.Conv2D(8, 3), tutor.Flatten(), tutor.Dense(16)], name="encoder")
    both = tutor.Concatenate()([encoder(left), encoder(right)])
    return tutor.Model([left, right], tutor.Dense(1, name="same")(both))


def translating(size=128):
    """States of one recurrent layer, with which another one begins."""
    question, answer = tutor.Input((25,), name="question"), tutor.Input((20,), name="answer")
    _, *states = tutor.LSTM(size, return_state=True)(tutor.Embedding(size, size)(question))
    said = tutor.LSTM(size, return_sequences=True)(tutor.Embedding(size, size)(answer), initial_state=states)
    return tutor.Model([question, answer], [tutor.Dense(size)(said), *states])


def nested():
    """Models in models, one of them with a wire that leads past a layer."""
    numbers = tutor.Input((8,), name="numbers")
    inner = tutor.Input((8,))
    residual = tutor.Model(inner, tutor.Add()([tutor.Dense(8)(tutor.Dense(8)(inner)), inner]), name="residual")
    outer = tutor.Sequential([tutor.Input((8,)), residual, tutor.Dense(3)], name="outer")
    return tutor.Model(numbers, tutor.Concatenate()([outer(numbers), tutor.Dense(2)(numbers)]))


GRAPHS = {
    "video question answering": tutor.video_question_answering,
    "visual question answering": tutor.visual_question_answering,
    "skip connections": skipping,
    "a layer used again": used_again,
    "a model used twice": compared,
    "states and several outputs": translating,
    "models in models": nested,
    "two tensors everywhere": lambda: braided(10),
}


def every_picture():
    yield from (flow_scene(subject) for size in SIZES for subject in stacks(size))
    for size in SIZES:
        yield flow_scene(tutor.video_question_answering(size, 224, size, size, size).ledger)
        yield flow_scene(translating(size).ledger)
    yield from (flow_scene(subject) for subject in (images(), deep(), braided(60).ledger, skipping(blocks=40).ledger))


def axes(scene, tensor):
    return [text for name, text in labels(scene).items() if name.startswith(f"{tensor}/axis-")]


def solid(scene):
    """The boxes of layers and tensors, by id."""
    return {item.id: item for item in scene.items if isinstance(item, Box) and not item.id.startswith("frame-")}


def layers_of(scene):
    return {name: box for name, box in solid(scene).items() if name.startswith("layer-")}


def frames(scene):
    return {item.id: item for item in scene.items if isinstance(item, Box) and item.id.startswith("frame-")}


def wires(scene):
    """Each wire with the ids of the boxes that it connects."""
    return {tuple(item.id.split("-to-")): item for item in scene.items if isinstance(item, Wire)}


def counts(scene):
    words = {name: text for name, text in labels(scene).items() if re.fullmatch(r"layer-\d+/count", name)}
    return [int(text.split()[0].replace(",", "")) for text in words.values()]


def named(subject):
    """The names of the axes of what each box of the picture returns."""
    return {node.id: " ".join(node.tensors[0].axes) for node in graph_of(subject).nodes}


# What is said


def test_the_articles_embedding_and_lstm():
    scene = flow_scene(tutor.Sequential([tutor.Embedding(1000, 256), tutor.LSTM(128)]).build((None, 25)))
    words = labels(scene)
    assert [words[f"{tensor}/shape"] for tensor in ("input-0", "layer-0/leaves-0", "output-0")] == [
        "(None, 25)",
        "(None, 25, 256)",
        "(None, 128)",
    ]
    assert [words[f"layer-{place}/kind"] for place in (0, 1)] == ["Embedding", "LSTM"]
    assert [words[f"layer-{place}/name"] for place in (0, 1)] == ["embedding", "lstm"]
    assert [words[f"layer-{place}/count"] for place in (0, 1)] == ["256,000", "197,120"]
    assert words["input-0/axes-0"] == "batch, timesteps"
    assert words["layer-0/leaves-0/axes-0"] == "batch, timesteps, features"
    assert words["output-0/axes-0"] == "batch, units"
    assert words["note-0"] == "None: any number of examples."
    assert words["total/count"] == "453,120"


@pytest.mark.parametrize(
    ("layer", "shape", "read", "made"),
    [
        (tutor.Dense(32), (None, 784), "batch features", "batch units"),
        (tutor.Dense(10), (None, 218, 218, 3), "batch height width features", "batch height width units"),
        (tutor.Embedding(1024, 256), (None, 25), "batch timesteps", "batch timesteps units"),
        (tutor.Embedding(9, 3), (None, 5, 7), "batch axis_1 axis_2", "batch axis_1 axis_2 units"),
        (
            tutor.GRU(128, return_sequences=True),
            (None, 25, 256),
            "batch timesteps features",
            "batch timesteps units",
        ),
        (
            tutor.Conv2D(8, 3, data_format="channels_first"),
            (None, 3, 32, 32),
            "batch channels height width",
            "batch filters height width",
        ),
        (
            tutor.BatchNormalization(axis=1),
            (None, 16, 112, 112),
            "batch channels height width",
            "batch channels height width",
        ),
        (
            tutor.TimeDistributed(tutor.LSTM(4)),
            (None, 10, 8, 3),
            "batch timesteps timesteps features",
            "batch timesteps units",
        ),
        (
            tutor.TimeDistributed(tutor.Conv2D(4, 3)),
            (None, 10, 8, 8, 3),
            "batch frames height width channels",
            "batch frames height width filters",
        ),
        (
            tutor.TimeDistributed(tutor.Dense(5)),
            (None, 10, 8),
            "batch timesteps features",
            "batch timesteps units",
        ),
        (tutor.Bidirectional(tutor.GRU(4)), (None, 10, 8), "batch timesteps features", "batch units"),
        (tutor.MaxPooling3D(), (None, 8, 8, 8, 2), *["batch depth height width channels"] * 2),
        (tutor.Permute((2, 1)), (None, 25, 8), "batch axis_1 axis_2", "batch axis_2 axis_1"),
    ],
    ids=repr,
)
def test_names_of_axes_alone_and_in_a_model(layer, shape, read, made):
    wanted = [[name.replace("_", " ") for name in names.split()] for names in (read, made)]
    for subject in (layer.build(shape), tutor.Sequential([layer]).build(shape)):
        scene = flow_scene(subject)
        assert [axes(scene, "input-0"), axes(scene, "output-0")] == wanted
    among = named(tutor.Sequential([layer, tutor.Activation("relu")]).build(shape))
    assert among["input-0"] == " ".join(wanted[0])


def test_an_axis_keeps_its_name_through_layers_that_only_hand_it_on():
    first = tutor.Conv2D(8, 3, data_format="channels_first")
    stack = [first, tutor.BatchNormalization(axis=1), tutor.LayerNormalization(), tutor.Flatten(), tutor.Dense(2)]
    axes = named(tutor.Sequential(stack).build((None, 3, 32, 32)))
    assert axes["layer-0"] == axes["layer-2"] == "batch channels height width"
    assert axes["layer-3"] == "batch features"


def test_a_flatten_makes_features_of_its_own():
    stack = [tutor.Conv1D(4, 3), tutor.Flatten()]
    assert named(tutor.Sequential(stack).build((None, 25, 8)))["output-0"] == "batch features"


def test_images_have_height_width_and_channels():
    axes = named(images())
    assert axes["input-0"] == axes["layer-1"] == "batch height width channels"
    assert axes["output-0"] == "batch features"
    assert labels(flow_scene(images()))["layer-1/count"] == "0"


def test_a_layer_after_a_permutation_does_not_guess():
    axes = named(tutor.Sequential([tutor.Permute((2, 1)), tutor.Dense(4)]).build((None, 25, 8)))
    assert axes["layer-0"] == "batch axis 2 features"
    assert axes["output-0"] == "batch axis 2 units"


def test_each_state_has_a_box_and_a_name():
    words = labels(flow_scene(tutor.LSTM(128, return_state=True, return_sequences=True).build((None, 25, 256))))
    assert [words[f"output-{place}/title"] for place in range(3)] == ["output", "state h", "state c"]
    assert [words[f"output-{place}/shape"] for place in range(3)] == ["(None, 25, 128)", "(None, 128)", "(None, 128)"]
    words = labels(flow_scene(tutor.Bidirectional(tutor.GRU(8, return_state=True)).build((None, 25, 4))))
    assert [words[f"output-{place}/title"] for place in range(3)] == ["output", "forward state h", "backward state h"]


def test_states_have_names_beside_the_wire():
    words = labels(flow_scene(translating().ledger))
    assert [words[f"layer-2/leaves-{place}/title"] for place in range(3)] == ["output", "state h", "state c"]
    assert words["layer-2/leaves-0/axes-0"] == "batch, units"


def test_a_wrapper_says_what_it_holds():
    both = tutor.Bidirectional(tutor.LSTM(20, return_sequences=True))
    scene = flow_scene(tutor.Sequential([both, tutor.TimeDistributed(tutor.Dense(5))]).build((None, 5, 10)))
    assert labels(scene)["layer-0/kind"] == "Bidirectional(LSTM)"
    assert labels(scene)["layer-1/kind"].endswith("(Dense)")
    assert "bidirectional 4,960 parameters" in scene.alt
    assert "time_distributed 205 parameters" in scene.alt


def test_none_is_explained_where_there_is_one():
    known, open_ended = tutor.Dense(4).build((32, 3)), tutor.LSTM(4).build((None, None, 3))
    image = tutor.Conv2D(4, 3).build((None, None, 32, 3))
    assert labels(flow_scene(known))["note-0"] == ""
    assert labels(flow_scene(open_ended))["note-0"] == ("None: any number of examples, any number of timesteps.")
    assert labels(flow_scene(image))["note-0"] == "None: any number of examples, any height."


@pytest.mark.parametrize("subject", [deep(), skipping(blocks=40).ledger], ids=["a chain", "a graph"])
def test_a_long_model_is_folded_in_the_middle_and_loses_no_parameter(subject):
    scene = flow_scene(subject)
    drawn, words = layers_of(scene), labels(scene)
    (fold,) = [name for name, box in drawn.items() if box.dashed]
    assert KEPT <= list(drawn).index(fold) < len(drawn) - KEPT
    assert int(words[f"{fold}/kind"].removesuffix(" layers")) + len(drawn) - 1 == len(subject.rows)
    assert sum(counts(scene)) == subject.total


def test_a_chain_runs_straight_down():
    scene = flow_scene(deep(10))
    placed = list(solid(scene).values())
    assert len({box.x + box.width / 2 for box in placed}) == 1
    assert [box.y for box in placed] == sorted(box.y for box in placed)
    assert len(placed) == 12


def test_a_model_that_does_not_say_what_its_layers_read_shows_no_flow_that_is_not_there():
    scene = flow_scene(unconnected(5))
    assert not wires(scene)
    words = labels(scene)
    assert words["layer-0/leaves-0/title"] == "(None, 5) →"
    assert words["layer-1/leaves-0/title"] == "6 tensors →"
    assert "without the wires between them" in words["note-1"]
    assert "Own own reads ? and returns an unknown shape" in scene.alt


def test_a_model_without_layers_says_so():
    assert "No layer of this model" in flow_scene(Ledger((None, 4), (None, 4), ())).alt


def test_the_words_say_what_a_chain_shows():
    assert flow_scene(tutor.Dense(32).build((None, 784))).alt == (
        "The flow of tensors. Dense dense reads (None, 784) (batch None, features 784) and returns "
        "(None, 32) (batch None, units 32). None: any number of examples. Count: dense 25,120 parameters."
    )


def test_the_words_say_what_a_graph_shows():
    one, other = tutor.Input((3,), name="one"), tutor.Input((5,), name="other")
    model = tutor.Model([one, other], tutor.Concatenate(name="both")([tutor.Dense(2, name="left")(one), other]))
    assert flow_scene(model.ledger).alt == (
        "The model as a graph. Input one: (None, 3) (batch None, features 3). "
        "Dense left reads one and returns (None, 2) (batch None, units 2). "
        "Input other: (None, 5) (batch None, features 5). "
        "Concatenate both reads left and other and returns (None, 7) (batch None, features 7). "
        "Output, from both: (None, 7) (batch None, features 7). "
        "None: any number of examples. "
        "Count: left 8 parameters; both 0 parameters; all layers 8 parameters."
    )


# How it is laid out


def edges(box):
    return (box.x, box.y, box.x + box.width, box.y + box.height)


def apart(one, other):
    """Whether two rectangles (left, top, right, bottom) have no point in common."""
    return one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]


def within(inner, outer):
    return inner[0] > outer[0] and inner[1] > outer[1] and inner[2] < outer[2] and inner[3] < outer[3]


def legs(wire):
    for (x0, y0), (x1, y1) in pairwise(wire.points):
        yield (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def assert_well_laid_out(scene):
    """All is on the page, no box lies on another, and wires lead from box to box and through no other."""
    placed, led = solid(scene), wires(scene)
    for item in scene.items:
        points = item.points if isinstance(item, Wire) else [(item.x, item.y)]
        assert all(0 < x < scene.width and 0 < y < scene.height for x, y in points), item.id
    for one, other in combinations(placed.values(), 2):
        assert apart(edges(one), edges(other)), (one.id, other.id)
    for one, other in combinations(map(edges, frames(scene).values()), 2):
        assert within(one, other) or within(other, one) or apart(one, other)
    for (source, reader), wire in led.items():
        for point, box in ((wire.points[0], placed[source]), (wire.points[-1], placed[reader])):
            assert not apart((*point, *point), tuple(edge + more for edge, more in zip(edges(box), GRAIN, strict=True)))
        for leg, box in product(legs(wire), placed.values()):
            assert box.id in (source, reader) or apart(leg, edges(box)), (source, reader, box.id)
    for (one, first), (other, second) in combinations(led.items(), 2):
        # All that leaves a box leaves as one wire; what enters a box from one side enters at one point.
        if one[0] != other[0] and one[1] != other[1]:
            for leg, crossing in product(legs(first), legs(second)):
                are_parallel = (leg[0] == leg[2]) == (crossing[0] == crossing[2])
                assert not are_parallel or apart(leg, crossing), (one, other)


#: What a length may differ by.
GRAIN = (-0.01, -0.01, 0.01, 0.01)


def assert_words_fit_their_boxes(scene):
    """Words are in the box that they are about, or else in none; a model's points have theirs beside them."""
    placed, are_rows = solid(scene), "head/counts" in labels(scene)
    for name, extent in extents(scene).items():
        owner = name.split("/", 1)[0]
        for box in placed.values():
            if box.id == owner and not are_rows:
                assert within(extent, edges(box)), name
            else:
                assert apart(extent, edges(box)), (name, box.id)


@pytest.mark.sampled
@pytest.mark.parametrize("scene", list(every_picture()))
def test_every_picture_is_legible_and_well_laid_out(scene):
    assert scene.width == 760
    assert_well_laid_out(scene)
    assert_legible(scene, smallest=11)
    assert_words_fit_their_boxes(scene)


@pytest.mark.parametrize(
    "make",
    [
        *(lambda size, place=place: list(stacks(size))[place] for place in range(len(list(stacks(1))))),
        lambda size: tutor.video_question_answering(size, 224, size, size, size).ledger,
        lambda size: (
            tutor.visual_question_answering(200 + size % 1000, size, size, size, "GlobalAveragePooling2D").ledger
        ),
        lambda size: skipping(size).ledger,
        lambda size: translating(size).ledger,
    ],
)
def test_a_move_of_the_sliders_changes_numbers_only(make):
    scenes = [flow_scene(make(size)) for size in SIZES]
    assert len({scene.structure for scene in scenes}) == 1
    assert len({(scene.width, scene.height) for scene in scenes}) == 1


# Graphs


@pytest.fixture(scope="module", params=GRAPHS.values(), ids=GRAPHS)
def graph(request):
    """A ledger that branches, and its scene."""
    made = request.param().ledger
    return made, flow_scene(made)


def connections(made):
    """What reads what, from the ledger alone, as ids of boxes."""
    ids = {name: f"input-{number}" for number, name in enumerate(made.inputs)}
    ids |= {row.path: f"layer-{number}" for number, row in enumerate(made.rows)}
    read = {(ids[source], ids[row.path]) for row in made.rows for source in row.inputs}
    return read | {(ids[source], f"output-{number}") for number, source in enumerate(made.outputs)}


def assert_shows(made, scene):
    """Every connection is drawn, and nothing else; each frame holds the layers of its model alone."""
    assert_well_laid_out(scene)
    assert set(wires(scene)) == connections(made)
    kinds = {item.id: (item.x, item.y, item.x, item.y) for item in scene.items if item.id.endswith("/kind")}
    for name, frame in frames(scene).items():
        for number, row in enumerate(made.rows):
            belongs = row.path.startswith(f"{name.removeprefix('frame-')}/")
            words = kinds[f"layer-{number}/kind"]
            assert within(words, edges(frame)) if belongs else apart(words, edges(frame)), (row.path, name)


def test_a_graph_is_well_laid_out_and_legible(graph):
    made, scene = graph
    assert_shows(made, scene)
    assert_legible(scene, smallest=11)
    assert_words_fit_their_boxes(scene)


def test_a_graph_has_each_layer_with_its_kind_name_and_count(graph):
    made, scene = graph
    words = labels(scene)
    for number, row in enumerate(made.rows):
        assert words[f"layer-{number}/kind"] == row.kind
        begin, _, end = words[f"layer-{number}/name"].split(", ")[0].partition("…")
        name = row.path.split("/")[-1]
        assert name == begin or (end and name.startswith(begin) and name.endswith(end))
        assert words[f"layer-{number}/count"].split()[0] == f"{row.count:,}"
        assert row.path in scene.alt


def test_a_graphs_shapes_are_the_ledgers(graph):
    made, scene = graph
    words = labels(scene)
    for number, shape in enumerate(made.inputs.values()):
        assert words[f"input-{number}/shape"] == str(shape)
    left = made.output_shape if len(made.outputs) > 1 else (made.output_shape,)
    for number, shape in enumerate(left):
        assert words[f"output-{number}/shape"] == str(shape)
    for number, row in enumerate(made.rows):
        shapes = row.output_shape if isinstance(row.output_shape[0], tuple) else (row.output_shape,)
        beside = [words.get(f"layer-{number}/leaves-{place}/shape") for place in range(len(shapes))]
        assert beside == [str(shape) for shape in shapes]


@pytest.mark.parametrize("ending", ["Flatten", "GlobalAveragePooling2D"])
def test_video_question_answering_fits_a_pane(ending):
    scene = flow_scene(tutor.video_question_answering(ending=ending).ledger)
    assert scene.width == 760
    assert scene.height <= 362
    words = labels(scene)
    assert list(frames(scene)) == ["frame-question_encoder", "frame-each_frame/vision"]
    assert words["frame-each_frame/vision/title"] == "vision"
    assert words["frame-each_frame/vision/each"] == "once for each of 100 frames"
    assert words["frame-question_encoder/title"] == "question_encoder"
    assert words["input-0/axes-0"] == "batch, frames, height, width, channels"
    assert words["input-1/axes-0"] == "batch, timesteps"
    new = {name.split("/")[0]: text for name, text in words.items() if "/axes-" in name and name.startswith("layer")}
    assert new == {
        "layer-10": "batch, frames, features",
        "layer-11": "batch, units",
        "layer-12": "batch, timesteps, features",
        "layer-13": "batch, units",
        "layer-14": "batch, features",
        "layer-15": "batch, units",
    }
    assert words["output-0/axes-0"] == "batch, units"
    assert not [name for name in words if "/leaves-" in name and name.endswith("/title")]  # one tensor needs no name
    assert "The layers of vision are applied once for each of 100 frames." in scene.alt
    if ending == "Flatten":
        assert words["total/count"] == "169,436,968"
        assert scene.alt.endswith("all layers 169,436,968 parameters.")


def test_branches_have_lanes_of_their_own():
    placed = solid(flow_scene(tutor.video_question_answering().ledger))
    video, question = ("input-0", "layer-0", "layer-10", "layer-11"), ("input-1", "layer-12", "layer-13")
    (left,), (right,) = ({placed[name].x + placed[name].width / 2 for name in names} for names in (video, question))
    assert left < right
    assert placed["layer-11"].y < placed["input-1"].y < placed["layer-12"].y


def test_points_with_weights_are_filled():
    scene = flow_scene(tutor.video_question_answering().ledger)
    filled = {name for name, box in layers_of(scene).items() if box.fill == "weight"}
    assert filled == {name for name in layers_of(scene) if labels(scene)[f"{name}/count"] != "0"}
    assert len(filled) == 11


def test_a_layer_that_is_used_again_says_so_and_is_led_back_to():
    scene = flow_scene(used_again().ledger)
    assert labels(scene)["layer-0/name"] == "again, used 2 times"
    back = wires(scene)["layer-1", "layer-0"]
    assert back.points[-1][1] < back.points[0][1]
    assert "used 2 times, reads numbers and between" in scene.alt
    assert "Wires that lead back up" in scene.alt


def test_a_model_with_many_branches_is_drawn_whole():
    made = braided(60).ledger
    scene = flow_scene(made)
    assert_shows(made, scene)
    assert sum(counts(scene)) == made.total


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(models())
def test_any_model_is_well_laid_out(model):
    made = model.ledger
    scene = flow_scene(made)
    if "head/counts" not in labels(scene):
        assert_well_laid_out(scene)
        assert len(made.rows) <= 1
    else:
        assert_shows(made, scene)
