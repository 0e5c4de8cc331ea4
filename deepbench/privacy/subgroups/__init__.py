"""Subgroup audit: whom the chosen model serves worse, and of whom nothing can be said.

`groups` forms the groups of a column, `measures` takes the measures in one of them and in all
others, `exchange` says how often chance would make such a difference, `audit` puts it together.
"""
