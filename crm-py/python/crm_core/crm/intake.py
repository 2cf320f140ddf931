"""Files and tables in."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

from .. import _core
from .._sources import ArrowStream, source_of
from ..intake import ContactMapping, Imported, Mode, PurchaseMapping, PurchaseRow
from ._handle import Handle, Reads, reads

_IMPORTED: Reads[Imported] = reads(Imported)


class Intake(Handle):
    """Files and tables in."""

    __slots__ = ()

    def purchase_rows(self, rows: Sequence[PurchaseRow], mode: Mode = Mode.STRICT) -> Imported:
        """Imports purchases that were decoded or put together before, like `purchases`.

        All rows come from the source that the first one names.
        """
        return self._ask("intake.purchase_rows", _IMPORTED, rows=rows, mode=mode)

    def purchases(
        self,
        file: bytes | str | PathLike[str] | ArrowStream,
        mapping: PurchaseMapping | str = "",
        mode: Mode = Mode.STRICT,
    ) -> Imported:
        """Imports a log of purchases, all or nothing: a file, its bytes, or a table.

        A customer that is not known under its number in the mapping's source is entered with that number and nothing
        else. Importing the same rows again changes nothing, be it from a file or from a table.

        Parameters
        ----------
        file
            The path of a delimited file, its bytes, or any object with `__arrow_c_stream__`.
        mapping
            What the columns mean: a `PurchaseMapping`, or its text (`"customer=CustomerID, currency=EUR"`). Columns
            that it does not name are guessed from common names.
        mode
            What happens when a row is wrong.

        Raises
        ------
        CrmError
            `IntakeError` with the first row that is wrong, in strict mode; nothing is imported then. In lenient mode
            wrong rows are left out and listed.
        """
        return _IMPORTED(_core.import_purchases(self._crm.engine, source_of(file), mapping, mode))

    def contacts(
        self,
        file: bytes | str | PathLike[str] | ArrowStream,
        mapping: ContactMapping | str = "",
        mode: Mode = Mode.STRICT,
    ) -> Imported:
        """Imports a list of contacts, all or nothing: a file, its bytes, or a table.

        Who is known under the same number learns what the list says: it goes over what was known, and what it does not
        say stays. What a person has said is recorded once, however often the list comes.

        Parameters
        ----------
        file
            The path of a delimited file, its bytes, or any object with `__arrow_c_stream__`.
        mapping
            What the columns mean: a `ContactMapping`, or its text.
        mode
            What happens when a row is wrong.

        Raises
        ------
        CrmError
            `IntakeError` with the first row that is wrong, in strict mode; `NotFound` for an agreement to a purpose
            that is not defined. Nothing is imported then.
        """
        return _IMPORTED(_core.import_contacts(self._crm.engine, source_of(file), mapping, mode))
