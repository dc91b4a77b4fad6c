"""Shrink the photographs that two packages ship, and write them into the library as JPEGs.

    pip install --no-deps scikit-image==0.26.0 scikit-learn==1.9.1 pillow==13.0.0
    python -m datasets.photos.make

Licences, authors and the split into training and test photographs: CARD.md there.
"""

import hashlib
import io
from importlib.metadata import distribution
from pathlib import Path

from PIL import Image

SHORTER_SIDE = 400
LIBRARY = Path(__file__).parents[2] / "course/attention_lab/photos"
VERSIONS = {"scikit-image": "0.26.0", "scikit-learn": "1.9.1", "pillow": "13.0.0"}
SKIMAGE, SKLEARN = ("scikit-image", "skimage/data"), ("scikit-learn", "sklearn/datasets/images")
SOURCES = {  # photograph: package, folder, file, the start of the file's SHA-256
    "astronaut": (*SKIMAGE, "astronaut.png", "88431cd9653ccd53"),
    "chelsea": (*SKIMAGE, "chelsea.png", "596aa1e7cb875eb7"),
    "china": (*SKLEARN, "china.jpg", "8378025ad2519d64"),
    "coffee": (*SKIMAGE, "coffee.png", "cc02f8ca188b167c"),
    "flower": (*SKLEARN, "flower.jpg", "a77f6ec41e353afd"),
    "rocket": (*SKIMAGE, "rocket.jpg", "c2dd0de7c538df8d"),
}


def source(package: str, folder: str, file: str, digest: str) -> Image.Image:
    """The photograph as the package ships it; ValueError if that is not the file that the card describes."""
    content = Path(distribution(package).locate_file(f"{folder}/{file}")).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if not found.startswith(digest):
        raise ValueError(f"{package}: {file} has SHA-256 {found}, expected {digest}...")
    return Image.open(io.BytesIO(content)).convert("RGB")


def shrink(photo: Image.Image) -> Image.Image:
    """At most SHORTER_SIDE pixels on the shorter side; a smaller photograph stays as it is."""
    factor = min(1, SHORTER_SIDE / min(photo.size))
    return photo.resize((round(photo.width * factor), round(photo.height * factor)), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    for package, version in VERSIONS.items():
        if distribution(package).version != version:
            raise SystemExit(f"{package} {version} is needed, found {distribution(package).version}")
    for name, where in SOURCES.items():
        # subsampling=0 keeps the colour of every pixel; a lesson about colour should not lose half of it
        shrink(source(*where)).save(LIBRARY / f"{name}.jpg", quality=90, subsampling=0, optimize=True)
