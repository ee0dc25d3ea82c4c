"""Speed and accuracy as claims: one script a claim, each printing a table and a line ``NAME metric=value goal=value met``."""
