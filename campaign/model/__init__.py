"""A second reading of contract revision 2, in another language and without a look at the product's rules.

A history is kept in memory (`history`), its files are read by `plan` and `policy`, its messages by `stamps`, who may do what
is in `authority`, one commit with one parent in `steps`, the clean and decided values of a merge in `values` and `merges`,
and what a whole audit adds (joins, `judgedFrom`, heals, replayed runs, clocks) in `audit`.
"""
