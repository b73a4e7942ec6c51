"""Douyin Shop's member pass (抖店会员通): buyers who joined are asked for, and told of."""
