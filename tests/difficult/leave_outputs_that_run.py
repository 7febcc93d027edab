"""Outputs that would do something where they are shown: scripts, forms, frames, pictures with handlers, links.

double: failed|error, 0
shows: difficult-html
"""

# %% double
from IPython.display import HTML, Javascript, Markdown, SVG, display

display(HTML("<script class=difficult-html>document.title = 'x'</script><iframe src='javascript:1'></iframe>"))
display(Javascript("difficult_html = 1"))
display(Markdown("[x](javascript:1) <img src=x onerror=1 class=difficult-html>"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='1' class='difficult-html'/>"))
print("\x1b]8;;file:///etc/passwd\x07difficult-html\x1b]8;;\x07")

def double(x):
    raise ValueError("<a href='javascript:1' class=difficult-html>fine</a>")

# %% notebook
def notebook(document):
    for cell in document["cells"]:
        cell["metadata"]["tags"] = ["<script class=difficult-html>"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "written":
            cell["source"] = "<script class=difficult-html>1</script>"
            cell["attachments"] = {"x": {"image/svg+xml": "<svg onload='1' class=difficult-html/>"}}
