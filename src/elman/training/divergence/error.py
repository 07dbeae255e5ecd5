"""The error of a training that has diverged. The command line imports it without Lightning."""


class DivergenceError(ArithmeticError):
    """A training has diverged.

    Args:
        fact: where and how, one sentence.
        remedy: what helps.
        halvings: how many times its learning rate had been halved.
    """

    def __init__(self, fact: str, remedy: str, halvings: int) -> None:
        super().__init__(fact, remedy, halvings)
        self.fact, self.remedy, self.halvings = fact, remedy, halvings

    def __str__(self) -> str:
        return f"{self.fact}; {self.remedy}"
