"""A small recordkeeper for 401(k) plans: its events, what they come to, and the file that keeps them."""
