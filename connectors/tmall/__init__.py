"""Shops on Tmall and Taobao: orders and refunds from the open platform (TOP) and its messages."""
