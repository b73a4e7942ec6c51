"""The platform's own language: crypto, messages, replies and calls of WeChat.

Nothing in here knows of points, members or our database; it could be lifted out as it stands.
"""
