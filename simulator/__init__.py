"""A small China over HTTP: plays api.weixin.qq.com and the phones of its consumers.

Imports nothing of the programme it tries, so that it is an independent check of it.
"""
