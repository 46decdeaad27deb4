// Brings the browser half: what is to be seen has the line and the processor for itself until it is painted.
(folder => {
  const painted = new Promise(done => {
    // A tab in the background is not painted, and a browser that does not tell is given two frames.
    if (document.hidden) return done();
    if (window.PerformanceObserver?.supportedEntryTypes?.includes("paint")) {
      new PerformanceObserver(done).observe({ type: "paint", buffered: true });
    } else {
      requestAnimationFrame(() => requestAnimationFrame(done));
    }
    setTimeout(done, 1000);
  });
  // The browser answers people between two tasks, and not in the middle of one.
  const nextTask = () => new Promise(done => setTimeout(done));
  const nameEarly = file => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: `${folder}/${file}.wasm` });
    document.head.append(link);
  };

  painted.then(async () => {
    const file = `${folder}/rankloop.wasm`;
    // A proxy may have changed its type; the loader reads it even so.
    const compiling = WebAssembly.compileStreaming(fetch(file)).catch(() => file);
    const loading = import(`${folder}/rankloop.js`);
    document.querySelector("meta[name=parts]")?.content.split(" ").forEach(nameEarly);
    const [half, module_or_path] = await Promise.all([loading, compiling]);
    await nextTask();
    await half.default({ module_or_path });
    await nextTask();
    half.hydrate();
  });
})
