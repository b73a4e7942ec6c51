"""The corp on qyapi.weixin.qq.com: its tokens, contacts, customer groups, and their events (C)."""

from simulator.wecom.corp import Corp, CorpState, corp_of

__all__ = ["Corp", "CorpState", "corp_of"]
