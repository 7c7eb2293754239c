"""Which files of the NHS design system does the site serve itself, and how are they made from its package?

    npm pack nhsuk-frontend@10.6.1 && tar xzf nhsuk-frontend-10.6.1.tgz
    python -m keepwell.web.nhsuk.vendor package

No font is asked of another host: Frutiger is licensed to NHS sites alone, so pages fall back to Arial. Paths are made
relative, and source maps are left out, and so are the icons of the NHS logo.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from keepwell.records.workspace import write_whole

HERE: Final = Path(__file__).parent / "static" / "nhsuk"
VERSION: Final = "10.6.1"
IMAGES: Final = (
    "nhsuk-icon-arrow-down.svg",
    "nhsuk-icon-arrow-up.svg",
    "nhsuk-icon-arrow-up-down.svg",
    "nhsuk-icon-cross.svg",
)
FONT_FACE: Final = re.compile(r"@font-face\s*\{[^}]*\}")
SOURCE_MAP: Final = re.compile(r"\n?(?:/\*|//)[#@] sourceMappingURL=\S+(?:\s*\*/)?\n?")


def stylesheet(text: str) -> str:
    """The stylesheet as we serve it: no font of another host, images beside it, no source map."""
    return SOURCE_MAP.sub("\n", FONT_FACE.sub("", text)).replace("url(/assets/images/", "url(images/")


def script(text: str) -> str:
    """The script as we serve it: an ES module without its source map."""
    return SOURCE_MAP.sub("\n", text)


def vendor(package: Path, folder: Path = HERE) -> list[Path]:
    """Writes what we serve of an unpacked nhsuk-frontend package into the folder, and names what it wrote."""
    made = package / "dist" / "nhsuk"
    text = {
        "nhsuk.min.css": stylesheet((made / f"nhsuk-frontend-{VERSION}.min.css").read_text("utf-8")),
        "nhsuk.min.js": script((made / f"nhsuk-frontend-{VERSION}.min.js").read_text("utf-8")),
    }
    content = {name: words.encode() for name, words in text.items()}
    content |= {f"images/{name}": (made / "assets" / "images" / name).read_bytes() for name in IMAGES}
    for name, held in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, held)
    return [folder / name for name in content]


if __name__ == "__main__":
    vendor(Path(sys.argv[1]))
