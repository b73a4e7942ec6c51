"""Orders and refunds of shops on Douyin (抖店)."""
