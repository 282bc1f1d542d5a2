"""Long work that somebody ordered and waits for: how far it is, how it is stopped, and the file that comes of it.

A feature registers a job (see `queue.job`) that is given the order's id and calls `perform`. Killed in the middle, it
begins anew; nothing is offered before it is whole. The page that shows it (`lms.web.orders`) is the same for all work.
"""

from __future__ import annotations

from lms.infra.orders.desk import (
    MOST_KEPT,
    MOST_OPEN,
    cancel,
    discard,
    find_order,
    forget_orders_of,
    list_orders,
    order,
    withdraw,
)
from lms.infra.orders.doing import Doing, Stopped, perform, sweep
from lms.infra.orders.table import KEPT, Order, OrderRow

__all__ = [
    "KEPT",
    "MOST_KEPT",
    "MOST_OPEN",
    "Doing",
    "Order",
    "OrderRow",
    "Stopped",
    "cancel",
    "discard",
    "find_order",
    "forget_orders_of",
    "list_orders",
    "order",
    "perform",
    "sweep",
    "withdraw",
]
