"""Thirty seconds: a customer, an order, and what is known of them. Needs nothing but crm-core."""

import crm_core
from crm_core import Channel, Money, NewContactPoint, NewCustomer, NewInteraction


def main() -> None:
    """Keep everything in the process; `crm_core.open("shop.db")` keeps it in a file."""
    with crm_core.in_memory() as crm:
        anna = crm.customers.create(
            NewCustomer.person("Anna Example", contact_points=[NewContactPoint.email("anna@example.org")])
        )
        crm.interactions.record(NewInteraction.order(anna.id, crm.now(), Money("49.90 EUR"), channel=Channel.WEB))

        for event in crm.interactions.timeline(anna.id):
            print(event.name, event.amount, event.channel)

        crm.segments.define("buyers", "count(order) >= 1")
        print(len(crm.segments.members("buyers")), "in the segment")


if __name__ == "__main__":
    main()
