"""What happens around the scenarios of this pack."""

import shutil


def before_scenario(_context, scenario):
    if "ocr" in scenario.effective_tags and shutil.which("tesseract") is None:
        scenario.skip("tesseract is not installed: apt install tesseract-ocr tesseract-ocr-eng")
