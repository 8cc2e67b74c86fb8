"""How the page looks: its few layout classes, contrast in light and dark, and what is seen before its scripts run.

NiceGUI would have Tailwind compiled in the browser, 260 kB for some twenty classes, before anything is painted.
"""

from __future__ import annotations

import html

CLASSES = """
@layer utilities {
  .w-full {width: 100%} .max-w-6xl {max-width: 72rem} .mx-auto {margin-inline: auto}
  .min-w-40 {min-width: 10rem} .min-w-60 {min-width: 15rem}
  .gap-0 {gap: 0} .gap-2 {gap: .5rem} .gap-4 {gap: 1rem}
  .items-center {align-items: center} .items-end {align-items: flex-end} .items-start {align-items: flex-start}
  .break-all {overflow-wrap: anywhere} .break-words {overflow-wrap: break-word}
  .nicegui-header .nicegui-label {line-height: 1.5}
  .text-lg {font-size: 1.125rem} .overflow-auto {overflow: auto}
  .two-columns {display: grid; grid-template-columns: 1fr}
  .sheet {background: white; border-radius: 4px} .sheet svg {max-width: 100%; height: auto}
  .report {width: 100%; height: 80vh; border: 1px solid #8884; background: white}
  .nicegui-content, .nicegui-content .nicegui-column, .q-tab-panel > *, .q-tabs, .q-tab-panels
    {min-width: 0; max-width: 100%}
  .q-table__container {max-width: 100%}
  @media (min-width: 640px) {.two-columns {grid-template-columns: 1fr 1fr}}
}
"""
CONTRAST = """
@layer overrides {
  :focus-visible {outline: 2px solid #1f5fa8; outline-offset: 1px}
  .body--dark :focus-visible {outline-color: #9cc3f5}
  .body--dark .text-primary {color: #9cc3f5 !important}
  .body--dark .q-item--active {color: #9cc3f5}
  .lines {white-space: pre-line} .q-notification__actions {color: inherit !important}
  .q-uploader__input {display: none} /* the button around it opens it; two controls in one cannot be said aloud */
}
"""
NAMES = """
<script>
  const names = {
    add_box: "Choose files", cloud_upload: "Upload the files", clear: "Cancel the upload",
    clear_all: "Leave out what is not uploaded", done_all: "Clear the list",
  };
  new MutationObserver(() => {
    for (const made of document.querySelectorAll(".q-uploader__header .q-btn")) {
      made.ariaLabel ||= names[made.querySelector(".q-icon")?.textContent];
    }
    for (const wide of document.querySelectorAll(".q-table__middle.scroll")) wide.tabIndex = 0;
  }).observe(document.documentElement, {childList: true, subtree: true});
</script>
"""
"""Quasar's icon buttons have no name that a screen reader could say, and its tables scroll by mouse only."""
SPLASH = """
<style>
  #splash {font: 18px system-ui, sans-serif; padding: 4rem 1.5rem; color: #555; text-align: center}
  @media (prefers-color-scheme: dark) {#splash {color: #bbb}}
  #app:not(:empty) ~ #splash, #esm-fallback ~ #splash, body:has(#app:not(:empty)) #splash {display: none}
</style>
<div id="splash" role="status"><b>echub</b><br>opening FOLDER …</div>
"""


def head() -> str:
    """Return what the head of the page needs."""
    return f"<style>{CLASSES}{CONTRAST}</style>{NAMES}"


def splash(folder: str) -> str:
    """Return what is painted before the scripts have run; it goes when the page is there."""
    return SPLASH.replace("FOLDER", html.escape(folder))
