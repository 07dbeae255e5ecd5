"""The choices from the groups of a configuration."""

from pathlib import Path

from hydra.conf import RuntimeConf
from hydra.core.global_hydra import GlobalHydra

from elman.checks import check_choice


def check_choices(runtime: RuntimeConf) -> None:
    """Checks the choices from optional groups such as `debug`; Hydra ignores those that are none.

    Args:
        runtime: what Hydra has composed the configuration from, `hydra.runtime`.

    Raises:
        ValueError: a group has no such choice; the message lists those that there are.
    """
    loader = GlobalHydra.instance().config_loader()
    folders = [Path(each.path) for each in runtime.config_sources if each.schema == "file"]
    for group, choice in runtime.choices.items():
        if isinstance(choice, str) and choice != "null" and "@" not in group:
            # Hydra's list lacks those of the folders in `hydra.searchpath`.
            own = any((folder / group / f"{choice}.yaml").is_file() for folder in folders)
            options = loader.get_group_options(group)
            if options and not own:
                check_choice(group, choice, options)
