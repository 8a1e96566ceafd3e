// How a report looks, on a screen and on paper.

/** CSS without anything from elsewhere. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1c2128; --quiet: #5b6470; --page: #fff; --soft: #f4f5f7; --line: #d9dde3;
  --ok: #1a7f4b; --failed: #9a6700; --refused: #b42318; --unknown: #7a3eb1; --open: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --quiet: #9aa4b1; --page: #14171b; --soft: #1d2127;
  --line: #343b44; --ok: #4cc38a; --failed: #e0b050; --refused: #ff7b6b; --unknown: #c297f0; --open: #e0b050; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; line-height: 1.4; margin: 0 0 .5rem; }
h3 code { font-weight: 600; background: none; padding: 0; }
p, dd, li { overflow-wrap: anywhere; }
code, pre { font: .86em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { background: var(--soft); border-radius: 3px; padding: .1em .3em; overflow-wrap: anywhere; }
pre { margin: 0; padding: .7rem .9rem; background: var(--soft); border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: .7rem 0; }
figcaption { color: var(--quiet); font-size: .86rem; margin-bottom: .2rem; }
header p { color: var(--quiet); margin: 0; }
ul { padding-left: 1.2rem; margin: .4rem 0; }
ul.figures { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: 1.2rem 0 0; }
ul.figures li { border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 4px; padding: .3rem .8rem; color: var(--quiet); }
ul.figures b { color: var(--ink); font-size: 1.1rem; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .15rem 1.2rem; margin: .4rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
article { border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 4px; padding: .8rem 1rem; margin: .8rem 0; }
.status { display: inline-block; font-size: .72rem; letter-spacing: .04em; text-transform: uppercase; font-weight: 700; border: 1px solid; border-radius: 3px; padding: 0 .4em; vertical-align: .08em; }
.ok { border-left-color: var(--ok) !important; } .ok .status { color: var(--ok); }
.failed { border-left-color: var(--failed) !important; } .failed .status { color: var(--failed); }
.refused { border-left-color: var(--refused) !important; } .refused .status { color: var(--refused); }
.unknown { border-left-color: var(--unknown) !important; } .unknown .status { color: var(--unknown); }
.open { border-left-color: var(--open) !important; } .open .status { color: var(--open); }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .4rem; } }
@media print { :root { color-scheme: light; --ink: #000; --quiet: #444; --page: #fff; --soft: #f4f4f4; --line: #bbb;
  --ok: #1a7f4b; --failed: #9a6700; --refused: #b42318; --unknown: #7a3eb1; --open: #9a6700; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; } h2, h3 { break-after: avoid; }
  article { break-inside: auto; } figure, dl { break-inside: auto; } @page { margin: 18mm 16mm; } }
`;
