"""What they might want: items that go together, rules, what is bought again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, TypeVar

from . import _core
from ._convert import decode
from ._model import model
from ._rows import Key, Listing, Rows, columns_of
from .response import Interval
from .table import Table

if TYPE_CHECKING:
    from ._sources import ArrowStream

T = TypeVar("T")


@model
class Because:
    """One item of the customer's that speaks for another.

    Attributes
    ----------
    item : Key
        The item.
    part : float
        Its part of the score.
    """

    item: Key
    part: float


@model
class Recommendation:
    """An item that a customer may want.

    Attributes
    ----------
    item : Key
        The item.
    score : float
        How strongly it is recommended: the sum of the reasons' parts. Only scores of one model compare.
    because : Sequence[Because]
        The customer's own items that speak for it, the strongest first.
    """

    item: Key
    score: float
    because: Sequence[Because]


@model
class SimilarityBm25:
    """The product of columns whose counts were weighted by Okapi BM25, items as documents and customers as terms.

    Source: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.

    Attributes
    ----------
    k1 : float
        How soon more purchases of the same item stop to matter; 1.2 is usual.
    b : float
        How much popular items are held back, 0 to 1; 0.75 is usual.
    """

    _tag: ClassVar[str] = "bm25"
    k1: float = 1.2
    b: float = 0.75


Similarity: TypeAlias = Literal["cosine", "tf_idf", "lift"] | SimilarityBm25
"""How alike two items are, from the customers who bought them and how often."""


@model
class ItemOptions:
    """How similar items are sought.

    Attributes
    ----------
    similarity : Similarity
        How alike two items are.
    neighbours : int
        How many neighbours of an item are kept.
    together : int
        How many customers must have bought both items.
    threads : int
        How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    """

    similarity: Similarity = "cosine"
    neighbours: int = 20
    together: int = 1
    threads: int = 1


@model
class Neighbour:
    """An item that is like another one.

    Attributes
    ----------
    item : Key
        The item.
    similarity : float
        How alike they are.
    together : int
        How many customers bought both.
    """

    item: Key
    similarity: float
    together: int


@model
class RecommendOptions:
    """What is recommended.

    Attributes
    ----------
    count : int
        How many items at most.
    owned : bool
        Whether items that the customer has may be recommended.
    eligible : Sequence[int] | None
        The items that may be recommended (in stock, allowed, agreed to); none for all.
    """

    count: int = 10
    owned: bool = False
    eligible: Sequence[int] | None = None


@model
class RuleOptions:
    """Which rules are kept.

    Attributes
    ----------
    support : float
        The least share of baskets that hold all items of a rule.
    confidence : float
        The least confidence.
    items : int
        The most items of a rule.
    """

    support: float = 0.01
    confidence: float = 0.5
    items: int = 3


@model
class AssociationRule:
    """Who buys some items buys another one.

    Attributes
    ----------
    given : Sequence[Key]
        The items that lead to the other one; indices, rising.
    then : Key
        The item they lead to.
    baskets : int
        In how many baskets all of them are.
    support : float
        The share of those baskets among all.
    confidence : float
        The share of the baskets with the given items that also hold the other one.
    lift : float
        The confidence over the share of the other item among all baskets: 1 when they have nothing to do with each
        other.
    leverage : float
        The support less what it would be if they had nothing to do with each other (G. Piatetsky-Shapiro, 1991).
    conviction : float | None
        How many times more often the rule would fail if they had nothing to do with each other; none when it never
        fails (S. Brin et al., "Dynamic itemset counting", SIGMOD 1997).
    zhang : float
        From -1, never together, over 0 to 1, always together (T. Zhang, "Association rules", PAKDD 2000).
    """

    given: Sequence[Key]
    then: Key
    baskets: int
    support: float
    confidence: float
    lift: float
    leverage: float
    conviction: float | None = None
    zhang: float


@model
class Popularity:
    """How popular an item is.

    Attributes
    ----------
    item : Key
        The item.
    customers : int
        How many customers bought it.
    lines : int
        How many order lines it has.
    share : float
        The share of all customers who bought it.
    """

    item: Key
    customers: int
    lines: int
    share: float


@model
class BoughtAgain:
    """How often an item is bought again.

    Attributes
    ----------
    item : Key
        The item.
    customers : int
        How many customers bought it.
    again : int
        How many of them bought it on another day again.
    share : Interval
        The share of those, with Wilson's interval at 95 %.
    gap_days : float | None
        The mean number of days from one purchase to the next; none when nobody bought it again.
    """

    item: Key
    customers: int
    again: int
    share: Interval
    gap_days: float | None = None


@model
class ItemSet:
    """Items that were bought together.

    Attributes
    ----------
    items : Sequence[Key]
        The items' indices, rising.
    baskets : int
        In how many baskets all of them are.
    """

    items: Sequence[Key]
    baskets: int


class ItemModel(Rows):
    """Items that the same customers buy. It is a table, too: one row for each pair, with its similarity."""

    __slots__ = ("_codes", "_inner", "_keys")

    _inner: _core.Items

    def __init__(self, inner: _core.Items) -> None:
        self._inner = inner
        self._keys: list[Key] = inner.keys().list()
        self._codes = {key: code for code, key in enumerate(self._keys)}

    @classmethod
    def fit(
        cls,
        table: ArrowStream,
        *,
        customer: str,
        item: str,
        similarity: Similarity = "cosine",
        neighbours: int = 20,
        together: int = 1,
        threads: int = 1,
    ) -> ItemModel:
        """Find the items that go together, in a table with one row for each order line.

        Parameters
        ----------
        table
            The order lines.
        customer, item
            The columns that say who bought what.
        similarity
            `"cosine"`, `"tf_idf"`, `"lift"` or `SimilarityBm25`.
        neighbours
            How many of the most similar items are kept for each.
        together
            How many customers must have bought both, at least.
        threads
            How many threads to use.

        Examples
        --------
        >>> import pyarrow
        >>> from crm_core import ItemModel
        >>> lines = pyarrow.table({
        ...     "who": ["a", "a", "b", "b", "c"], "what": ["tea", "cups", "tea", "cups", "tea"],
        ... })
        >>> model = ItemModel.fit(lines, customer="who", item="what")
        >>> [(one.item, [because.item for because in one.because]) for one in model.recommend(["tea"])]
        [('cups', ['tea'])]
        """
        options = ItemOptions(similarity=similarity, neighbours=neighbours, together=together, threads=threads)
        return cls(_core.Items.fit(columns_of(table), customer, item, options))

    def _rows(self) -> _core.Table:
        return self._inner.rows()

    def _title(self) -> str:
        return f"{len(self._keys):,} items"

    def like(self, item: Key) -> Sequence[Neighbour]:
        """Give the items most like one; nothing for an item that nobody bought."""
        code = self._codes.get(item)
        found = [] if code is None else self._named(self._inner.like(code))
        answer: Sequence[Neighbour] = decode(Sequence[Neighbour], found)
        return answer

    def recommend(
        self,
        owned: Sequence[Key],
        *,
        count: int = 10,
        include_owned: bool = False,
        eligible: Sequence[Key] | None = None,
    ) -> Sequence[Recommendation]:
        """Say what somebody who has some items may want, best first, and because of which of them.

        Parameters
        ----------
        owned
            What they have; what is not known here is passed over.
        count
            How many to give.
        include_owned
            Whether to recommend what they have, too.
        eligible
            What may be recommended; everything by default.
        """
        codes = [self._codes[one] for one in owned if one in self._codes]
        found = self._inner.recommend(codes, self._options(count, include_owned, eligible))
        for one in found:
            one["because"] = self._named(one["because"])
        answer: Sequence[Recommendation] = decode(Sequence[Recommendation], self._named(found))
        return answer

    def recommend_each(
        self,
        table: ArrowStream,
        *,
        customer: str,
        item: str,
        count: int = 10,
        include_owned: bool = False,
        eligible: Sequence[Key] | None = None,
    ) -> Table:
        """Say what each customer of a table may want.

        Returns
        -------
        Table
            The columns of the customers and of the items, `rank`, `score`, and `because`, the purchase that speaks most
            for it.
        """
        options = self._options(count, include_owned, eligible)
        return Table(self._inner.recommend_each(columns_of(table), customer, item, options))

    def to_data(self) -> Any:
        """Give everything as plain data."""
        data = self._inner.data()
        data["items"] = [{**one, "neighbours": self._named(one["neighbours"])} for one in self._named(data["items"])]
        return data

    def _options(self, count: int, include_owned: bool, eligible: Sequence[Key] | None) -> RecommendOptions:
        codes = None if eligible is None else [self._codes[one] for one in eligible if one in self._codes]
        return RecommendOptions(count=count, owned=include_owned, eligible=codes)

    def _named(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "item": self._keys[row["item"]]} for row in rows]


def popularity(table: ArrowStream, *, customer: str, item: str) -> Listing[Popularity]:
    """Rank the items by how many customers bought them, the most first.

    Parameters
    ----------
    table
        One row for each order line.
    customer, item
        The columns that say who bought what.
    """
    columns = columns_of(table)
    (customers, _), (items, keys) = columns.numbered(customer), columns.numbered(item)
    found = _core.analyse("popularity", {"customer": customers, "item": items})
    return _listing(Popularity, found, keys, "item")


def bought_again(table: ArrowStream, *, customer: str, item: str, time: str, zone: str = "UTC") -> Listing[BoughtAgain]:
    """Say how many who bought an item bought it again on another day, and after how long.

    Parameters
    ----------
    table
        One row for each order line.
    customer, item, time
        The columns that say who bought what, and when.
    zone
        The zone whose civil days are meant.
    """
    columns = columns_of(table)
    (customers, _), (items, keys) = columns.numbered(customer), columns.numbered(item)
    days = columns.days(time, zone)
    found = _core.analyse("bought_again", {"customer": customers, "item": items, "day": days})
    return _listing(BoughtAgain, found, keys, "item")


def association_rules(
    table: ArrowStream,
    *,
    basket: str,
    item: str,
    support: float = 0.01,
    confidence: float = 0.5,
    items: int = 3,
) -> Listing[AssociationRule]:
    """Find rules of the form: whoever buys these, buys that, too (FP-growth).

    Parameters
    ----------
    table
        One row for each line of a basket.
    basket, item
        The columns that say in which basket what lay.
    support
        The least share of all baskets that hold all items of a rule.
    confidence
        The least share of the baskets with the given items that hold the other one.
    items
        How many items a rule has at most.

    Returns
    -------
    Listing
        The rules, the greatest lift first. It is a table, too.
    """
    columns = columns_of(table)
    (baskets, _), (codes, keys) = columns.numbered(basket), columns.numbered(item)
    options = RuleOptions(support=support, confidence=confidence, items=items)
    found = _core.analyse("association_rules", {"basket": baskets, "item": codes, "options": options})
    return _listing(AssociationRule, found, keys, "given", "then")


def frequent_sets(table: ArrowStream, *, basket: str, item: str, least: int, most: int = 3) -> Listing[ItemSet]:
    """Find the sets of items that lie together in at least `least` baskets (FP-growth).

    Parameters
    ----------
    table
        One row for each line of a basket.
    basket, item
        The columns that say in which basket what lay.
    least
        In how many baskets.
    most
        How many items a set has at most.
    """
    columns = columns_of(table)
    (baskets, _), (codes, keys) = columns.numbered(basket), columns.numbered(item)
    found = _core.analyse("frequent_sets", {"basket": baskets, "item": codes, "least": least, "most": most})
    return _listing(ItemSet, found["sets"], keys, "items")


def _listing(kind: type[T], found: list[dict[str, Any]], keys: _core.Numbered, *named: str) -> Listing[T]:
    names = keys.of(list(range(len(keys)))).list()
    for one in found:
        for field in named:
            value = one[field]
            one[field] = [names[code] for code in value] if isinstance(value, list) else names[value]
    return Listing([decode(kind, one) for one in found])
