"""The engine in Python's own terms."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import crm_core
import pyarrow as pa
import pytest
from crm_core import (
    AttributeValue,
    DataClass,
    FieldDecl,
    FixedClock,
    Money,
    NewContactPoint,
    NewCustomer,
    NewInteraction,
    Provenance,
    ValueType,
)

NOW = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)


def test_quick_start(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with crm_core.open(path) as crm:
        anna = crm.customers.create(
            NewCustomer.person("Anna Example", contact_points=[NewContactPoint.email("anna@example.org")])
        )
        crm.interactions.record(NewInteraction.order(anna.id, NOW, Money("49.90 EUR")))
    with crm_core.open(str(path)) as crm:
        assert crm.customers.get(anna.id) == anna
        page = crm.interactions.timeline(anna.id)
        assert [one.amount for one in page] == [Money("49.90 EUR")]
        table = crm.query("SELECT count(*) AS n FROM customer WHERE name = ?1", ["Anna Example"])
        assert table.to_arrow().to_pylist() == [{"n": 1}]


def test_a_closed_engine_says_so() -> None:
    crm = crm_core.in_memory()
    crm.close()
    crm.close()
    with pytest.raises(crm_core.StoreError, match="closed") as caught:
        crm.customers.list()
    assert caught.value.code == "store-closed"
    assert isinstance(caught.value, OSError)


def test_personal_data_is_there_and_not_shown() -> None:
    with crm_core.in_memory() as crm:
        anna = crm.customers.create(
            NewCustomer.person("Xanadu", contact_points=[NewContactPoint.email("xanadu@example.org")])
        )
        points = crm.customers.contact_points(anna.id)
        assert (anna.name, points[0].value) == ("Xanadu", "xanadu@example.org")
        shown = repr(anna) + repr(points) + repr(NewCustomer.person("Xanadu"))
    assert "anadu" not in shown
    assert "name='•••'" not in shown
    assert "name=•••" in shown


def test_values_keep_their_types() -> None:
    values = {
        "bool": True, "int": 7, "float": 3.0, "text": "x", "date": dt.date(2026, 1, 2), "time": NOW,
        "money": Money("1.20 EUR"), "texts": ("a", "b"),
    }  # fmt: skip
    declared = [
        FieldDecl(
            name=f"a_{kind}",
            value_type=ValueType(kind),
            class_=DataClass.BEHAVIOUR,
            origin=Provenance.PROVIDED,
            purposes=["service"],
        )
        for kind in values
    ]
    with crm_core.in_memory() as crm:
        crm.customers.declare_attributes(declared)
        anna = crm.customers.create(NewCustomer())
        crm.customers.set_attributes(
            anna.id, [AttributeValue(name=f"a_{kind}", value=value) for kind, value in values.items()]
        )
        found = crm.customers.get(anna.id).attributes
    assert {name.removeprefix("a_"): value for name, value in found.items()} == values
    assert isinstance(found["a_float"], float)


def test_saving_what_somebody_else_changed_is_a_conflict() -> None:
    with crm_core.in_memory() as crm:
        read = crm.customers.create(NewCustomer.person("A"))
        crm.customers.save(dataclasses.replace(read, tags=["vip"]))
        with pytest.raises(crm_core.Conflict) as caught:
            crm.customers.save(dataclasses.replace(read, tags=["other"]))
    assert (caught.value.clash, caught.value.id, caught.value.expected) == ("version", read.id, 1)


def test_errors_are_builtins_too() -> None:
    nobody = crm_core.CustomerId(crm_core.Id(int=0))
    with crm_core.in_memory() as crm:
        with pytest.raises(LookupError) as caught:
            crm.customers.get(nobody)
        assert isinstance(caught.value, crm_core.NotFound)
        assert (caught.value.code, caught.value.kind, caught.value.id) == ("not-found", "customer", nobody)
        again = pickle.loads(pickle.dumps(caught.value))
        assert (type(again), str(again), again.fields) == (type(caught.value), str(caught.value), caught.value.fields)
        with pytest.raises(ValueError, match="email"):
            crm.customers.create(NewCustomer(contact_points=[NewContactPoint.email("no address")]))
        with pytest.raises(TypeError, match="expected") as wrong:
            crm.customers.create(NewCustomer(tags=5))  # type: ignore[arg-type]
        assert "new.tags" in str(wrong.value)
        anna = crm.customers.create(NewCustomer(contact_points=[NewContactPoint.email("anna@example.org")]))
        point = crm.customers.contact_points(anna.id)[0]
        with pytest.raises(PermissionError, match="address key"):
            crm.privacy.suppress(point.id, crm_core.SuppressionReason.COMPLAINT, NOW)


def test_a_naive_datetime_is_refused() -> None:
    with crm_core.in_memory() as crm:
        anna = crm.customers.create(NewCustomer())
        with pytest.raises(TypeError, match="naive"):
            crm.interactions.record(NewInteraction.order(anna.id, dt.datetime(2026, 1, 1), Money("1 JPY")))


def test_instants_of_other_zones_are_the_same_instants() -> None:
    east = dt.timezone(dt.timedelta(hours=5, minutes=30))
    with crm_core.in_memory() as crm:
        anna = crm.customers.create(NewCustomer())
        id = crm.interactions.record(NewInteraction.order(anna.id, NOW.astimezone(east), Money("1 JPY")))
        assert crm.interactions.get(id).at == NOW


def test_clocks_and_ids() -> None:
    clock = FixedClock(NOW)
    with crm_core.in_memory(clock=clock, ids=1) as one, crm_core.in_memory(clock=lambda: NOW, ids=1) as other:
        assert one.now() == NOW == other.now() == clock()
        assert one.customers.create(NewCustomer()) == other.customers.create(NewCustomer())
        clock.set(NOW + dt.timedelta(days=1))
        assert one.now() == NOW + dt.timedelta(days=1)


def test_what_a_clock_raises_comes_back() -> None:
    broken = False

    def tell() -> dt.datetime:
        if broken:
            raise RuntimeError("no time")
        return NOW

    with crm_core.in_memory(clock=tell) as crm:
        broken = True
        with pytest.raises(RuntimeError, match="no time"):
            crm.customers.create(NewCustomer())
        broken = False
        assert crm.customers.create(NewCustomer())


def test_money() -> None:
    price = Money("49.90 EUR")
    assert (price.minor, price.currency, price.amount()) == (4_990, "EUR", "49.90")
    assert price == Money(decimal.Decimal("49.90"), "EUR") == Money.from_minor(4_990, "EUR")
    assert price + price == price * 2 == 2 * price == sum([price, price])
    assert price > Money.zero("EUR")
    assert abs(-price) == price
    assert [one.minor for one in Money("1.00 EUR").allocate([1, 1, 1])] == [34, 33, 33]
    assert price.mul_ratio(19, 100).minor == 948
    assert len({price, Money("49.90 EUR")}) == 1
    for wrong in (lambda: price + Money("1 JPY"), lambda: price < Money("1 JPY"), lambda: Money("1.005 EUR")):
        with pytest.raises(crm_core.Invalid):
            wrong()
    with pytest.raises(TypeError, match="never a float"):
        Money(1.5, "EUR")
    assert price != 4_990
    with pytest.raises(OverflowError):
        Money("92233720368547758.07 EUR") + Money("0.01 EUR")


def test_a_table_and_the_file_of_it_are_the_same_purchases() -> None:
    table = pa.table({
        "customer": ["7", "8,5", "7"],
        "date": [dt.date(2026, 1, 2), dt.date(2026, 1, 3), dt.date(2026, 2, 3)],
        "amount": [9.9, 20.0, 0.1 + 0.2],
    })  # fmt: skip
    file = b'customer,date,amount\n7,2026-01-02,9.90\n"8,5",2026-01-03,20\n7,2026-02-03,0.30\n'
    with crm_core.in_memory() as crm:
        first = crm.intake.purchases(table, "currency=EUR")
        assert (first.customers_created, first.facts, first.duplicates) == (2, 3, 0)
        again = crm.intake.purchases(file, "currency=EUR")
        assert (again.customers_created, again.facts, again.duplicates) == (0, 0, 3)


LONG = 400_000


def long_table() -> pa.Table:
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=n % 2_000) for n in range(LONG)]
    return pa.table({"customer": [str(n % 50_000) for n in range(LONG)], "date": days, "amount": [1.0] * LONG})


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C raises, also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_long_work_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    table = long_table()
    with crm_core.open(tmp_path / "shop.db") as crm:
        pressed: list[float] = []

        def press() -> None:
            pressed.append(time.perf_counter())
            signal.raise_signal(signal.SIGINT)

        timer = threading.Timer(0.4, press)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            crm.intake.purchases(table, "currency=EUR")
        waited = time.perf_counter() - pressed[0]
        timer.join()
        assert crm.customers.list().items == ()
    assert waited < 1.0, f"{waited:.3f} s after Ctrl-C"


def test_progress_is_told_and_can_end_the_work() -> None:
    seen: list[tuple[int, int | None]] = []
    table = long_table()
    with crm_core.in_memory() as crm:
        with crm_core.progress(lambda done, total: seen.append((done, total))):
            crm.intake.purchases(table.slice(0, 100_000), "currency=EUR")
        assert len(seen) > 3
        assert any(total for _, total in seen)

        def enough(done: int, total: int | None) -> None:
            raise RuntimeError("enough")

        with pytest.raises(RuntimeError, match="enough"), crm_core.progress(enough):
            crm.intake.purchases(table, "currency=EUR")


def test_threads_work_at_the_same_time() -> None:
    with crm_core.in_memory() as crm:
        ids = [crm.customers.create(NewCustomer()).id for _ in range(8)]
        errors: list[BaseException] = []

        def work(id: crm_core.CustomerId) -> None:
            try:
                for n in range(20):
                    crm.interactions.record(NewInteraction.order(id, NOW, Money.from_minor(n, "EUR")))
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(id,)) for id in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert all(len(crm.interactions.timeline(id)) == 20 for id in ids)
