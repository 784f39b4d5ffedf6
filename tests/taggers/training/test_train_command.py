"""`e2efw train`, as it is typed; and the recipe of the page about it."""

import re
from pathlib import Path

import pytest
import yaml

from e2efw.cli.main import main
from taggers.training.recipe import PACKAGED_RECIPES, Recipe

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "training.md").read_text()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["train", *arguments])
    return int(end.value.code or 0)


def test_a_recipe_is_shown_with_all_that_it_means(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("top_resnet15", "epochs=3", "optimiser.rate=0.1", "--show") == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert shown["epochs"] == 3
    assert shown["optimiser"] == {"name": "adam", "rate": 0.1}
    assert shown["workers"] == 0


def test_the_recipe_of_the_page_is_one_and_the_page_names_all_that_come_along(tmp_path: Path) -> None:
    content = re.search(r"```yaml\n# my_top.yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert content
    (tmp_path / "my_top.yaml").write_text(content[1])
    recipe = Recipe.read(str(tmp_path / "my_top.yaml"))
    assert recipe.data.truth == "top"
    listed = re.search(r"Recipes that come with the project: (.*?);", PAGE, flags=re.DOTALL)
    assert listed
    assert set(re.findall(r"`(\w+)`", listed[1])) == {path.stem for path in PACKAGED_RECIPES.glob("*.yaml")}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["epochs=3"], 7001, "no recipe 'epochs=3'"),
        (["top_resnet15", "epoch=3"], 8009, "Did you mean 'epochs'?"),
        (["--resume", "nowhere"], 8020, "nothing to go on with in nowhere: no training"),
        (["--resume", "nowhere", "network=cnn"], 7000, "'network' cannot change on the way"),
        (["top_resnet15", "--resume", "nowhere"], 7000, "--resume takes settings only"),
    ],
)
def test_mistakes_are_explained(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) % 256 == code % 256
    assert message in capsys.readouterr().err
