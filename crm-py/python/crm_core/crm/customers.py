"""Customers, their addresses, attributes and relationships."""

from __future__ import annotations

import builtins
from collections.abc import Sequence

from ..base import AsOf, CustomerId, FieldDecl, Page
from ..customer import (
    Attribute,
    AttributeValue,
    ContactKind,
    ContactPoint,
    Customer,
    NewContactPoint,
    NewCustomer,
    NewRelationship,
    Relationship,
)
from ._handle import Handle, Reads, reads

_CUSTOMER: Reads[Customer] = reads(Customer)
_LIST_CUSTOMER: Reads[list[Customer]] = reads(list[Customer])
_LIST_CUSTOMER_OR_NONE: Reads[list[Customer | None]] = reads(list[Customer | None])
_CUSTOMERID_OR_NONE: Reads[CustomerId | None] = reads(CustomerId | None)
_LIST_CUSTOMERID_OR_NONE: Reads[list[CustomerId | None]] = reads(list[CustomerId | None])
_LIST_CONTACTPOINT: Reads[list[ContactPoint]] = reads(list[ContactPoint])
_PAGE_CUSTOMER: Reads[Page[Customer]] = reads(Page[Customer])
_CONTACTPOINT: Reads[ContactPoint] = reads(ContactPoint)
_RELATIONSHIP: Reads[Relationship] = reads(Relationship)
_LIST_RELATIONSHIP: Reads[list[Relationship]] = reads(list[Relationship])
_LIST_ATTRIBUTE: Reads[list[Attribute]] = reads(list[Attribute])
_ATTRIBUTE_OR_NONE: Reads[Attribute | None] = reads(Attribute | None)


class Customers(Handle):
    """Customers, their addresses, attributes and relationships."""

    __slots__ = ()

    def create(self, new: NewCustomer) -> Customer:
        """Creates a customer.

        Raises
        ------
        CrmError
            `Conflict` when one of its identifiers belongs to another customer; `Invalid` for an attribute that is
            not declared.
        """
        return self._ask("customers.create", _CUSTOMER, new=new)

    def create_all(self, new: Sequence[NewCustomer]) -> builtins.list[Customer]:
        """Creates many customers, all or none."""
        return self._ask("customers.create_all", _LIST_CUSTOMER, new=new)

    def get(self, id: CustomerId) -> Customer:
        """A customer.

        Raises
        ------
        CrmError
            `NotFound`.
        """
        return self._ask("customers.get", _CUSTOMER, id=id)

    def get_all(self, ids: Sequence[CustomerId]) -> builtins.list[Customer | None]:
        """Many customers, in the order asked; `None` for those that do not exist."""
        return self._ask("customers.get_all", _LIST_CUSTOMER_OR_NONE, ids=ids)

    def find(self, namespace: str, value: str) -> CustomerId | None:
        """The customer that another system knows under a name."""
        return self._ask("customers.find", _CUSTOMERID_OR_NONE, namespace=namespace, value=value)

    def find_all(self, namespace: str, values: Sequence[str]) -> builtins.list[CustomerId | None]:
        """The customers that another system knows under names, in the order asked."""
        return self._ask("customers.find_all", _LIST_CUSTOMERID_OR_NONE, namespace=namespace, values=values)

    def find_contact_points(self, kind: ContactKind, value: str) -> builtins.list[ContactPoint]:
        """The contact points with an address, whoever they belong to.

        The address is normalised like a new one.
        """
        return self._ask("customers.find_contact_points", _LIST_CONTACTPOINT, kind=kind, value=value)

    def list(self, limit: int = 50, cursor: str | None = None) -> Page[Customer]:
        """A page of all customers, in the order of their ids."""
        return self._ask("customers.list", _PAGE_CUSTOMER, limit=limit, cursor=cursor)

    def save(self, edited: Customer) -> Customer:
        """Saves an edited customer, and gives it back in its new version.

        Raises
        ------
        CrmError
            `Conflict` when somebody else saved in between, or when an identifier belongs to another customer.
        """
        return self._ask("customers.save", _CUSTOMER, edited=edited)

    def archive(self, id: CustomerId) -> None:
        """Puts a customer away: it keeps everything, and is in no audience."""
        self._do("customers.archive", id=id)

    def restore(self, id: CustomerId) -> None:
        """Takes a customer out again."""
        self._do("customers.restore", id=id)

    def add_contact_point(self, id: CustomerId, new: NewContactPoint) -> ContactPoint:
        """Adds an address to a customer."""
        return self._ask("customers.add_contact_point", _CONTACTPOINT, id=id, new=new)

    def save_contact_point(self, edited: ContactPoint) -> ContactPoint:
        """Saves an edited contact point: verified, bounced, ended. The address itself never changes."""
        return self._ask("customers.save_contact_point", _CONTACTPOINT, edited=edited)

    def contact_points(self, id: CustomerId) -> builtins.list[ContactPoint]:
        """The addresses of a customer."""
        return self._ask("customers.contact_points", _LIST_CONTACTPOINT, id=id)

    def relate(self, new: NewRelationship) -> Relationship:
        """Enters a relationship."""
        return self._ask("customers.relate", _RELATIONSHIP, new=new)

    def save_relationship(self, edited: Relationship) -> Relationship:
        """Saves an edited relationship, for example one that has ended."""
        return self._ask("customers.save_relationship", _RELATIONSHIP, edited=edited)

    def relationships(self, id: CustomerId) -> builtins.list[Relationship]:
        """The relationships of a customer: those in which it has the role, then those towards it."""
        return self._ask("customers.relationships", _LIST_RELATIONSHIP, id=id)

    def declare_attributes(self, attributes: Sequence[FieldDecl]) -> None:
        """Declares attributes of the host's own."""
        self._do("customers.declare_attributes", attributes=attributes)

    def set_attributes(self, id: CustomerId, values: Sequence[AttributeValue]) -> None:
        """Sets or clears attributes, and keeps what was known before."""
        self._do("customers.set_attributes", id=id, values=values)

    def attribute_history(self, id: CustomerId, name: str) -> builtins.list[Attribute]:
        """Every value that an attribute had, oldest first."""
        return self._ask("customers.attribute_history", _LIST_ATTRIBUTE, id=id, name=name)

    def attribute_as_of(self, id: CustomerId, name: str, as_of: AsOf | None = None) -> Attribute | None:
        """The value that an attribute had at an instant, by what was known at another."""
        return self._ask("customers.attribute_as_of", _ATTRIBUTE_OR_NONE, id=id, name=name, as_of=self._as_of(as_of))
