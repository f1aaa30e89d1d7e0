/// Type, colours and print rules of a report.
package enum ReportStyle {
    static let css = """
        :root{color-scheme:light dark;--paper:#ffffff;--ink:#1b2430;--muted:#566272;--line:#dde2e8;\
        --soft:#f5f7f9;--accent:#0072b2;--warn:#8a4b00;--warn-soft:#fff6e6;--warn-line:#e6b450}
        @media screen and (prefers-color-scheme:dark){:root{--paper:#12171f;--ink:#e8ecf1;\
        --muted:#a3aebb;--line:#2c3643;--soft:#1a212b;--accent:#56b4e9;--warn:#f2c063;\
        --warn-soft:#2a2213;--warn-line:#7a5a1c}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,\
        -apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        header,main,footer{max-width:1040px;margin:0 auto;padding:0 24px}
        header{padding-top:44px}
        .eyebrow{margin:0;color:var(--accent);font-size:13px;font-weight:600;letter-spacing:.08em;\
        text-transform:uppercase}
        h1{margin:4px 0 6px;font-size:34px;line-height:1.18;font-weight:680;letter-spacing:-.015em;\
        text-wrap:balance;overflow-wrap:anywhere}
        .meta{margin:0;color:var(--muted);overflow-wrap:anywhere}
        section{margin-top:46px}
        h2{margin:0 0 14px;padding-top:14px;border-top:1px solid var(--line);font-size:21px;\
        line-height:1.3;font-weight:650;letter-spacing:-.005em}
        h3{margin:26px 0 8px;font-size:16px;font-weight:650}
        p{margin:0 0 12px;max-width:72ch}
        .lead{color:var(--muted);margin-top:-6px;margin-bottom:18px}
        .summary{margin:26px 0 0}
        .summary p{margin:0;font-size:19px;line-height:1.55;max-width:62em}
        .tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:1px;\
        margin:28px 0 0;background:var(--line);border:1px solid var(--line);border-radius:8px;\
        overflow:hidden}
        .tiles div{background:var(--paper);padding:14px 16px 12px}
        .tiles dt{color:var(--muted);font-size:13.5px;line-height:1.35}
        .tiles dd{margin:3px 0 0;font-size:25px;line-height:1.25;font-weight:640;\
        letter-spacing:-.01em;font-variant-numeric:tabular-nums}
        .tiles dd.aside{font-size:13.5px;font-weight:400;letter-spacing:0;color:var(--muted)}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));\
        gap:28px 36px;align-items:start}
        figure{margin:0;min-width:0;max-width:560px}
        figcaption{margin:0 0 8px;font-size:14.5px;line-height:1.45;color:var(--muted)}
        figcaption strong{color:var(--ink);font-weight:620}
        .scroll{overflow-x:auto;margin:0 0 20px}
        .figures+.scroll{margin-top:30px}
        table{border-collapse:collapse;width:100%;font-size:15px;line-height:1.4;\
        font-variant-numeric:tabular-nums}
        caption{caption-side:top;text-align:left;padding:0 0 8px;color:var(--muted);\
        font-size:14.5px}
        th,td{padding:7px 18px 7px 0;text-align:left;vertical-align:top;\
        border-bottom:1px solid var(--line)}
        th:last-child,td:last-child{padding-right:0}
        thead th{border-bottom:1.5px solid var(--muted);font-size:13.5px;font-weight:600;\
        color:var(--muted);vertical-align:bottom}
        tbody th{font-weight:500;min-width:6.5em}
        .runs tbody th{min-width:12.5em}
        td.n,th.n{text-align:right}
        pre{margin:0 0 16px;padding:12px 14px;background:var(--soft);border:1px solid var(--line);\
        border-radius:6px;font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,\
        "DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4}
        pre:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
        .configuration{columns:2 320px;column-gap:36px}
        .warnings{margin:28px 0 0;padding:12px 18px 12px;background:var(--warn-soft);\
        border:1px solid var(--warn-line);border-radius:8px}
        .keep .warnings{margin:0 0 16px}
        .warnings h2,.warnings h4{margin:0 0 4px;padding:0;border:0;font-size:16px;color:var(--warn)}
        .warnings ul{margin:0;padding-left:20px}
        .warnings li{margin:3px 0;overflow-wrap:anywhere}
        .good{color:var(--muted)}
        footer{margin-top:52px;padding-top:14px;padding-bottom:40px;color:var(--muted);\
        font-size:14px}
        @media (max-width:560px){body{font-size:15.5px}header,main,footer{padding-left:16px;\
        padding-right:16px}header{padding-top:26px}h1{font-size:27px}.summary p{font-size:17px}\
        .tiles{grid-template-columns:1fr 1fr}.tiles dd{font-size:21px}.tiles div{padding:11px 12px}\
        table{font-size:14px}th,td{padding-right:8px}section{margin-top:36px}}
        @page{size:A4;margin:15mm 14mm}
        @media print{body{font-size:10pt;line-height:1.45}header,main,footer{max-width:none;\
        padding:0}h1{font-size:20pt}.summary{margin-top:12pt}.summary p{font-size:11.5pt}\
        h2{font-size:13pt;padding-top:8pt;margin-bottom:8pt}section{margin-top:18pt}\
        .tiles{grid-template-columns:repeat(3,1fr);margin-top:14pt}.tiles div{padding:7pt 9pt}\
        .tiles dd{font-size:14pt}.tiles dt,.tiles dd.aside{font-size:8.5pt}\
        .figures{grid-template-columns:1fr 1fr;gap:14pt 18pt}figcaption,caption{font-size:9pt}\
        table{font-size:9pt}thead th{font-size:8.5pt}th,td{padding-top:3.5pt;padding-bottom:3.5pt}\
        .lead{break-after:avoid}pre{font-size:8.5pt}.runs{font-size:8pt}.runs thead th{font-size:7.5pt}.scroll{overflow:visible}h2,h3,figcaption,caption{break-after:avoid}\
        figure,tr,.tiles,.warnings,.keep,.scroll{break-inside:avoid}thead{display:table-header-group}\
        p{orphans:3;widows:3}.configuration{columns:2}footer{margin-top:20pt;padding-bottom:0}}
        """
}
