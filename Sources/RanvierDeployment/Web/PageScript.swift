/// What a page does: plain JavaScript that knows `page` and `words`.
enum PageScript {
    static let text = #"""
        "use strict";
        const $ = id => document.getElementById(id);
        const format = (text, ...parts) => text.replace(/\{(\d)\}/g, (_, index) => parts[index]);
        const make = (tag, text, parent) => {
          const element = document.createElement(tag);
          if (text !== undefined) element.textContent = text;
          if (parent) parent.append(element);
          return element;
        };
        const number = value => value.toLocaleString("en", {maximumFractionDigits: 3});
        const reading = score => page.reading
          ? (number(score * page.reading.scale + page.reading.offset) + " " + page.reading.unit).trim()
          : number(score);
        const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

        /* Whole numbers that the network reads, in the order of its rows. */
        const codes = new Int32Array(page.rows * page.inputs);
        const channelOf = index => page.channels[page.kind === "image" ? 0 : index % page.inputs];
        /* Halves go to the even neighbour. */
        const rounded = value => Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);
        const codeOf = (value, channel) => {
          const within = Math.min(channel.highest, Math.max(channel.lowest, value));
          const code = rounded((within - channel.offset) / channel.scale);
          return Math.min(page.highest, Math.max(page.lowest, code));
        };
        const valueOf = (code, channel) => code * channel.scale + channel.offset;
        const clear = () => codes.forEach((_, i) => { codes[i] = codeOf(channelOf(i).rest, channelOf(i)); });

        /* The network. */
        let net;
        function show(sample, rows, each) {
          net.reset();
          for (let row = 0; row < rows; row++) {
            if (page.packed) {
              for (let word = 0; word < page.words; word++) {
                let bits = 0;
                for (let bit = 0; bit < 32 && 32 * word + bit < page.inputs; bit++) {
                  if (sample[row * page.inputs + 32 * word + bit]) bits |= 1 << bit;
                }
                net.set(word, bits);
              }
            } else {
              for (let j = 0; j < page.inputs; j++) net.set(j, sample[row * page.inputs + j]);
            }
            net.step();
            if (each) each(row);
          }
          return page.outputs.map((_, output) => net.score(output));
        }

        /* What is shown of it. */
        let playing = 0, shown = page.rows;
        const bars = page.outputs.map(name => {
          const row = $("scores").insertRow();
          make("th", name, row).scope = "row";
          const track = make("div", "", row.insertCell());
          track.className = "track";
          return {row, bar: make("div", "", track), text: row.insertCell()};
        });
        const layers = page.layers.map(name => {
          const row = $("spikes").insertRow();
          make("th", name, row).scope = "row";
          return row.insertCell();
        });
        function update() {
          const scores = show(codes, shown);
          const low = Math.min(0, ...scores), high = Math.max(1, ...scores), span = high - low;
          const answer = net.answer();
          bars.forEach((part, output) => {
            const score = scores[output];
            part.bar.style.left = 100 * (Math.min(0, score) - low) / span + "%";
            part.bar.style.width = 100 * Math.abs(score) / span + "%";
            part.text.textContent = reading(score);
            part.row.className = output === answer ? "best" : "";
          });
          const isOne = page.outputs.length === 1;
          $("answer").textContent = isOne ? reading(scores[0]) : page.outputs[answer];
          $("margin").textContent = isOne ? ""
            : net.margin() > 0 ? format(words.margin, number(net.margin())) : words.level;
          layers.forEach((cell, layer) => { cell.textContent = number(net.count(layer)); });
          if (page.kind === "sequence") $("row").textContent = format(words.rowOf, shown, page.rows);
          if (grid) grid.draw();
          sliders.forEach(slider => slider.refresh());
        }
        function stop() { clearInterval(playing); playing = 0; if ($("play")) $("play").textContent = words.play; }
        function changed() { stop(); shown = page.rows; $("told").textContent = ""; update(); }

        /* Pictures, and sequences with a column for each row: a grid that is drawn on. */
        const sliders = [];
        let grid = null;
        function makeGrid(width, height, indexOf) {
          const canvas = $("canvas"), context = canvas.getContext("2d");
          /* Pixels of pictures are square; a row of a sequence may be wide or narrow. */
          const fitting = (room, count) => Math.min(40, Math.max(2, Math.floor(room / count)));
          const square = Math.min(fitting(560, width), fitting(320, height));
          const wide = page.kind === "sequence" ? fitting(560, width) : square;
          const high = page.kind === "sequence" ? fitting(320, height) : square;
          canvas.width = width * wide;
          canvas.height = height * high;
          let cursor = null, erasing = false, last = null;
          const shade = index => {
            const channel = channelOf(index), span = channel.highest - channel.lowest;
            return Math.min(1, Math.max(0, (valueOf(codes[index], channel) - channel.lowest) / span));
          };
          const put = (x, y, ink) => {
            if (x < 0 || y < 0 || x >= width || y >= height) return;
            const index = indexOf(x, y), channel = channelOf(index);
            const value = channel.lowest + ink * (channel.highest - channel.lowest);
            codes[index] = erasing ? codeOf(channel.rest, channel)
              : Math.max(codes[index], codeOf(value, channel));
          };
          const stroke = (x, y) => {
            if (page.kind === "sequence" || page.packed) { put(Math.floor(x), Math.floor(y), 1); return; }
            const reach = Math.max(0.85, width / 18);
            for (let j = Math.floor(y - reach); j <= y + reach; j++) {
              for (let i = Math.floor(x - reach); i <= x + reach; i++) {
                const far = Math.hypot(i + 0.5 - x, j + 0.5 - y) / reach;
                if (far < 1) put(i, j, Math.min(1, 1.6 * (1 - far)));
              }
            }
          };
          const place = event => {
            const box = canvas.getBoundingClientRect();
            return [(event.clientX - box.left) * width / box.width,
              (event.clientY - box.top) * height / box.height];
          };
          canvas.onpointerdown = event => {
            canvas.setPointerCapture(event.pointerId);
            erasing = event.button === 2 || event.shiftKey;
            last = place(event);
            stroke(...last);
            changed();
          };
          const tell = ([x, y]) => {
            const i = Math.floor(x), j = Math.floor(y);
            if (page.kind !== "sequence" || i < 0 || j < 0 || i >= width || j >= height) return;
            const index = indexOf(i, j), channel = channelOf(index);
            const value = (number(valueOf(codes[index], channel)) + " " + channel.unit).trim();
            $("row").textContent = format(words.at, channel.name, value, i + 1, page.rows);
          };
          canvas.onpointermove = event => {
            if (!last) { tell(place(event)); return; }
            const now = place(event), parts = Math.ceil(2 * Math.hypot(now[0] - last[0], now[1] - last[1]));
            for (let k = 1; k <= parts; k++) {
              stroke(last[0] + (now[0] - last[0]) * k / parts, last[1] + (now[1] - last[1]) * k / parts);
            }
            last = now;
            changed();
          };
          canvas.onpointerup = canvas.onpointercancel = () => { last = null; erasing = false; };
          canvas.oncontextmenu = event => event.preventDefault();
          canvas.onblur = () => { cursor = null; grid.draw(); };
          canvas.onkeydown = event => {
            const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
            const move = moves[event.key];
            if (!move && event.key !== " " && event.key !== "Backspace") return;
            event.preventDefault();
            cursor = cursor || [0, 0];
            if (move) {
              cursor = [Math.min(width - 1, Math.max(0, cursor[0] + move[0])),
                Math.min(height - 1, Math.max(0, cursor[1] + move[1]))];
              grid.draw();
              return;
            }
            erasing = event.key === "Backspace";
            put(...cursor, 1);
            erasing = false;
            changed();
          };
          return {
            draw() {
              context.fillStyle = colour("--soft");
              context.fillRect(0, 0, canvas.width, canvas.height);
              context.fillStyle = colour("--ink");
              for (let y = 0; y < height; y++) {
                for (let x = 0; x < width; x++) {
                  const far = page.kind === "sequence" && x >= shown;
                  context.globalAlpha = shade(indexOf(x, y)) * (far ? 0.3 : 1);
                  context.fillRect(x * wide, y * high, wide, high);
                }
              }
              context.globalAlpha = 1;
              context.strokeStyle = colour("--accent");
              context.lineWidth = 2;
              if (page.kind === "sequence" && shown < page.rows) {
                context.strokeRect((shown - 1) * wide, 1, wide, canvas.height - 2);
              }
              if (cursor) {
                context.strokeRect(cursor[0] * wide + 1, cursor[1] * high + 1, wide - 2, high - 2);
              }
            },
            centre() {
              let sum = 0, sumX = 0, sumY = 0;
              const before = codes.slice();
              for (let y = 0; y < height; y++) {
                for (let x = 0; x < width; x++) {
                  const ink = shade(indexOf(x, y));
                  sum += ink;
                  sumX += ink * (x + 0.5);
                  sumY += ink * (y + 0.5);
                }
              }
              if (sum === 0) return;
              const dx = Math.round(width / 2 - sumX / sum), dy = Math.round(height / 2 - sumY / sum);
              clear();
              for (let y = 0; y < height; y++) {
                for (let x = 0; x < width; x++) {
                  const i = x + dx, j = y + dy;
                  if (i >= 0 && j >= 0 && i < width && j < height) codes[indexOf(i, j)] = before[indexOf(x, y)];
                }
              }
            },
          };
        }

        /* Vectors: a slider for each input. */
        function makeSlider(channel, index) {
          const label = make("label", undefined, $("sliders"));
          make("span", channel.name, label);
          const range = make("input", undefined, label), text = make("input", undefined, label);
          range.type = "range";
          text.type = "number";
          for (const input of [range, text]) {
            input.min = channel.lowest;
            input.max = channel.highest;
            input.step = page.packed ? 1 : "any";
          }
          make("span", channel.unit, label).className = "unit";
          range.setAttribute("aria-label", channel.name);
          range.oninput = () => { codes[index] = codeOf(range.valueAsNumber, channel); changed(); };
          text.onchange = () => {
            if (!Number.isNaN(text.valueAsNumber)) codes[index] = codeOf(text.valueAsNumber, channel);
            changed();
          };
          sliders.push({refresh() {
            range.value = valueOf(codes[index], channel);
            text.value = +valueOf(codes[index], channel).toPrecision(6);
          }});
        }

        function button(text, parent, action) {
          const made = make("button", text, parent);
          made.type = "button";
          made.onclick = action;
          return made;
        }

        function begin() {
          if (page.kind === "image") grid = makeGrid(page.width, page.height, (x, y) => y * page.width + x);
          if (page.kind === "sequence") {
            grid = makeGrid(page.rows, page.inputs, (x, y) => x * page.inputs + y);
            button(words.play, $("tools"), () => {
              if (playing) { stop(); return; }
              shown = 0;
              $("play").textContent = words.pause;
              playing = setInterval(() => {
                shown++;
                update();
                if (shown >= page.rows) stop();
              }, Math.max(20, Math.min(400, 4000 / page.rows)));
            }).id = "play";
          }
          if (page.kind === "vector") page.channels.forEach(makeSlider);
          if (page.kind !== "recorded") button(words.clear, $("tools"), () => { clear(); changed(); });
          if (page.kind === "image") button(words.centre, $("tools"), () => { grid.centre(); changed(); });
          let agreeing = 0;
          page.samples.forEach(sample => {
            const scores = show(sample.codes, page.rows);
            const same = scores.every((score, output) => score === sample.scores[output]);
            agreeing += same ? 1 : 0;
            const chosen = button(sample.name, $("samples"), () => {
              codes.set(sample.codes);
              changed();
              $("told").textContent = same ? words.agrees : format(words.differs, sample.scores.join(" "));
            });
            if (!same) chosen.className = "warn";
          });
          if (page.samples.length > 0) {
            $("agreement").textContent = format(words.agreement, agreeing, page.samples.length);
            if (agreeing < page.samples.length) $("agreement").className = "warn";
            codes.set(page.samples[0].codes);
          } else {
            clear();
          }
          matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (grid) grid.draw(); });
          update();
        }

        const bytes = Uint8Array.from(atob($("module").textContent.trim()), letter => letter.charCodeAt(0));
        WebAssembly.instantiate(bytes).then(made => { net = made.instance.exports; begin(); })
          .catch(error => {
            $("agreement").textContent = format(words.failed, error.message);
            $("agreement").className = "warn";
          });
        """#
}
