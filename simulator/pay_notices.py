"""Notices of WeChat Pay: a probe first, then the notice, tried again until it is taken (D2)."""

import asyncio
import secrets
import time
from contextlib import suppress

import aiohttp
import msgspec

from simulator.assumed import Assumed
from simulator.clock import wire_time
from simulator.faults import FaultBoard
from simulator.pay_seal import PaySeal
from simulator.wire import Exchange, Wire, half


class PayNotice(msgspec.Struct):
    """What is told to a merchant. `associated_data` of None is left out of the notice."""

    url: str
    event: str
    original_type: str
    summary: str
    content: dict[str, object]
    associated_data: str | None
    consumer_id: str | None = None


class PayNotices:
    """Notices on their way."""

    def __init__(
        self,
        seal: PaySeal | None,
        *,
        assumed: Assumed,
        faults: FaultBoard,
        wire: Wire,
    ) -> None:
        self._seal = seal
        self._assumed = assumed
        self._faults = faults
        self._wire = wire
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, notice: PayNotice) -> asyncio.Event:
        """Sends a notice, with all its tries; what is returned is set after the first round."""
        told_once = asyncio.Event()
        if self._faults.now.pay_notices_lost:
            told_once.set()
            return told_once
        for _ in range(2 if self._faults.now.duplicate else 1):
            task = asyncio.get_running_loop().create_task(self._run(notice, told_once))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return told_once

    async def close(self) -> None:
        """Breaks off what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, notice: PayNotice, told_once: asyncio.Event) -> None:
        body = self._body(notice)
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(total=self._assumed.pay_notice_timeout_seconds),
        ) as session:
            try:
                if self._assumed.pay_sends_probes:
                    await self._post(session, notice, body, attempt=0)
                for attempt, pause in enumerate((*self._assumed.pay_notice_pauses_seconds, 0), 1):
                    taken = await self._post(session, notice, body, attempt=attempt)
                    told_once.set()
                    if taken:
                        return
                    await asyncio.sleep(pause)
            finally:
                told_once.set()

    def _body(self, notice: PayNotice) -> bytes:
        assert self._seal is not None, "only a merchant has payments"
        ciphertext, nonce = self._seal.sealed(
            msgspec.json.encode(notice.content), notice.associated_data or ""
        )
        resource = {
            "original_type": notice.original_type,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": ciphertext,
            "nonce": nonce,
        }
        if notice.associated_data is not None:
            resource["associated_data"] = notice.associated_data
        return msgspec.json.encode(
            {
                "id": secrets.token_hex(16),
                "create_time": wire_time(),
                "event_type": notice.event,
                "resource_type": "encrypt-resource",
                "summary": notice.summary,
                "resource": resource,
            }
        )

    async def _post(
        self, session: aiohttp.ClientSession, notice: PayNotice, body: bytes, *, attempt: int
    ) -> bool:
        """One try; attempt 0 is the probe, whose signature is wrong on purpose."""
        assert self._seal is not None
        headers = self._seal.headers(body, skew_seconds=self._faults.now.clock_skew_seconds)
        headers |= {"Content-Type": "application/json", "Request-ID": secrets.token_hex(12)}
        if not attempt:
            signature = headers["Wechatpay-Signature"]
            prefix = self._assumed.pay_probe_prefix
            headers["Wechatpay-Signature"] = prefix + signature[len(prefix) :]
        status, answer, started = 0, b"", time.perf_counter()
        with suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with session.post(
                notice.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                status, answer = response.status, await response.content.read(65_536)
        taken = status in (200, 204)
        self._wire.add(
            Exchange(
                at=wire_time(),
                direction="to_server",
                title=f"{notice.event}{'' if attempt else ' (probe)'}",
                method="POST",
                url=notice.url,
                status=status,
                seconds=round(time.perf_counter() - started, 4),
                outcome=_outcome(attempt, status, taken=taken),
                attempt=attempt or None,
                consumer_id=notice.consumer_id,
                request=half(headers, body, decrypted=msgspec.json.encode(notice.content)),
                response=half({}, answer),
            )
        )
        return taken


def _outcome(attempt: int, status: int, *, taken: bool) -> str:
    if attempt:
        return "taken" if taken else f"bad_status: {status}" if status else "connection_failed"
    return "probe_accepted" if taken else "probe_refused"
