"""A council of language models, quantitative experts and your own functions gives calibrated votes inside a LEAN algorithm.

In an algorithm::

    self.council = AlgorithmCouncil(self, experts())
    decision = self.council.decide(symbol)          # in a scheduled event or on_data
    if decision.acts:
        self.set_holdings(symbol, decision.size)

Alone, as in a notebook: `Council(members).decide(MarketView.from_frame(...)).explain()`.
"""

from lyra_ai.council.cassette import Cassette, Mode
from lyra_ai.council.council import Council, Decision, Rules, State
from lyra_ai.council.experts import experts
from lyra_ai.council.journal import Journal
from lyra_ai.council.lean import AlgorithmCouncil, CouncilAlphaModel
from lyra_ai.council.learning import ConformalGate, EqualWeights, FixedShare, Platt, Stacked, Weighting
from lyra_ai.council.ledger import Budget, Ledger
from lyra_ai.council.members import Elicitation, Function, Model, ModelRule, Opinion
from lyra_ai.council.openrouter import Endpoint, Price, Secret
from lyra_ai.council.views import Disclosure, MarketView, Text
from lyra_ai.council.votes import Framing, Vote

__all__ = [
    "AlgorithmCouncil",
    "Budget",
    "Cassette",
    "ConformalGate",
    "Council",
    "CouncilAlphaModel",
    "Decision",
    "Disclosure",
    "Elicitation",
    "Endpoint",
    "EqualWeights",
    "FixedShare",
    "Framing",
    "Function",
    "Journal",
    "Ledger",
    "MarketView",
    "Mode",
    "Model",
    "ModelRule",
    "Opinion",
    "Platt",
    "Price",
    "Rules",
    "Secret",
    "Stacked",
    "State",
    "Text",
    "Vote",
    "Weighting",
    "experts",
]
