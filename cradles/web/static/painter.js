// Draws flat-shaded triangles and dark edges with WebGL 2; perspective, light from the eye's left.
const BODY_SHAPE = `#version 300 es
uniform mat4 all; uniform mat4 seen;
in vec3 place; out vec3 at;
void main() { vec4 p = vec4(place, 1.0); at = (seen * p).xyz; gl_Position = all * p; }`;
const BODY_PAINT = `#version 300 es
precision highp float;
uniform vec3 colour; in vec3 at; out vec4 paint;
void main() {
  vec3 facing = normalize(cross(dFdx(at), dFdy(at)));
  float lit = max(dot(facing, normalize(vec3(-0.35, 0.6, 0.75))), 0.0);
  paint = vec4(colour * (0.5 + 0.62 * lit), 1.0);
}`;
const EDGE_SHAPE = `#version 300 es
uniform mat4 all; in vec3 place;
void main() { gl_Position = all * vec4(place, 1.0); gl_Position.z -= 0.0004 * gl_Position.w; }`;
const EDGE_PAINT = `#version 300 es
precision highp float;
uniform vec3 colour; out vec4 paint;
void main() { paint = vec4(colour, 1.0); }`;
const HALF_VIEW = Math.tan((14 * Math.PI) / 180);

export class Painter {
  // Throws where the browser has no WebGL 2.
  constructor(canvas, parts) {
    this.canvas = canvas;
    const gl = (this.gl = canvas.getContext("webgl2", { antialias: true, alpha: true }));
    if (!gl) throw new Error("no WebGL 2");
    this.bodies = program(gl, BODY_SHAPE, BODY_PAINT);
    this.lines = program(gl, EDGE_SHAPE, EDGE_PAINT);
    this.parts = parts.map((part) => ({
      ...part,
      body: store(gl, part.vertices, part.triangles),
      edge: store(gl, part.vertices, part.edges),
    }));
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (const { vertices } of parts) {
      for (let i = 0; i < vertices.length; i += 1) {
        low[i % 3] = Math.min(low[i % 3], vertices[i]);
        high[i % 3] = Math.max(high[i % 3], vertices[i]);
      }
    }
    this.middle = low.map((value, i) => (value + high[i]) / 2);
    this.radius = Math.hypot(...high.map((value, i) => value - low[i])) / 2;
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.enable(gl.CULL_FACE);
  }

  // view: azimuth, elevation in radians, nearness (1: all of it is seen), board: laid in or not.
  draw(view) {
    const { gl, canvas } = this;
    const finer = Math.min(devicePixelRatio || 1, 2);
    const width = Math.max(1, Math.round(canvas.clientWidth * finer));
    const height = Math.max(1, Math.round(canvas.clientHeight * finer));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const aspect = width / height;
    // At nearness 1 the ball round it just fits the narrower side of the picture, but for air that it never fills.
    const away = (0.9 * this.radius) / (HALF_VIEW * Math.min(aspect, 1)) / view.nearness;
    const seen = eye(view.azimuth, view.elevation, this.middle, away);
    const all = times(lens(aspect, Math.max(away - this.radius * 1.05, away / 200), away + this.radius * 1.05), seen);
    const shown = this.parts.filter((part) => view.board || part.kind !== "board");
    gl.useProgram(this.bodies.it);
    gl.uniformMatrix4fv(this.bodies.all, false, all);
    gl.uniformMatrix4fv(this.bodies.seen, false, seen);
    for (const part of shown) this.put(this.bodies, part.body, part.colour, gl.TRIANGLES);
    gl.useProgram(this.lines.it);
    gl.uniformMatrix4fv(this.lines.all, false, all);
    for (const part of shown) this.put(this.lines, part.edge, part.colour.map((value) => value * 0.35), gl.LINES);
  }

  put(how, what, colour, kind) {
    if (!what.count) return;
    const { gl } = this;
    gl.uniform3fv(how.colour, colour);
    gl.bindVertexArray(what.array);
    gl.drawElements(kind, what.count, gl.UNSIGNED_INT, 0);
  }
}

function program(gl, shape, paint) {
  const it = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, shape], [gl.FRAGMENT_SHADER, paint]]) {
    const part = gl.createShader(kind);
    gl.shaderSource(part, text);
    gl.compileShader(part);
    gl.attachShader(it, part);
  }
  gl.bindAttribLocation(it, 0, "place");
  gl.linkProgram(it);
  if (!gl.getProgramParameter(it, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(it));
  return { it, ...Object.fromEntries(["all", "seen", "colour"].map((name) => [name, gl.getUniformLocation(it, name)])) };
}

function store(gl, vertices, indices) {
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, vertices, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, indices, gl.STATIC_DRAW);
  return { array, count: indices.length };
}

// Matrices as WebGL takes them: column after column.
function times(a, b) {
  const made = new Float32Array(16);
  for (let column = 0; column < 4; column += 1) {
    for (let row = 0; row < 4; row += 1) {
      for (let k = 0; k < 4; k += 1) made[column * 4 + row] += a[k * 4 + row] * b[column * 4 + k];
    }
  }
  return made;
}

// Turned about the upright axis, tipped towards the eye, moved before it.
function eye(azimuth, elevation, [x, y, z], away) {
  const [c, s] = [Math.cos(azimuth), Math.sin(azimuth)];
  const [d, t] = [Math.sin(elevation), Math.cos(elevation)];
  const rows = [[c, -s, 0], [s * d, c * d, t], [-s * t, -c * t, d]];
  const moved = rows.map(([p, q, r]) => -(p * x + q * y + r * z));
  moved[2] -= away;
  return new Float32Array([0, 1, 2].flatMap((i) => [rows[0][i], rows[1][i], rows[2][i], 0]).concat(moved, 1));
}

function lens(aspect, near, far) {
  const wide = 1 / HALF_VIEW;
  return new Float32Array([wide / aspect, 0, 0, 0, 0, wide, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0, (2 * far * near) / (near - far), 0]);
}
