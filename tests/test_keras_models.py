"""Live Keras models explained: every row beside what Keras itself says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from configurations import entries

import tutor
from tutor.ledgers.keras_models import explain

if TYPE_CHECKING:
    from types import ModuleType

    from conftest import Weightless

    from tutor.ledgers.ledger import Ledger, Row


def explained(model: Any) -> Ledger:
    """The ledger, after its totals were found to be Keras's."""
    ledger = explain(model)
    assert sum(row.count for row in ledger.rows) == ledger.total == ledger.keras_total == model.count_params()
    assert sum(row.keras_count or 0 for row in ledger.rows) == entries(model.weights)
    assert ledger.trainable_total == entries(model.trainable_weights)
    return ledger


def by_path(ledger: Ledger) -> dict[str, Row]:
    return {row.path: row for row in ledger.rows}


# Published models, with the millions of parameters that Keras's documentation of keras.applications gives them.
APPLICATIONS = {
    "VGG16": 138.4,
    "ResNet50": 25.6,
    "MobileNet": 4.3,
    "MobileNetV2": 3.5,
    "InceptionV3": 23.9,
    "Xception": 22.9,
    "DenseNet121": 8.1,
    "EfficientNetB0": 5.3,
}


@pytest.mark.sampled
@pytest.mark.parametrize(("name", "millions"), APPLICATIONS.items())
def test_every_row_of_a_published_model_agrees(
    keras: ModuleType, weightless: Weightless, name: str, millions: float
) -> None:
    with weightless(()):
        model = getattr(keras.applications, name)(weights=None)
    ledger = explained(model)
    assert round(ledger.total / 1e6, 1) == millions
    assert ledger.agrees
    assert ledger.unexplained == ()
    assert [row.path for row in ledger.rows if not row.agrees] == []
    assert ledger.output_shape == (None, 1000)
    shapes = {layer.name: tuple(layer.output.shape) for layer in model.layers}
    assert [row.output_shape for row in ledger.rows] == [shapes[row.path] for row in ledger.rows]
    order = [layer.name for layer in model.layers]
    assert [order.index(row.path) for row in ledger.rows] == sorted(order.index(row.path) for row in ledger.rows)


def test_the_shapes_of_known_layers_are_computed_to_be_what_keras_says(
    keras: ModuleType, weightless: Weightless
) -> None:
    with weightless(()):
        model = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(96, 96, 3))
    for row in explained(model).rows:
        assert row.built is not None
        assert row.built.output_shape == row.output_shape
        assert row.built.count == row.count


def test_a_borrowed_model_that_is_frozen(keras: ModuleType, weightless: Weightless) -> None:
    with weightless(()):
        base = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(64, 64, 3), pooling="avg")
        base.trainable = False
        model = keras.Sequential(
            [keras.Input((64, 64, 3)), keras.layers.Rescaling(1 / 255), base, keras.layers.Dense(5, name="head")]
        )
    ledger = explained(model)
    assert ledger.agrees
    assert ledger.total == 3_228_864 + 5 * (1024 + 1)
    assert ledger.trainable_total == 5 * (1024 + 1)
    assert ledger.rows[0].path == f"{base.name}/conv1"
    assert ledger.rows[0].inputs == tuple(ledger.inputs)
    assert ledger.rows[-1].inputs == (ledger.rows[-2].path,)


# Classes of a learner's own


def own_classes(keras: ModuleType) -> Any:
    class Dense(keras.layers.Layer):
        """Has the name of a layer of Keras's, but no bias."""

        def build(self, shape: Any) -> None:
            self.kernel = self.add_weight(shape=(shape[-1], 7))
            self.built = True

        def call(self, x: Any) -> Any:
            return x @ self.kernel

    class Taller(keras.layers.Dense):
        """Inherits from a layer of Keras's: what it adds is not known."""

    class Block(keras.layers.Layer):
        """Made of known layers, one of them a model."""

        def __init__(self) -> None:
            super().__init__(name="block")
            self.wide = keras.layers.Dense(8, name="wide")
            self.rest = keras.Sequential([keras.layers.LayerNormalization(name="norm")], name="rest")

        def build(self, shape: Any) -> None:
            self.wide.build(shape)
            self.rest.build((*shape[:-1], 8))
            self.built = True

        def call(self, x: Any) -> Any:
            return self.rest(self.wide(x))

        def compute_output_shape(self, shape: Any) -> Any:
            return (*shape[:-1], 8)

    class Reader(keras.Model):
        """A model that is written as a class, with a layer that is never used and a weight of its own."""

        def __init__(self, *, own: bool = False) -> None:
            super().__init__(name="reader")
            self.words = keras.layers.Embedding(100, 8, name="words")
            self.both = keras.layers.Bidirectional(keras.layers.LSTM(4), name="both")
            self.head = keras.Sequential([keras.layers.Dense(5), keras.layers.Dense(2)], name="head")
            self.unused = keras.layers.Dense(3)
            if own:
                self.scale = self.add_weight(shape=(3,))

        def call(self, x: Any) -> Any:
            return self.head(self.both(self.words(x)))

    return Dense, Taller, Block, Reader


@pytest.mark.parametrize(("which", "count"), [(0, 4 * 7), (1, 6 * (4 + 1))])
def test_a_layer_of_ones_own_is_counted_by_keras_alone(keras: ModuleType, which: int, count: int) -> None:
    layer = [lambda kind: kind(name="own"), lambda kind: kind(6, name="own")][which](own_classes(keras)[which])
    ledger = explained(keras.Sequential([keras.Input((4,)), layer, keras.layers.Dense(3, name="known")]))
    own, known = ledger.rows
    assert (own.path, own.kind, own.formula) == ("own", type(layer).__name__, None)
    assert own.count == own.keras_count == count
    assert ledger.unexplained == (own,)
    assert known.agrees
    assert known.formula is not None
    assert f"{count} parameters have no formula here, and are Keras" in ledger._repr_html_()


def test_a_layer_made_of_known_ones_adds_them_up(keras: ModuleType) -> None:
    block = own_classes(keras)[2]()
    ledger = explained(keras.Sequential([keras.Input((6, 4)), keras.layers.TimeDistributed(block)]))
    assert str(ledger.rows[0].formula) == "block"
    ledger = explained(keras.Sequential([keras.Input((4,)), block]))
    assert ledger.agrees
    assert str(ledger.rows[0].formula) == "wide + rest"
    assert ledger.rows[0].formula is not None
    assert ledger.rows[0].formula.symbols == {"wide": 8 * (4 + 1), "rest": 2 * 8}
    assert ledger.rows[0].output_shape == (None, 8)


# The layer that is never used stays unbuilt, of which Keras warns.
@pytest.mark.filterwarnings("ignore:`build\\(\\)` was called on layer 'reader'")
def test_a_model_written_as_a_class(keras: ModuleType) -> None:
    model = own_classes(keras)[3]()
    with pytest.raises(ValueError, match=r"'reader' is not built yet.*call reader on a batch"):
        explain(model)
    model(np.zeros((2, 5), int))
    ledger = explained(model)
    assert ledger.agrees
    assert [row.path.rpartition("_")[0] or row.path for row in ledger.rows][:2] == ["words", "both"]
    assert [row.count for row in ledger.rows] == [800, 2 * 4 * 4 * (4 + 8 + 1), 5 * (8 + 1), 2 * (5 + 1)]
    assert ledger.rows[0].input_shape == (2, 5)
    assert ledger.rows[1].output_shape == (2, 8)
    assert ledger.rows[1].inputs == ()
    assert ledger.rows[2].path.startswith("head/dense")


@pytest.mark.filterwarnings("ignore:`build\\(\\)` was called on layer 'reader'")
def test_weights_of_the_model_itself_are_a_row(keras: ModuleType) -> None:
    model = own_classes(keras)[3](own=True)
    model(np.zeros((2, 5), int))
    ledger = explained(model)
    assert [(row.path, row.kind, row.count) for row in ledger.unexplained] == [("reader", "Reader", 3)]


def test_functions_of_ones_own_do_not_disturb(keras: ModuleType, recwarn: pytest.WarningsRecorder) -> None:
    def zeros(shape: Any, dtype: Any = None) -> Any:
        return keras.ops.zeros(shape, dtype)

    layer = keras.layers.Dense(3, activation=lambda x: 2 * x, kernel_initializer=zeros)
    ledger = explained(keras.Sequential([keras.Input((4,)), layer]))
    assert ledger.agrees
    assert [str(warning.message) for warning in recwarn] == []


# What happens to a model


def test_freezing_moves_parameters_from_trainable_to_not(keras: ModuleType) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.BatchNormalization()])
    assert [row.trainable_count for row in explained(model).rows] == [15, 6]
    model.layers[0].trainable = False
    assert [row.trainable_count for row in explained(model).rows] == [0, 6]
    model.trainable = False
    assert [row.trainable_count for row in explained(model).rows] == [0, 0]


def test_the_optimizers_weights_are_not_the_models(keras: ModuleType) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("adam", "mse")
    model.fit(np.zeros((4, 4)), np.zeros((4, 3)), verbose=0)
    assert explained(model).total == 15


def test_lora_adds_two_thin_matrices_and_freezes_the_kernel(keras: ModuleType) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.layers[0].enable_lora(2)
    ledger = explained(model)
    assert ledger.agrees
    assert ledger.total == 15 + 2 * (4 + 3)
    assert ledger.trainable_total == 3 + 2 * (4 + 3)


@pytest.mark.filterwarnings("ignore:Layer InputLayer does not have a `quantize` method")
def test_a_quantized_layer_has_no_formula(keras: ModuleType) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.quantize("int8")
    assert len(explained(model).unexplained) == 1


def test_a_model_that_was_saved_and_loaded(keras: ModuleType, tmp_path: Any) -> None:
    x = keras.Input((7, 5))
    y = keras.layers.Bidirectional(keras.layers.GRU(4, return_sequences=True))(x)
    model = keras.Model(x, keras.layers.TimeDistributed(keras.layers.Dense(3))(y))
    model.save(tmp_path / "model.keras")
    before, after = explained(model), explained(keras.models.load_model(tmp_path / "model.keras"))
    assert [row.count for row in after.rows] == [row.count for row in before.rows] == [2 * 3 * 4 * (4 + 5 + 2), 27]
    assert after.agrees


# Shapes of models


def test_a_model_of_operations(keras: ModuleType) -> None:
    x = keras.Input((4,), name="x")
    y = keras.ops.concatenate([x, keras.ops.relu(x)], axis=-1)
    ledger = explained(keras.Model(x, keras.layers.Dense(3, name="last")(y)))
    assert ledger.agrees
    assert [row.output_shape for row in ledger.rows] == [(None, 8), (None, 3)]
    assert ledger.rows[0].inputs == ("x",)
    assert ledger.rows[0].count == 0


def test_a_model_that_changes_nothing(keras: ModuleType) -> None:
    x = keras.Input((4,), name="x")
    ledger = explained(keras.Model(x, x))
    assert ledger.rows == ()
    assert ledger.outputs == ("x",)
    assert ledger.agrees


def test_a_functional_model_that_holds_more_than_it_calls(keras: ModuleType) -> None:
    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(3)(x), name="more")
    model.extra = keras.layers.Dense(2)
    model.extra.build((None, 7))
    ledger = explained(model)
    assert [(row.path, row.count) for row in ledger.unexplained] == [("more", 2 * (7 + 1))]


def test_a_shared_layer_is_counted_once_and_marked(keras: ModuleType) -> None:
    dense, x = keras.layers.Dense(4, name="twice"), keras.Input((6, 4))
    ledger = explained(keras.Model(x, [dense(x), keras.layers.TimeDistributed(dense)(x)]))
    assert [(row.path, row.count, row.shared) for row in ledger.rows] == [("twice", 20, 2)]
    assert "used 2 times" in ledger._repr_html_()


# Refusals


def test_a_model_that_is_not_built(keras: ModuleType) -> None:
    model = keras.Sequential([keras.layers.Dense(3)], name="mine")
    with pytest.raises(ValueError, match=r"'mine' is not built yet.*keras\.Input\(shape\).*build\(\(None, 25\)\)"):
        explain(model)
    model.build((None, 4))
    assert explained(model).agrees


def test_what_is_no_keras_model(keras: ModuleType) -> None:
    x = tutor.Input((4,))
    for thing, words in [
        (None, "must be a model of Keras 3; got None"),
        (keras.Sequential, "must be a model of Keras 3"),
        ("model.keras", r"keras\.models\.load_model"),
        (keras.layers.Dense(3), r"keras\.Sequential\(\[keras\.Input"),
        (tutor.Sequential([tutor.Dense(3)]), r"build\(input_shape\)"),
        (tutor.Model(x, tutor.Dense(3)(x)), "ledger"),
        (type("Model", (), {"built": True})(), "must be a model of Keras 3"),
    ]:
        with pytest.raises(TypeError, match=words):
            explain(thing)
