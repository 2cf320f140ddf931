"""Who: people, organisations and households, their addresses, attributes and relationships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import date, datetime
from typing import Any

from ._model import Personal, Word, model
from .base import ContactPointId, CustomerId, Fields, Id, Value


@model
class Attribute:
    """One value that an attribute had: since when, and since when we know.

    Attributes
    ----------
    customer : CustomerId
        Whose attribute it is.
    name : str
        The attribute.
    value : Value | None
        The value; `None` where it was cleared.
    at : datetime
        Since when the value holds.
    recorded : datetime
        When we learned of it.
    source : str | None
        Who said so.
    """

    customer: CustomerId
    name: str
    value: Value | None = None
    at: datetime
    recorded: datetime
    source: str | None = None


@model
class AttributeValue:
    """A value to be set.

    Attributes
    ----------
    name : str
        The attribute, declared before.
    value : Value | None
        The value; `None` clears it.
    at : datetime | None
        Since when the value holds; `None` for now. It may not lie in the future.
    source : str | None
        Who says so.
    """

    name: str
    value: Value | None = None
    at: datetime | None = None
    source: str | None = None


class ContactKind(Word):
    """What sort of address a contact point is. One address may serve several channels."""

    EMAIL = "email"
    """An e-mail address."""
    PHONE = "phone"
    """A telephone number, for calls and text messages."""
    POST = "post"
    """A postal address."""
    PUSH = "push"
    """A device that takes notifications."""
    SOCIAL = "social"
    """An account with a social network or messenger."""


@model
class ContactPoint:
    """One address of a customer.

    Attributes
    ----------
    id : ContactPointId
        The id. Consent is given for this address, not for the one that replaces it.
    version : int
        The version that was read.
    customer : CustomerId
        Whose it is.
    kind : ContactKind
        What sort of address it is.
    value : Personal[str]
        The address, normalised. It never changes: a new address is a new contact point.
    label : Personal[str] | None
        What the customer calls it.
    primary : bool
        Whether it is the one to use first.
    verified_at : datetime | None
        When it was shown to be the customer's.
    bounced_at : datetime | None
        When it was last found not to work.
    valid_from : datetime | None
        From when on it may be used.
    valid_to : datetime | None
        From when on it may no longer be used.
    """

    id: ContactPointId
    version: int
    customer: CustomerId
    kind: ContactKind
    value: Personal[str]
    label: Personal[str] | None = None
    primary: bool
    verified_at: datetime | None = None
    bounced_at: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class CustomerType(Word):
    """What sort of party a customer is."""

    PERSON = "person"
    """A human being."""
    ORGANISATION = "organisation"
    """A company, an authority, a club."""
    HOUSEHOLD = "household"
    """People who buy together."""


@model
class Identifier:
    """The name under which another system knows a customer.

    Within one name space it belongs to one customer.

    Attributes
    ----------
    namespace : str
        The system or document (`shop`, `passport`).
    value : str
        The name there.
    """

    namespace: str
    value: str


@model
class Customer:
    """A customer.

    To change one, read it, edit its public fields, and save it. A save fails when somebody else saved in between.

    Attributes
    ----------
    id : CustomerId
        The id.
    version : int
        The version that was read.
    customer_type : CustomerType
        Person, organisation or household.
    name : Personal[str] | None
        The whole name.
    given_name : Personal[str] | None
        The name to greet a person by.
    family_name : Personal[str] | None
        The name of the family.
    birth_date : Personal[date] | None
        The day of birth.
    country : str | None
        Country of residence.
    locale : str | None
        Preferred language.
    zone : str | None
        Time zone.
    tags : Sequence[str]
        Words put by hand, each once, sorted.
    identifiers : Sequence[Identifier]
        What other systems call the customer, each once, sorted.
    attributes : Fields
        The present values of the host's own attributes. They are changed by `set_attributes`, which keeps their
        history; a save leaves them alone.
    created_at : datetime
        When the customer was entered.
    archived_at : datetime | None
        When the customer was put away, if so. Archived customers keep everything, and are in no audience.
    """

    id: CustomerId
    version: int
    customer_type: CustomerType
    name: Personal[str] | None = None
    given_name: Personal[str] | None = None
    family_name: Personal[str] | None = None
    birth_date: Personal[date] | None = None
    country: str | None = None
    locale: str | None = None
    zone: str | None = None
    tags: Sequence[str]
    identifiers: Sequence[Identifier]
    attributes: Fields
    created_at: datetime
    archived_at: datetime | None = None


@model
class NewContactPoint:
    """An address to be added to a customer.

    Attributes
    ----------
    kind : ContactKind
        What sort of address it is.
    value : Personal[str]
        The address. It is checked and normalised when it is entered.
    label : Personal[str] | None
        What the customer calls it.
    primary : bool
        Whether it is the one to use first.
    verified_at : datetime | None
        When it was shown to be the customer's.
    bounced_at : datetime | None
        When it was last found not to work.
    valid_from : datetime | None
        From when on it may be used.
    valid_to : datetime | None
        From when on it may no longer be used.
    """

    kind: ContactKind
    value: Personal[str]
    label: Personal[str] | None = None
    primary: bool = False
    verified_at: datetime | None = None
    bounced_at: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @classmethod
    def email(cls, address: str, **more: Any) -> NewContactPoint:
        """An e-mail address; `more` are other fields."""
        return cls(kind=ContactKind.EMAIL, value=address, **more)

    @classmethod
    def phone(cls, number: str, **more: Any) -> NewContactPoint:
        """A telephone number in international form (E.164); `more` are other fields."""
        return cls(kind=ContactKind.PHONE, value=number, **more)

    @classmethod
    def post(cls, address: str, **more: Any) -> NewContactPoint:
        """A postal address; `more` are other fields."""
        return cls(kind=ContactKind.POST, value=address, **more)


@model
class NewCustomer:
    """A customer to be created.

    Attributes
    ----------
    customer_type : CustomerType
        Person, organisation or household.
    name : Personal[str] | None
        The whole name.
    given_name : Personal[str] | None
        The name to greet a person by.
    family_name : Personal[str] | None
        The name of the family.
    birth_date : Personal[date] | None
        The day of birth.
    country : str | None
        Country of residence.
    locale : str | None
        Preferred language.
    zone : str | None
        Time zone.
    tags : Sequence[str]
        Words put by hand.
    identifiers : Sequence[Identifier]
        What other systems call the customer.
    contact_points : Sequence[NewContactPoint]
        Addresses.
    attributes : Fields
        Attributes of the host's own, each declared before.
    source : str | None
        Where all this was learned.
    """

    customer_type: CustomerType = CustomerType.PERSON
    name: Personal[str] | None = None
    given_name: Personal[str] | None = None
    family_name: Personal[str] | None = None
    birth_date: Personal[date] | None = None
    country: str | None = None
    locale: str | None = None
    zone: str | None = None
    tags: Sequence[str] = ()
    identifiers: Sequence[Identifier] = ()
    contact_points: Sequence[NewContactPoint] = ()
    attributes: Fields = field(default_factory=dict)
    source: str | None = None

    @classmethod
    def person(cls, name: str, **more: Any) -> NewCustomer:
        """A person with a name; `more` are other fields."""
        return cls(name=name, **more)

    @classmethod
    def organisation(cls, name: str, **more: Any) -> NewCustomer:
        """An organisation with a name; `more` are other fields."""
        return cls(customer_type=CustomerType.ORGANISATION, name=name, **more)

    @classmethod
    def household(cls, name: str, **more: Any) -> NewCustomer:
        """A household with a name; `more` are other fields."""
        return cls(customer_type=CustomerType.HOUSEHOLD, name=name, **more)


@model
class NewRelationship:
    """A relationship to be entered.

    Attributes
    ----------
    from_ : CustomerId
        The one who has the role.
    to : CustomerId
        The one towards whom.
    role : str
        The role.
    valid_from : datetime | None
        Since when.
    valid_to : datetime | None
        Until when, exclusive.
    """

    from_: CustomerId
    to: CustomerId
    role: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@model
class Relationship:
    """A directed relationship between two customers during a period: `from` is `role` of `to`.

    Attributes
    ----------
    id : Id
        The id.
    version : int
        The version that was read.
    from_ : CustomerId
        The one who has the role.
    to : CustomerId
        The one towards whom.
    role : str
        The role (`employee`, `member`, `parent`).
    valid_from : datetime | None
        Since when.
    valid_to : datetime | None
        Until when, exclusive.
    """

    id: Id
    version: int
    from_: CustomerId
    to: CustomerId
    role: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None
