"""Checks of Keras models, by the attributes that they have; Keras itself is not imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convkit.check.exact import equal, exactly_equal
from convkit.check.failure import CheckFailed, sentence
from convkit.check.values import describe

LayerSpecification = tuple[str, Mapping[str, object]]

_NONE_SUCH = "no such attribute"
_NOT_BUILT = "Its input shape is not known: let the model begin with `keras.Input(shape)`."


def parameters(
    model: object, expected: int, *, mistakes: Mapping[str, int] | None = None, name: str = "the model"
) -> None:
    """The model has this number of parameters. mistakes: {reason: the wrong number that it gives}."""
    for reason, wrong in (mistakes or {}).items():
        if wrong == expected:
            raise ValueError(f"this mistake gives the expected number: {reason!r}")
    _require_model(model, name)
    came = _ask(model, "count_params", name)
    if type(came) is int and came == expected:
        return
    reasons = [reason for reason, wrong in (mistakes or {}).items() if wrong == came]
    hint = " Or: ".join(reasons) or _parameter_hint(model, came, expected)
    table = _parameter_table(model)
    raise CheckFailed(
        sentence(name, "has another number of parameters"),
        hint,
        f"{expected:,}",
        f"{came:,}\n{table}" if type(came) is int and table else describe(came),
    )


def output_shape(
    model: object,
    expected: Sequence[object],
    *,
    mistakes: Mapping[str, Sequence[object]] | None = None,
    name: str = "the model's output shape",
) -> None:
    """`model.output_shape` is `expected`, as Keras writes it: `(None, 10)`, or a list of such."""
    _require_model(model, "the model")
    came = _tuples(_ask(model, "output_shape", "the model"))
    wrong = {reason: _tuples(value) for reason, value in (mistakes or {}).items()}
    equal(came, _tuples(expected), mistakes=wrong, name=name)


def layers(
    model: object,
    expected: Sequence[LayerSpecification],
    *,
    mistakes: Mapping[str, Sequence[LayerSpecification]] | None = None,
    name: str = "the model",
) -> None:
    """The model consists of these layers, in this order, and of no others (the input does not count).

    A layer is (name of its class, {attribute: value}). An activation, or any other object, is named by its
    own name or by its class: `("Conv2D", {"filters": 6, "activation": "tanh"})`.
    """
    for reason, wrong in (mistakes or {}).items():
        if list(wrong) == list(expected):
            raise ValueError(f"this mistake gives the expected layers: {reason!r}")
    _require_model(model, name)
    came = [layer for layer in _ask(model, "layers", name) if type(layer).__name__ != "InputLayer"]
    problem = _layers_problem(came, expected)
    if problem is None:
        return
    reasons = [reason for reason, wrong in (mistakes or {}).items() if _layers_problem(came, wrong) is None]
    headline, expected_text, got_text = problem
    raise CheckFailed(sentence(name, headline), " Or: ".join(reasons) or None, expected_text, got_text)


def _layers_problem(came: list[Any], expected: Sequence[LayerSpecification]) -> tuple[str, str, str] | None:
    """(what is wrong, expected, got), or None where all layers are as specified."""
    kinds = [type(layer).__name__ for layer in came]
    wanted = [kind for kind, _ in expected]
    if kinds != wanted:
        place = next((i for i, (a, b) in enumerate(zip(kinds, wanted, strict=False)) if a != b), None)
        if len(kinds) != len(wanted):
            what = f"has too {'few' if len(kinds) < len(wanted) else 'many'} layers"
        else:
            what = f"has another kind of layer in place {(place or 0) + 1}"
        return what, " → ".join(wanted), " → ".join(kinds)
    for place, (layer, (kind, attributes)) in enumerate(zip(came, expected, strict=True), start=1):
        for attribute, value in attributes.items():
            have = _comparable(_attribute(layer, attribute), value)
            if not exactly_equal(have, value):
                what = f"has another `{attribute}` in layer {place} ({kind})"
                return what, f"{attribute} = {value!r}", f"{attribute} = {describe(have)}"
    return None


def _attribute(layer: object, attribute: str) -> object:
    try:
        return getattr(layer, attribute)
    except Exception:
        return _NONE_SUCH


def _comparable(have: object, value: object) -> object:
    """Lists as tuples, functions and objects by name where a name is expected."""
    if isinstance(value, str) and not isinstance(have, str):
        return getattr(have, "__name__", type(have).__name__)
    if isinstance(value, tuple) and isinstance(have, list):
        return tuple(have)
    return have


def _require_model(model: object, name: str) -> None:
    if model is None:
        raise CheckFailed(sentence(name, "is None"), "Is the `return` missing?", "a model", "None")
    if not isinstance(_attribute(model, "layers"), (list, tuple)) or not callable(_attribute(model, "count_params")):
        hint = "Call the function that builds it." if callable(model) else None
        raise CheckFailed(sentence(name, "is not a Keras model"), hint, "a model", describe(model))


def _ask(model: Any, attribute: str, name: str) -> Any:
    try:
        value = getattr(model, attribute)
        return value() if attribute == "count_params" else value
    except NotImplementedError:
        raise
    except Exception as error:
        headline = sentence(name, f"does not tell its `{attribute}`")
        raise CheckFailed(headline, _NOT_BUILT, None, f"{type(error).__name__}: {error}") from error


def _parameter_hint(model: Any, came: object, expected: int) -> str | None:
    """Reasons that the model's own numbers show."""
    if type(came) is not int:
        return None
    without = [layer for layer in model.layers if getattr(layer, "use_bias", True) is False]
    biases = sum(int(getattr(layer, "filters", 0) or getattr(layer, "units", 0)) for layer in without)
    if without and expected - came == biases:
        return "The biases are missing (`use_bias=False`)."
    if came > expected:
        return "It has too many parameters: the table shows which layer holds them."
    return "It has too few parameters: the table shows which layer lacks them."


def _parameter_table(model: Any) -> str:
    """One line per layer: name, class, parameters."""
    rows = []
    for layer in model.layers:
        try:
            rows.append((str(layer.name), type(layer).__name__, f"{layer.count_params():,}"))
        except Exception:
            return ""
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(f"  {name:<{widths[0]}}  {kind:<{widths[1]}}  {count:>{widths[2]}}" for name, kind, count in rows)


def _tuples(value: object) -> object:
    if isinstance(value, (list, tuple)) and any(isinstance(entry, (list, tuple)) for entry in value):
        return [_tuples(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _tuples(entry) for key, entry in value.items()}
    return tuple(value) if isinstance(value, list) else value
