"""Networks and what surrounds them: model bundles, inference, and the modules that let networks speak about objects.

- `taggers.bundle`: a model and its card in one folder, checked before use
- `taggers.onnx_backend`: run a bundle with ONNX Runtime
- `taggers.transforms`, `operations`: what is done to pixels before a network sees them
- `taggers.published_transforms`: those of the public trainings
- `taggers.transform_graph`: the same as the first nodes of a network
- `taggers.calorimetric_baseline`: the first model, computed instead of trained
- `taggers.ttbar`: `TTbarRegressor`, mass and transverse momentum of jets and the mass of the leading pair
- `taggers.evaluation`: how good taggers and regressors are: numbers with errors, pictures, `EvaluationAnalyzer`
- `taggers.commands`: `e2efw model`
"""
