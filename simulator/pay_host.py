"""The host of WeChat Pay: what one merchant's payments need, put together."""

from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.faults import FaultBoard
from simulator.pay_notices import PayNotices
from simulator.pay_seal import PaySeal
from simulator.payments import Payments, PaymentsState
from simulator.settings import Settings
from simulator.wire import Wire


class PayHost:
    """Payments, their notices, and the keys; without a merchant `seal` is None."""

    def __init__(
        self,
        settings: Settings,
        state: PaymentsState,
        clock: Clock,
        *,
        faults: FaultBoard,
        wire: Wire,
    ) -> None:
        assumed: Assumed = settings.assumed
        self.seal = PaySeal(settings.merchant) if settings.merchant else None
        self.payments = Payments(state, clock)
        self.notices = PayNotices(self.seal, assumed=assumed, faults=faults, wire=wire)
