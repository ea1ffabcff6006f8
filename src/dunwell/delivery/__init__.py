"""Out to the customer: one folder per channel.

Nothing is sent yet: letters are rendered for post, and a person says when they went out.
"""
