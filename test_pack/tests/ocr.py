"""Which testcases read text from the screen."""

import shutil

import pytest

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed: apt install tesseract-ocr tesseract-ocr-eng"
)
