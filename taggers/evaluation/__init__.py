"""How good a tagger or a regressor is.

- `sample`: scores or estimates beside the truth, objects without one counted apart
- `curves`: ROC curve, reliability, response against the truth
- `metrics`: single numbers with errors
- `classes`: the same for several classes
- `summary`: all of them as the plain data of metrics.json
- `pictures`, `class_pictures`, `drawing`: what they look like; these need matplotlib
- `evaluate`: one call for plain arrays
- `collected`: objects of a job, from any stream, in the order of the events
- `analyzer`: `EvaluationAnalyzer`, which compares both sides while a job runs
- `compared`: two regressors on the same objects, as numbers and as a table
- `comparison`: `RegressionComparison`, which prints that at the end of a job
"""
