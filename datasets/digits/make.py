"""Write the handwritten digits that scikit-learn ships into the library, as one picture and one line of labels.

    pip install scikit-learn==1.9.1 pillow==13.0.0
    python -m datasets.digits.make

Source and licence: CARD.md there.
"""

from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

VERSIONS = {"scikit-learn": "1.9.1", "pillow": "13.0.0"}
ACROSS = 40  # digits in a row of the sheet
SIDE, LEVELS = 8, 16
LIBRARY = Path(__file__).parents[2] / "course/attention_lab/digits"

if __name__ == "__main__":
    for package, needed in VERSIONS.items():
        if version(package) != needed:
            raise SystemExit(f"{package} {needed} is needed, found {version(package)}")
    digits = load_digits()
    down = -(-len(digits.images) // ACROSS)
    sheet = np.zeros((down * ACROSS, SIDE, SIDE), dtype=np.uint8)
    sheet[:len(digits.images)] = digits.images * (240 // LEVELS)
    rows = sheet.reshape(down, ACROSS, SIDE, SIDE).transpose(0, 2, 1, 3).reshape(down * SIDE, ACROSS * SIDE)
    Image.fromarray(rows).save(LIBRARY / "digits.png", optimize=True)
    (LIBRARY / "digits.txt").write_text("".join(map(str, digits.target)) + "\n")
