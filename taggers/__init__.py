"""Networks and what surrounds them: model bundles, inference, and the modules that let networks speak about objects.

- `taggers.bundle`, `card`, `onnx_header`, `torch_archive`: a model and its card in one folder, checked before use
- `taggers.backends`, `onnx_backend`, `torch_backend`: run a bundle on ONNX Runtime (CPU, CUDA, TensorRT) or torch
- `taggers.network`: windows of a block through a network and back to their objects, which all modules share
- `taggers.tagging`, `taggers`, `recoe2e`: `OnnxTagger`; top, quark or gluon, tau, electron; RecoE2E's parameters
- `taggers.regression`, `ttbar`, `pairs`: `OnnxRegressor`, masses with uncertainties, top pairs
- `taggers.anomaly`: `AnomalyDetector`, the error of an autoencoder
- `taggers.activations`, `reference`, `checking`, `speed`, `calibration`: memory, answers, speed; windows to try on
- `taggers.transforms`, `operations`: what is done to pixels before a network sees them
- `taggers.published_transforms`: those of the public trainings
- `taggers.transform_graph`: the same as the first nodes of a network
- `taggers.calorimetric_baseline`: the first model, computed instead of trained
- `taggers.evaluation`: how good taggers and regressors are: numbers with errors, pictures, `EvaluationAnalyzer`
- `taggers.commands`: `e2efw model`
"""
