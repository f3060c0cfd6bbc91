"""What every call of the JSON API shares: who may, problems, answers given once, pages of lists.

The calls themselves are in each service's `api.py`, twins of its views.
"""
