"""How customers behave: everybody at once."""

from __future__ import annotations

from .. import _core
from ..base import AsOf
from ..score import AssessOptions, RfmOptions, SummaryOptions
from ..summaries import Assessment, PurchaseColumns, RfmTable, Summaries
from ._handle import Handle


class Scores(Handle):
    """How customers behave: everybody at once."""

    __slots__ = ()

    def purchases(self, currency: str, zone: str, as_of: AsOf | None = None) -> PurchaseColumns:
        """Everybody's purchases in one currency, by the civil days of a zone: one row for each order and refund."""
        given = {"currency": currency, "zone": zone, "as_of": self._as_of(as_of)}
        return PurchaseColumns(_core.purchases(self._crm.engine, given))

    def summaries(self, options: SummaryOptions) -> Summaries:
        """A summary of everybody's purchases up to and including a civil day, from what is known now.

        Raises
        ------
        CrmError
            `Invalid` for an unknown zone or a holdout before the day.
        """
        return Summaries(_core.summaries(self._crm.engine, options))

    def rfm(self, summaries: Summaries, options: RfmOptions | None = None) -> RfmTable:
        """Recency, frequency and monetary scores of everybody."""
        return summaries.rfm(options)

    def assess(self, options: AssessOptions) -> Assessment:
        """Assesses everybody who ever bought: summary, scores, models, forecasts and values.

        A model that lacks data is no error: it says what it lacks, and what would follow from it is missing.
        """
        return Assessment(_core.assess(self._crm.engine, options))
