"""Stores written in Python."""

from __future__ import annotations

from typing import Any

import crm_core
import pytest
from crm_core import NewCustomer, StoreError
from crm_core.testing import MemoryStore, check_store


class Passing:
    """A store that passes everything on: what it is asked crosses into Python and back."""

    def __init__(self) -> None:
        self.inner = MemoryStore()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Forgetful(Passing):
    """A store that acknowledges facts and does not keep them."""

    def commit(self, changes: dict[str, Any]) -> dict[str, Any]:
        kept = [one for one in changes["changes"] if "append" not in one]
        receipt = self.inner.commit({**changes, "changes": kept})
        assert isinstance(receipt, dict)
        return receipt


def test_a_good_store_is_certified() -> None:
    report = check_store(lambda place: Passing(), cases=5)
    assert report.passed
    assert len([one for one in report.checks if one.outcome == "passed"]) > 40


def test_a_bad_store_is_found_out() -> None:
    with pytest.raises(crm_core.CrmError, match="checks failed: ") as caught:
        check_store(lambda place: Forgetful(), cases=0, only="facts.")
    assert caught.value.code == "store-not-certified"


def test_an_engine_over_a_store_of_ones_own() -> None:
    with crm_core.over(Passing(), ids=1) as crm:
        anna = crm.customers.create(NewCustomer.person("Anna"))
        assert crm.customers.get(anna.id) == anna
        with pytest.raises(crm_core.NotFound):
            crm.customers.get(crm_core.CustomerId(crm_core.Id(int=0)))


class Broken(Passing):
    """A store whose disk is gone."""

    broken: BaseException | None = None

    def scan(self, query: dict[str, Any]) -> dict[str, Any]:
        if self.broken:
            raise self.broken
        page = self.inner.scan(query)
        assert isinstance(page, dict)
        return page


def test_what_a_store_raises_comes_back_as_the_cause() -> None:
    store = Broken()
    with crm_core.over(store) as crm:
        store.broken = ZeroDivisionError("the disk is gone")
        with pytest.raises(StoreError, match="host: ZeroDivisionError") as caught:
            crm.customers.list()
        assert caught.value.__cause__ is store.broken
        store.broken = StoreError(code="store-unavailable", fields={"retryable": True, "reason": "busy"})
        with pytest.raises(StoreError, match="unavailable: busy") as busy:
            crm.customers.list()
        assert (busy.value.code, busy.value.retryable) == ("store-unavailable", True)
        store.broken = None
        assert crm.customers.list().items == ()
