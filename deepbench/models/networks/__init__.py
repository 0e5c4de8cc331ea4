"""Networks, small to large: sizes, search space, training on folds, prediction."""
