"""Jobs and module defaults, installed with the project: `e2efw run ttbar_regression_cfg.py` finds them anywhere."""
