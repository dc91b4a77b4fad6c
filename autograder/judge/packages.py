"""What a module is that a notebook imports and this machine lacks: a package that we know, a part of Python, a part of
the program in which the notebook was written, or most likely a file of the learner's own.

Only for a package in the lists below does the course say how it is installed. For any other name, a package index may
hold anything.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterable

PYTHON = f"Python {sys.version_info[0]}.{sys.version_info[1]}"

# Packages that pip installs under the name that is imported.
SAME = frozenset("""
    accelerate albumentations altair astropy beartype bokeh captum catboost d2l dask datasets deepspeed diffusers einops
    fastai flax fvcore h5py imageio ipywidgets jax jaxtyping joblib keras kornia lightgbm lightning loguru lpips mlflow
    mmcv mmengine monai natsort nbdev nltk numba omegaconf onnx onnxruntime optuna pandas peft plotly polars psutil
    pyarrow pydantic pytest pytorch_lightning requests rich scipy seaborn segmentation_models_pytorch
    sentence_transformers shap skorch spacy statsmodels sympy tabulate tensorboard tensorboardX tensorflow termcolor
    thop timm tokenizers torch_geometric torchaudio torchdata torcheval torchinfo torchmetrics torchsummary torchtext
    torchvision torchviz tqdm transformers triton typeguard ultralytics wandb webdataset xarray xformers xgboost yacs
    """.split())
# Packages that pip installs under another name.
OTHERWISE = {
    "attr": "attrs", "bs4": "beautifulsoup4", "cv2": "opencv-python-headless", "dateutil": "python-dateutil",
    "faiss": "faiss-cpu", "hydra": "hydra-core", "ignite": "pytorch-ignite", "PIL": "pillow",
    "pytorch_grad_cam": "grad-cam", "skimage": "scikit-image", "sklearn": "scikit-learn", "umap": "umap-learn",
    "yaml": "PyYAML",
}
# What only the program has in which a notebook is edited, and what extends it.
FRONT_ENDS = re.compile(r"google|kaggle\w*|colab\w*|piplite|micropip|pyodide\w*|js|emfs|jupyter\w*|ipykernel\w*|ipympl|"
                        r"ipyparallel|nb_\w+|nbextension\w*|lab_black|autotime|watermark|memory_profiler|line_profiler|"
                        r"dbruntime|databricks\w*|deepnote\w*|sagemaker\w*|vscode\w*|rise|itables")
OWN = "A file of your own is not handed in with the notebook: put what you need of it into a cell"


def is_absent(package: str) -> bool:
    """Says whether Python finds no package of this name here. A worker's claim is not enough."""
    try:
        return package.isidentifier() and len(package) <= 100 and importlib.util.find_spec(package) is None
    except (ImportError, ValueError):
        return False


def is_known(module: str) -> bool:
    """Says whether this is a package in our lists, or a part of Python."""
    return module in SAME or module in OTHERWISE or module in sys.stdlib_module_names


def package_name(module: str) -> str:
    """Names a module that is known, with the name under which pip installs it if that differs."""
    if module in sys.stdlib_module_names:
        return f"{module} (a part of Python that this {PYTHON} lacks)"
    return f"{module} (for pip: {OTHERWISE[module]})" if module in OTHERWISE else module


def sort_out(modules: Iterable[str]) -> tuple[list[str], list[str]]:
    """Returns the modules that are known, and those that most likely are files of a learner's own. A part of the
    program in which the notebook was written is neither: nobody needs it for an exercise."""
    lacking = [module for module in modules if not FRONT_ENDS.fullmatch(module)]
    return [module for module in lacking if is_known(module)], [module for module in lacking if not is_known(module)]


def why_lacking(module: str, line: str) -> str:
    """Says why an import failed, to the one who wrote the line. It completes "The import failed: ..."."""
    if line.startswith("from ."):
        return f"there is no file beside the notebook. {OWN}"
    package = module.partition(".")[0]
    lacks = f"the grading machine has no module `{module}`"
    if FRONT_ENDS.fullmatch(package):
        return f"{lacks}, which belongs to the program in which you ran your notebook"
    return lacks if is_known(package) or not is_absent(package) else f"{lacks}. {OWN}"
