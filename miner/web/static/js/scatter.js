// A scatter plot of a hundred thousand points on WebGL, with a 2D canvas where there is none.
// plotly's own would compile code at run time, which our Content-Security-Policy forbids.

const VERTEX = `attribute vec2 place; attribute vec4 colour; uniform vec4 view; uniform float size; varying vec4 shade;
void main() { gl_Position = vec4((place - view.xy) * view.zw, 0.0, 1.0); gl_PointSize = size * (0.6 + 0.4 * colour.a); shade = colour; }`;
const FRAGMENT = `precision mediump float; varying vec4 shade;
void main() { vec2 p = gl_PointCoord - 0.5; float d = dot(p, p); if (d > 0.25 || shade.a == 0.0) discard; gl_FragColor = vec4(shade.rgb * shade.a, shade.a); }`;
const FULL = 65535;
const CELLS = 128;

export class Scatter {
  // `canvas` draws the points, `over` the lasso; x and y lie within 0..65535.
  constructor(canvas, over, x, y) {
    Object.assign(this, { canvas, over, x, y, count: x.length });
    this.colours = new Uint8Array(4 * this.count);
    this.hidden = new Uint8Array(this.count);
    this.onpick = this.onlasso = this.onhover = () => {};
    this.lassoing = false;
    this.path = null;
    this.names = []; // {x, y, text}, 0..1, those first that matter most
    const places = new Float32Array(2 * this.count);
    for (let i = 0; i < this.count; i++) {
      places[2 * i] = x[i] / FULL;
      places[2 * i + 1] = y[i] / FULL;
    }
    this.places = places;
    this.#index();
    this.gl = canvas.getContext("webgl", { antialias: true, premultipliedAlpha: true });
    if (this.gl) this.#program();
    else this.flat = canvas.getContext("2d");
    new ResizeObserver(() => this.#resize()).observe(canvas);
    this.#resize();
    this.whole();
    this.#listen();
  }

  // `paint(i)` gives [r, g, b, a] of a point; a = 0 hides it from the eye and from the hand.
  paint(paint) {
    for (let i = 0; i < this.count; i++) {
      const [r, g, b, a] = paint(i);
      this.colours.set([r, g, b, a], 4 * i);
      this.hidden[i] = a === 0 ? 1 : 0;
    }
    if (this.gl) {
      this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.colourBuffer);
      this.gl.bufferData(this.gl.ARRAY_BUFFER, this.colours, this.gl.DYNAMIC_DRAW);
    }
    this.draw();
  }

  whole() {
    let [x0, y0, x1, y1] = [1, 1, 0, 0];
    for (let i = 0; i < this.count; i++) {
      x0 = Math.min(x0, this.places[2 * i]);
      x1 = Math.max(x1, this.places[2 * i]);
      y0 = Math.min(y0, this.places[2 * i + 1]);
      y1 = Math.max(y1, this.places[2 * i + 1]);
    }
    this.#show(x0, y0, x1, y1, 1.08);
  }

  // Bring some points into view.
  focus(rows) {
    if (!rows.length) return;
    let [x0, y0, x1, y1] = [1, 1, 0, 0];
    for (const i of rows) {
      x0 = Math.min(x0, this.places[2 * i]);
      x1 = Math.max(x1, this.places[2 * i]);
      y0 = Math.min(y0, this.places[2 * i + 1]);
      y1 = Math.max(y1, this.places[2 * i + 1]);
    }
    this.#show(x0, y0, x1, y1, 3);
  }

  zoom(by, px = this.width / 2, py = this.height / 2) {
    const [x, y] = this.#at(px, py);
    this.scale = Math.min(Math.max(this.scale * by, 50), 400000);
    const [nx, ny] = this.#at(px, py);
    this.cx += x - nx;
    this.cy += y - ny;
    this.draw();
  }

  pan(dx, dy) {
    this.cx -= dx / this.scale;
    this.cy += dy / this.scale;
    this.draw();
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.#draw();
    });
  }

  #show(x0, y0, x1, y1, air) {
    this.cx = (x0 + x1) / 2;
    this.cy = (y0 + y1) / 2;
    this.scale = Math.min(this.width / Math.max(x1 - x0, 0.005), this.height / Math.max(y1 - y0, 0.005)) / air;
    this.draw();
  }

  #at(px, py) {
    return [this.cx + (px - this.width / 2) / this.scale, this.cy - (py - this.height / 2) / this.scale];
  }

  #index() {
    this.cells = Array.from({ length: CELLS * CELLS }, () => []);
    for (let i = 0; i < this.count; i++) this.cells[this.#cell(this.places[2 * i], this.places[2 * i + 1])].push(i);
  }

  #cell(x, y) {
    const put = (v) => Math.min(CELLS - 1, Math.max(0, Math.floor(v * CELLS)));
    return put(y) * CELLS + put(x);
  }

  // The point under the hand, or -1.
  #near(px, py) {
    const [x, y] = this.#at(px, py);
    const reach = 10 / this.scale;
    let best = -1;
    let least = reach * reach;
    const span = Math.ceil(reach * CELLS);
    const cx = Math.floor(x * CELLS);
    const cy = Math.floor(y * CELLS);
    for (let gy = Math.max(0, cy - span); gy <= Math.min(CELLS - 1, cy + span); gy++) {
      for (let gx = Math.max(0, cx - span); gx <= Math.min(CELLS - 1, cx + span); gx++) {
        for (const i of this.cells[gy * CELLS + gx]) {
          if (this.hidden[i]) continue;
          const d = (this.places[2 * i] - x) ** 2 + (this.places[2 * i + 1] - y) ** 2;
          if (d < least) [least, best] = [d, i];
        }
      }
    }
    return best;
  }

  #program() {
    const gl = this.gl;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    const buffer = (name, size, type, normalized, data) => {
      const made = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, made);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
      const place = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, size, type, normalized, 0, 0);
      return made;
    };
    buffer("place", 2, gl.FLOAT, false, this.places);
    this.colourBuffer = buffer("colour", 4, gl.UNSIGNED_BYTE, true, this.colours);
    this.view = gl.getUniformLocation(program, "view");
    this.size = gl.getUniformLocation(program, "size");
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  #resize() {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth || 1;
    this.height = this.canvas.clientHeight || 1;
    for (const canvas of [this.canvas, this.over]) {
      canvas.width = Math.round(this.width * ratio);
      canvas.height = Math.round(this.height * ratio);
    }
    this.ratio = ratio;
    this.draw();
  }

  #dot() {
    // Few points are large, many are small; all grow as one comes nearer.
    const crowd = Math.sqrt((this.width * this.height) / Math.max(this.count, 1)) / 4.5;
    const near = this.scale / Math.min(this.width, this.height);
    return Math.min(Math.max(crowd * Math.sqrt(near), 2.2), 11);
  }

  #draw() {
    const size = this.#dot() * this.ratio;
    if (this.gl) {
      const gl = this.gl;
      gl.viewport(0, 0, this.canvas.width, this.canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform4f(this.view, this.cx, this.cy, (2 * this.scale) / this.width, (2 * this.scale) / this.height);
      gl.uniform1f(this.size, size);
      gl.drawArrays(gl.POINTS, 0, this.count);
    } else {
      this.flat.clearRect(0, 0, this.canvas.width, this.canvas.height);
      for (let i = 0; i < this.count; i++) {
        const [r, g, b, a] = this.colours.subarray(4 * i, 4 * i + 4);
        if (!a) continue;
        this.flat.fillStyle = `rgb(${r} ${g} ${b} / ${a / 255})`;
        const px = ((this.places[2 * i] - this.cx) * this.scale + this.width / 2) * this.ratio;
        const py = (this.height / 2 - (this.places[2 * i + 1] - this.cy) * this.scale) * this.ratio;
        this.flat.fillRect(px - size / 2, py - size / 2, size, size);
      }
    }
    this.#trace();
    this.canvas.dataset.drawn = "1";
  }

  #listen() {
    const canvas = this.canvas;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const hands = new Map();
    let moved = false;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      hands.set(event.pointerId, at(event));
      moved = false;
      if (this.lassoing) this.path = [at(event)];
    });
    canvas.addEventListener("pointermove", (event) => {
      const here = at(event);
      const before = hands.get(event.pointerId);
      if (!before) return void this.onhover(this.#near(...here), ...here);
      if (Math.hypot(here[0] - before[0], here[1] - before[1]) > 3) moved = true;
      if (this.path) {
        this.path.push(here);
        this.#trace();
        return;
      }
      if (hands.size === 2) {
        const other = [...hands].find(([id]) => id !== event.pointerId)[1];
        const apart = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]);
        this.zoom(apart(here) / Math.max(apart(before), 1), (here[0] + other[0]) / 2, (here[1] + other[1]) / 2);
      } else if (moved) this.pan(here[0] - before[0], here[1] - before[1]);
      if (moved || hands.size === 2) hands.set(event.pointerId, here);
    });
    const up = (event) => {
      const here = at(event);
      hands.delete(event.pointerId);
      if (this.path) {
        const path = this.path;
        this.path = null;
        this.#trace();
        if (path.length > 2) this.onlasso(this.#within(path));
      } else if (!moved) this.onpick(this.#near(...here));
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", (event) => hands.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => this.onhover(-1, 0, 0));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.0015), ...at(event));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
      if (step) this.pan(...step);
      else if (event.key === "+" || event.key === "=") this.zoom(1.5);
      else if (event.key === "-" || event.key === "_") this.zoom(1 / 1.5);
      else if (event.key === "0") this.whole();
      else return;
      event.preventDefault();
    });
  }

  #trace() {
    const pen = this.over.getContext("2d");
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    this.#write(pen);
    if (!this.path) return;
    pen.beginPath();
    for (const [x, y] of this.path) pen.lineTo(x, y);
    pen.closePath();
    pen.fillStyle = "rgb(31 78 121 / 12%)";
    pen.strokeStyle = "rgb(31 78 121)";
    pen.lineWidth = 1.5;
    pen.fill();
    pen.stroke();
  }

  // Names of topics, as many as have room.
  #write(pen) {
    pen.font = '600 12.5px "PT Sans", "Segoe UI", "DejaVu Sans", sans-serif';
    pen.textAlign = "center";
    pen.lineJoin = "round";
    const taken = [];
    for (const name of this.names) {
      const px = (name.x - this.cx) * this.scale + this.width / 2;
      const py = this.height / 2 - (name.y - this.cy) * this.scale;
      if (px < 0 || px > this.width || py < 12 || py > this.height) continue;
      const half = pen.measureText(name.text).width / 2 + 4;
      const box = [px - half, py - 10, px + half, py + 8];
      if (taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) continue;
      taken.push(box);
      if (taken.length > 60) return;
      pen.lineWidth = 3.5;
      pen.strokeStyle = "rgb(255 255 255 / 85%)";
      pen.strokeText(name.text, px, py + 4);
      pen.fillStyle = "rgb(29 36 48)";
      pen.fillText(name.text, px, py + 4);
    }
  }

  // The points within a closed path on the screen.
  #within(path) {
    const corners = path.map(([px, py]) => this.#at(px, py));
    const xs = corners.map((c) => c[0]);
    const ys = corners.map((c) => c[1]);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const found = [];
    for (let i = 0; i < this.count; i++) {
      const x = this.places[2 * i];
      const y = this.places[2 * i + 1];
      if (this.hidden[i] || x < x0 || x > x1 || y < y0 || y > y1) continue;
      let inside = false;
      for (let a = 0, b = corners.length - 1; a < corners.length; b = a++) {
        const [ax, ay] = corners[a];
        const [bx, by] = corners[b];
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      }
      if (inside) found.push(i);
    }
    return found;
  }
}
