"""Orders and after-sales of shops on WeChat (微信小店)."""
