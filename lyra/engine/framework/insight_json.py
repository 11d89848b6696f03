"""Insights as LEAN's `alpha-results.json` has them (`Common/Algorithm/Framework/Alphas/Serialization/SerializedInsight.cs`)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import decimal_text, double_text, round_to
from lyra.engine.framework.insights import Insight
from lyra.engine.results.json_text import json_indented, unix_seconds

_DIGITS = 4


def insights_json(insights: Iterable[Insight]) -> str:
    """The indented JSON array of insights in the order of their making."""
    return json_indented([_fields(insight) for insight in sorted(insights, key=lambda insight: insight._generated)])


def _fields(insight: Insight) -> dict[str, Any]:
    made = unix_seconds(insight._generated)
    score = insight._score
    return {
        "id": insight._id.hex,
        "groupId": None if insight._group_id is None else insight._group_id.hex,
        "sourceModel": insight._source_model,
        "generatedTime": made,
        "createdTime": made,
        "closeTime": unix_seconds(insight._close),
        "symbol": str(insight._symbol.id),
        "ticker": insight._symbol.value,
        "type": insight._type.lean_name.lower(),
        "reference": insight._reference_value,
        "referenceValueFinal": insight._reference_value_final,
        "direction": insight._direction.lean_name.lower(),
        "period": insight._period / 1_000_000,
        "magnitude": _rounded(insight._magnitude),
        "confidence": _rounded(insight._confidence),
        "weight": insight._weight,
        "scoreIsFinal": score._is_final,
        "scoreMagnitude": _rounded(score._magnitude),
        "scoreDirection": _rounded(score._direction),
        "estimatedValue": _rounded(insight._estimated_value),
        "tag": insight._tag,
    }


def _rounded(value: Any) -> str | None:
    """Rounded to four places, as text: so LEAN writes it."""
    if value is None:
        return None
    return decimal_text(round_to(value, _DIGITS)) if isinstance(value, Decimal) else double_text(float(round(value, _DIGITS)))
