"""3MF, core specification 1.3: a ZIP with three XML parts. Unlike STL it says millimetres.

Written here and not by a library because the archive's dates, order and number format decide
whether a file repeats byte for byte; the consortium's own reader checks it in the tests.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from cradles.mesh import Mesh

_DATE = (2020, 1, 1, 0, 0, 0)
_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
</Types>
"""
_RELS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Target="/3D/3dmodel.model" Id="rel0" \
Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>
</Relationships>
"""


def threemf_bytes(mesh: Mesh, name: str, metadata: Mapping[str, str] | None = None) -> bytes:
    """`metadata` takes the specification's names (Title, Description, Application, ...)."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<model unit="millimeter" xml:lang="en-US" '
        'xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">',
        *(
            f"<metadata name={quoteattr(key)}>{escape(value)}</metadata>"
            for key, value in sorted((metadata or {}).items())
        ),
        f'<resources><object id="1" type="model" name={quoteattr(name)}><mesh><vertices>',
        *(f'<vertex x="{x:.4f}" y="{y:.4f}" z="{z:.4f}"/>' for x, y, z in mesh.vertices.tolist()),
        "</vertices><triangles>",
        *(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in mesh.triangles.tolist()),
        "</triangles></mesh></object></resources>",
        '<build><item objectid="1"/></build></model>\n',
    ]
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "3D/3dmodel.model": "\n".join(lines),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in parts.items():
            entry = zipfile.ZipInfo(path, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, text, compresslevel=6)
    return buffer.getvalue()
