"""A headless Chromium, driven as a person would use it; for tests marked ``needs("chromium")``."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

if TYPE_CHECKING:
    from selenium.webdriver.remote.webelement import WebElement

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
    "--window-size=1600,1000",
)


class Browser:
    """One browser with one page. `profile`: an empty folder for its own files."""

    def __init__(self, profile: Path) -> None:
        options = Options()
        # Both programs are named: nothing is looked for on the network.
        options.binary_location = "/usr/bin/chromium"
        for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))

    def open(self, page: Path, fragment: str = "") -> None:
        """Load a file anew, at an address within it."""
        self.driver.get("about:blank")
        self.complaints()
        self.driver.get(page.as_uri() + fragment)

    def run(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        return self.driver.execute_script(f"return ({expression})")

    def wait_for(self, expression: str, seconds: float = 20.0) -> Any:
        """Return the expression's value as soon as it is true; fail when that takes too long."""
        return WebDriverWait(self.driver, seconds, 0.02).until(lambda _driver: self.run(expression), expression)

    def find(self, selector: str) -> WebElement:
        """Return the first element of a CSS selector, waiting until there is one."""
        self.wait_for(f"document.querySelector({selector!r}) !== null")
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """Return what a person reads in each element of a CSS selector, blanks made one."""
        texts: list[str] = self.run(
            f"[...document.querySelectorAll({selector!r})].map(e => e.innerText.replace(/\\s+/g, ' ').trim())"
        )
        return texts

    def click(self, selector: str, text: str) -> None:
        """Click the first element of a CSS selector which holds the text, waiting until there is one."""
        found = f"[...document.querySelectorAll({selector!r})].find(e => e.innerText.includes({text!r}))"
        self.wait_for(f"Boolean({found})")
        self.run(found).click()

    def choose(self, selector: str, value: str) -> None:
        """Choose a value in the select element of a CSS selector."""
        Select(self.find(selector)).select_by_value(value)

    def type(self, keys: str) -> None:
        """Press keys wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(keys)

    def complaints(self) -> list[str]:
        """Return what the browser has complained about since the last call: errors, blocked resources."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def picture(self) -> bytes:
        """Return what is to be seen, as PNG."""
        return base64.b64decode(self.driver.get_screenshot_as_base64())

    def quit(self) -> None:
        """End it."""
        self.driver.quit()
