"""Recipes: every key is checked, the command line overrules, packaged ones can be read."""

from pathlib import Path

import pytest
import yaml

from dataformats.channels import CHANNEL_SETS
from e2efw.errors import CommandLineError, ConfigFileNotFoundError, ConfigurationError
from taggers.training.recipe import PACKAGED_RECIPES, Recipe
from taggers.training.recipe_parts import Named, Target

SMALL = """
task: taus
channels: [ECAL, HCAL]
data: {train: [taus.parquet], select: {pt: [20, null]}}
network: {name: cnn}
loss: bce
label: {classes: [jet, tau]}
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    (tmp_path / "small.yaml").write_text(SMALL)
    return str(tmp_path / "small.yaml")


def test_a_recipe_takes_its_name_from_its_file_and_defaults_for_the_rest(small: str) -> None:
    recipe = Recipe.read(small)
    assert recipe.name == "small"
    assert recipe.columns == ("label",)
    assert recipe.data.select == {"pt": (20.0, None)}
    assert (recipe.optimiser, recipe.schedule) == (Named("adam"), Named("constant"))


def test_sets_of_channels_are_written_out(small: str) -> None:
    assert Recipe.read(small, ["channels=@top8"]).channel_names == CHANNEL_SETS["top8"].channels


def test_the_command_line_overrules_and_its_values_have_types(small: str) -> None:
    settings = ["epochs=3", "optimiser.rate=1e-4", "loss.positive_weight=2", "data.train=a.parquet,b.parquet"]
    recipe = Recipe.read(small, [*settings, "weights.flat={column: pt, bins: 5}"])
    assert recipe.epochs == 3
    assert recipe.optimiser == Named("adam", {"rate": "1e-4"})  # an option, which the optimiser reads as a number
    assert recipe.loss == Named("bce", {"positive_weight": 2})
    assert recipe.data.train == ("a.parquet", "b.parquet")
    assert recipe.columns == ("label", "pt")


def test_a_written_recipe_reads_as_the_same(small: str, tmp_path: Path) -> None:
    recipe = Recipe.read(small, ["decorrelation={strength: 2}", "early_stopping={patience: 3}", "clip_gradient=1"])
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(recipe.written()))
    assert Recipe.read(str(tmp_path / "other.yaml")) == recipe


def test_targets_are_a_list_with_names(small: str) -> None:
    recipe = Recipe.read(small, ["label=null", "loss=mae", "targets=[{name: mass, column: target_mass, unit: GeV}]"])
    assert recipe.targets == (Target("mass", "target_mass", "GeV"),)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("epoch=3", r"small.yaml and command line: epoch: no such key. Did you mean 'epochs'\?"),
        ("data.trian=x", r"data.trian: no such key. Did you mean 'train'\?"),
        ("epochs=many", "epochs: should be an integer, is 'many'"),
        ("batch_size=0", "batch_size is at least 1, not 0"),
        ("position=1", "position: should be true or false, is 1"),
        ("precision=bf16-mixd", r"precision: 'bf16-mixd' is not known. Did you mean 'bf16-mixed'\?"),
        ("data.validation=1.5", "validation and test are parts from 0 to 1"),
        ("data.select.pt=[1]", r"data.select.pt: should be a list of 2, is \[1\]"),
        ("data.layout=public", "file_channels names the channels of public files"),
        ("label=null", "either a label .* or targets"),
        ("label.classes=tau", "classes are at least two different names, not tau"),
        ("channels=@top9", r"channels: .*top9"),
        ("network={depth: 3}", "network: should be a name, or a mapping with a name and options"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_path(small: str, setting: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Recipe.read(small, [setting])


def test_a_missing_key_and_a_mistake_in_the_file_are_not_blamed_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(SMALL.replace("loss: bce", "los: bce"))
    with pytest.raises(ConfigurationError, match=r"bad.yaml: los: no such key. Did you mean 'loss'\?"):
        Recipe.read(str(path), ["epochs=3"])
    path.write_text(SMALL.replace("loss: bce", ""))
    with pytest.raises(ConfigurationError, match="key 'loss' is missing"):
        Recipe.read(str(path))
    path.write_text("[")
    with pytest.raises(ConfigurationError, match="is no YAML"):
        Recipe.read(str(path))


def test_settings_need_a_value_and_recipes_exist(small: str) -> None:
    with pytest.raises(CommandLineError, match="'epochs' should be key=value"):
        Recipe.read(small, ["epochs"])
    with pytest.raises(ConfigFileNotFoundError, match=r"no recipe 'top_resnet'. Did you mean 'top_resnet15'\?"):
        Recipe.read("top_resnet")


@pytest.mark.parametrize("path", sorted(PACKAGED_RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
def test_packaged_recipes_are_whole(path: Path) -> None:
    recipe = Recipe.read(path.stem)
    assert recipe.name == path.stem
    assert recipe.channel_names
