// Reads the unit's compact mesh; cradles/export/view.py writes it and says how it is laid out.
export function readView(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, false) !== 0x47425631) throw new Error("no mesh of this unit");
  const length = view.getUint32(4, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  let at = 8 + length;
  const take = (Kind, count) => {
    const taken = new Kind(buffer, at, count);
    at += taken.byteLength;
    return taken;
  };
  return head.parts.map((part) => ({
    kind: part.kind,
    colour: part.colour.map((value) => value / 255),
    vertices: take(Float32Array, part.vertices * 3),
    triangles: take(Uint32Array, part.triangles * 3),
    edges: take(Uint32Array, part.edges * 2),
  }));
}
