"""The choices from the groups of a configuration."""

from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig

from elman.checks import check_choice


def check_choices() -> None:
    """Checks the choices from optional groups such as `debug`; Hydra ignores those that are none.

    Raises:
        ValueError: a group has no such choice; the message lists those that there are.
    """
    loader = GlobalHydra.instance().config_loader()
    for group, choice in HydraConfig.get().runtime.choices.items():
        if isinstance(choice, str) and choice != "null" and "@" not in group:
            options = loader.get_group_options(group)
            if options:
                check_choice(group, choice, options)
