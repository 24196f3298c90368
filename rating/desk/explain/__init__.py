"""`explain`: how one session came to its bill, for those who are asked why a driver pays that much.

Comes in: tariffs and usage, as for `rate`. Goes out: the bill with its story; as text, Markdown, a page, data.
May import: what the desk may; `pages` for what its pages share. Jinja2 and rich are loaded by what needs them.

    find         the session and its bill
    explanation  the story, of which all forms are written
    chart        power over time, and which price held when; drawing draws it, terminal prints it
    as_json, markdown, page and terminal
                 the forms
"""

from rating.desk.explain.explanation import Explanation
from rating.desk.explain.find import explain, row_at_fault

__all__ = ["Explanation", "explain", "row_at_fault"]
