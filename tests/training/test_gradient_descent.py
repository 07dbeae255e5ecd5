import pytest
import torch

from elman.training.gradient_descent import GradientDescent


def test_each_weight_goes_down_its_slope() -> None:
    w, untouched = torch.tensor([1.0, -2.0], requires_grad=True), torch.ones(1, requires_grad=True)
    optimizer = GradientDescent([w, untouched], lr=0.25)
    (w**2).sum().backward()  # ∂C/∂w = 2 w
    optimizer.step()
    assert w.tolist() == [0.5, -1.0]
    assert untouched.tolist() == [1.0]


def test_is_torchs_without_momentum() -> None:
    torch.manual_seed(0)
    ours, theirs = (torch.nn.Linear(3, 2) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    X = torch.randn(5, 3)
    for network, optimizer in (
        (ours, GradientDescent(ours.parameters(), lr=0.1)),
        (theirs, torch.optim.SGD(theirs.parameters(), lr=0.1)),
    ):
        for _ in range(10):
            optimizer.zero_grad()
            (network(X) ** 2).sum().backward()
            optimizer.step()
    torch.testing.assert_close(list(ours.parameters()), list(theirs.parameters()))


def test_a_schedule_changes_the_rate_and_a_closure_tells_the_cost() -> None:
    w = torch.tensor([3.0], requires_grad=True)
    optimizer = GradientDescent([w], lr=0.5)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)

    def cost() -> float:
        optimizer.zero_grad()
        C = (w**2).sum()
        C.backward()
        return C.item()

    assert optimizer.step(cost) == 9.0
    assert w.item() == 0.0
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == 0.25


@pytest.mark.parametrize("lr", [0.0, -1.0, float("nan")])
def test_bad_rates(lr: float) -> None:
    with pytest.raises(ValueError, match=r"^lr must be a number greater than zero"):
        GradientDescent([torch.zeros(1)], lr=lr)
