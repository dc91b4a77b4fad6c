"""Stands between the trusted and the untrusted side: starts workers, limits them, and believes nothing that they say.
"""
