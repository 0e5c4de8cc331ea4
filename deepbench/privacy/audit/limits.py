"""What an audited model may give away, and how many units it takes to say so."""

from __future__ import annotations

#: Upper limits of the 95 % intervals that a model may have.
HIGHEST_AUC = 0.60
HIGHEST_TRUE_POSITIVES = 0.05
#: Fewer scores of others than this cannot show what happens at 1 % false positives.
LEAST_OTHERS = 300
#: Of fewer units no interval says how sure it is.
LEAST_UNITS = 50
#: With fewer units halves are too small to train on.
LEAST_TO_ATTACK = 20
