"""Gradients forward in time: nothing of the past is kept, so one may learn at every time step.

BPTT goes back from the last time step and needs all states. The same gradient also has a recursion
that runs forward, beside the network: with w for any weight of U, V or b,

    ∂h_t/∂w = ∂h_t/∂a_t (∂a_t/∂w + Vᵀ ∂h_{t−1}/∂w)      through the input at t, and through h_{t−1}
    ∂C/∂w = Σ_t ∂C_t/∂h_t · ∂h_t/∂w

`RTRL` carries ∂h_t/∂w itself, which is large. `UORO` carries a random estimate that is right on
average. `SnAp1` carries only the part of ∂h_t/∂w that belongs to the unit that w enters.
"""

from elman.forward_gradients.base import ForwardGradients, Gradients
from elman.forward_gradients.rtrl import RTRL
from elman.forward_gradients.sequence import sequence_gradients
from elman.forward_gradients.snap1 import SnAp1
from elman.forward_gradients.uoro import UORO

__all__ = ["RTRL", "UORO", "ForwardGradients", "Gradients", "SnAp1", "sequence_gradients"]
