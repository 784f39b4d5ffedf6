"""Gradient-boosted trees on what the members say.

scikit-learn grows them, one tree after another; its trees are public arrays, which go into one TreeEnsembleRegressor
node, the operator that ONNX Runtime has for trees, so nothing of scikit-learn is needed to run them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, LogicError, MissingDependencyError
from taggers.card import ModelOutput
from taggers.onnx_graph import GraphBuilder
from taggers.training.ensembles.combiner import Said, features, features_node


@dataclass(frozen=True)
class Boosted:
    """Sums of trees, then a sigmoid, a softmax or the unit of the targets.

    Args:
        names: of the outputs, one per sum.
        trees: lists of the attributes of TreeEnsembleRegressor.
        n_features: numbers the trees read.
        training: numbers for the card.
        probabilities: the outputs are those of classes.
        mean: (outputs,) that standardising took away from targets.
        std: (outputs,) that it divided by.
    """

    names: tuple[str, ...]
    trees: Mapping[str, Sequence[Any]]
    n_features: int
    training: Mapping[str, Any]
    probabilities: bool
    mean: tuple[float, ...] = field(default=())
    std: tuple[float, ...] = field(default=())
    kind: str = "boosting"

    def outputs(self, of_members: Sequence[ModelOutput], n_members: int) -> tuple[ModelOutput, ...]:
        """Those of the members that trees were grown for."""
        known = {output.name: output for output in of_members}
        missing = [name for name in self.names if name not in known]
        if missing or self.n_features != n_members * len(of_members):
            raise ConfigurationError(
                f"ensemble: trees were grown for {', '.join(self.names)} on {self.n_features} numbers; "
                f"{n_members} members say {', '.join(known)}: {n_members * len(of_members)} numbers."
            )
        return tuple(replace(known[name], meaning=f"{known[name].meaning}, by boosted trees") for name in self.names)

    def extend(self, builder: GraphBuilder, said: Mapping[str, Sequence[str]]) -> None:
        """The trees, and what makes outputs of their sums."""
        attributes: dict[str, Any] = {"domain": "ai.onnx.ml", "n_targets": len(self.names), **self.trees}
        sums = builder.op("TreeEnsembleRegressor", features_node(builder, said), **attributes)
        if self.probabilities:
            done = builder.op("Sigmoid", sums) if len(self.names) == 1 else builder.op("Softmax", sums, axis=1)
        else:
            scaled = builder.op("Mul", sums, builder.constant(np.array(self.std, np.float32)))
            done = builder.op("Add", scaled, builder.constant(np.array(self.mean, np.float32)))
        for number, name in enumerate(self.names):
            builder.op("Gather", done, builder.constant(np.int64(number)), output=name, axis=1)

    def written(self) -> dict[str, Any]:
        """How they were grown."""
        return dict(self.training)


def fit_boosted_classes(
    said: Said, labels: NDArray[Any], names: Sequence[str], *, seed: int = 0, **more: Any
) -> Boosted:
    """Grow trees that tell classes.

    Args:
        said: what members say.
        labels: (objects,) 0, 1, ...
        names: of the outputs: of the signal (class 1) alone, or of every class.
        seed: of the trees.
        more: arguments of scikit-learn's GradientBoostingClassifier: n_estimators, max_depth, learning_rate, ...

    Raises:
        LogicError: classes and names do not fit.
        MissingDependencyError: scikit-learn is not installed.
    """
    x = features(said)
    classes = max(2, len(names))
    if len(names) == 2:
        raise LogicError(f"ensemble: of two classes name the signal only, not {', '.join(names)}.")
    if not np.array_equal(np.unique(labels), np.arange(classes)) or len(labels) != len(x):
        raise LogicError(
            f"ensemble: {len(labels)} labels with the values {np.unique(labels).tolist()} for {len(x)} objects of "
            f"{classes} classes."
        )
    model = _sklearn().GradientBoostingClassifier(init="zero", random_state=seed, **more).fit(x, labels)
    return Boosted(
        tuple(names), _attributes([model.estimators_], model.learning_rate), x.shape[1], _told(model, x), True
    )


def fit_boosted_targets(said: Said, truth: Mapping[str, NDArray[Any]], *, seed: int = 0, **more: Any) -> Boosted:
    """Grow trees that estimate targets.

    Args:
        said: what members say.
        truth: (objects,) by name of output, in its unit.
        seed: of the trees.
        more: arguments of scikit-learn's GradientBoostingRegressor: loss, n_estimators, max_depth, learning_rate, ...

    Raises:
        LogicError: nothing to learn.
        MissingDependencyError: scikit-learn is not installed.
    """
    x = features(said)
    models, mean, std = [], [], []
    for name, true in truth.items():
        if len(true) != len(x) or not np.std(true) > 0:
            raise LogicError(f"ensemble: '{name}' has {len(true)} values for {len(x)} objects, or is always the same.")
        mean.append(float(np.mean(true)))
        std.append(float(np.std(true)))
        scaled = (np.asarray(true, np.float64) - mean[-1]) / std[-1]
        models.append(_sklearn().GradientBoostingRegressor(init="zero", random_state=seed, **more).fit(x, scaled))
    if not models:
        raise LogicError("ensemble: name at least one target.")
    trees = _attributes([model.estimators_ for model in models], models[0].learning_rate)
    return Boosted(tuple(truth), trees, x.shape[1], _told(models[0], x), False, tuple(mean), tuple(std))


def _told(model: Any, x: NDArray[np.float32]) -> dict[str, Any]:
    return {
        "trees": int(model.n_estimators_), "max_depth": model.max_depth, "learning_rate": model.learning_rate,
        "objects": len(x),
    }  # fmt: skip


def _attributes(grown: Sequence[Any], learning_rate: float) -> dict[str, list[Any]]:
    """Attributes of the node.

    Args:
        grown: (trees, sums) of scikit-learn's regression trees; the sums of one follow those of the one before.
        learning_rate: factor of every tree.
    """
    found: dict[str, list[Any]] = {
        f"nodes_{name}": []
        for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
    }
    found |= {f"target_{name}": [] for name in ("treeids", "nodeids", "ids", "weights")}
    columns = np.concatenate([trees.T for trees in grown])
    number = 0
    for target, column in enumerate(columns):
        for estimator in column:
            _add_tree(found, number, target, estimator.tree_, learning_rate)
            number += 1
    return found


def _add_tree(found: dict[str, list[Any]], number: int, target: int, tree: Any, learning_rate: float) -> None:
    """Nodes of one tree: value <= threshold goes left, as in scikit-learn."""
    leaf = tree.children_left < 0
    nodes = np.arange(tree.node_count)
    found["nodes_treeids"] += [number] * tree.node_count
    found["nodes_nodeids"] += nodes.tolist()
    found["nodes_featureids"] += np.where(leaf, 0, tree.feature).tolist()
    found["nodes_values"] += np.where(leaf, 0, _rounded_down(tree.threshold)).tolist()
    found["nodes_modes"] += ["LEAF" if one else "BRANCH_LEQ" for one in leaf]
    found["nodes_truenodeids"] += np.where(leaf, 0, tree.children_left).tolist()
    found["nodes_falsenodeids"] += np.where(leaf, 0, tree.children_right).tolist()
    leaves = nodes[leaf]
    found["target_treeids"] += [number] * len(leaves)
    found["target_nodeids"] += leaves.tolist()
    found["target_ids"] += [target] * len(leaves)
    found["target_weights"] += (learning_rate * tree.value[leaves, 0, 0]).tolist()


def _rounded_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 not above: a float32 is at or below one if and only if it is at or below the other."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)


def _sklearn() -> Any:
    try:
        import sklearn.ensemble as trees  # noqa: PLC0415 (optional, and slow to import)
    except ImportError as error:
        raise MissingDependencyError("boosted trees need scikit-learn: pip install 'e2efw[train]'") from error
    return trees
