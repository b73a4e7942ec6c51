"""Tmall's member pass (会员通): Tmall asks who is a member, and lets shoppers join and leave."""
