/// How a page looks, by day and by night.
enum PageStyle {
    static let css = """
        :root{color-scheme:light dark;--paper:#ffffff;--ink:#1b2430;--muted:#566272;--line:#dde2e8;
        --soft:#f2f4f7;--accent:#0072b2;--warn:#8a4b00}
        @media (prefers-color-scheme:dark){:root{--paper:#12171f;--ink:#e8ecf1;--muted:#a3aebb;
        --line:#2c3643;--soft:#1a212b;--accent:#56b4e9;--warn:#f2c063}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:1040px;padding:32px 24px 40px;background:var(--paper);color:var(--ink);
        font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        h1{margin:0 0 4px;font-size:30px;line-height:1.2;font-weight:680;overflow-wrap:anywhere}
        h2{margin:0 0 8px;font-size:16px;font-weight:650}
        p{margin:0 0 12px;max-width:72ch}
        .lead,.hint,footer{color:var(--muted)}
        .hint{font-size:14px}
        main{display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);gap:32px 48px;margin-top:24px}
        @media (max-width:760px){main{grid-template-columns:minmax(0,1fr)}body{padding:20px 16px}}
        canvas{display:block;max-width:100%;border:1px solid var(--line);border-radius:6px;touch-action:none;
        cursor:crosshair;image-rendering:pixelated}
        canvas:focus-visible,button:focus-visible,input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
        .buttons{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0;align-items:center}
        button{font:inherit;font-size:14.5px;padding:5px 12px;color:var(--ink);background:var(--soft);
        border:1px solid var(--line);border-radius:6px;cursor:pointer}
        button:hover{border-color:var(--accent)}
        #sliders{display:grid;gap:6px;max-height:460px;overflow-y:auto;padding-right:8px}
        #sliders label{display:grid;grid-template-columns:9em minmax(60px,1fr) 7em 3em;gap:10px;align-items:center}
        #sliders span{overflow-wrap:anywhere}
        #sliders input{min-width:0;width:100%;accent-color:var(--accent);font:inherit;font-size:14.5px}
        #sliders input[type=number]{color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:4px;padding:2px 6px}
        .unit{color:var(--muted);font-size:14px}
        #answer{margin:0;font-size:40px;line-height:1.15;font-weight:680;color:var(--accent);overflow-wrap:anywhere}
        #margin{color:var(--muted)}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:15px;margin:0 0 20px}
        th{text-align:left;font-weight:500;padding:3px 12px 3px 0;width:1%;white-space:nowrap;max-width:12em;overflow:hidden;text-overflow:ellipsis}
        td{padding:3px 0}
        td:last-child{text-align:right;width:5.5em}
        .track{position:relative;height:14px;background:var(--soft);border-radius:3px}
        .track div{position:absolute;top:0;bottom:0;background:var(--muted);border-radius:3px}
        .best th{font-weight:700}
        .best .track div{background:var(--accent)}
        .warn{color:var(--warn)}
        footer{margin-top:32px;padding-top:12px;border-top:1px solid var(--line);font-size:14px}
        [hidden]{display:none}
        """
}
