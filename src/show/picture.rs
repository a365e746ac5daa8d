//! Figures as pictures: the charting library that a page carries ([`html`](crate::show::report::html)) draws them, run here by
//! QuickJS, so that a file shows what the page and a notebook show; resvg makes pixels of it. No browser, no network.

use resvg::{tiny_skia, usvg};
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Runtime};

use crate::base::{Error, Result};
use crate::show::{
    figure::{Figure, Theme},
    report::html,
};

/// What the library expects of a browser and QuickJS does not have. Colours and sizes of text are worked out by the library's
/// own estimate, as there is no canvas to measure on.
const BROWSER: &str = "
globalThis.self = globalThis;
globalThis.structuredClone = value => value === undefined ? value : JSON.parse(JSON.stringify(value));
globalThis.setTimeout = run => { run(); return 0; };
globalThis.clearTimeout = () => {};
const quiet = () => {};
globalThis.console = { log: quiet, info: quiet, debug: quiet, warn: quiet, error: quiet };
";

/// Draws `specification` and leaves the picture in `drawn`, or what went wrong in `failed`.
const DRAW: &str = "
globalThis.drawn = undefined; globalThis.failed = undefined;
const compiled = vegaLite.compile(JSON.parse(specification)).spec;
const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
view.toSVG().then(svg => { globalThis.drawn = svg; }, error => { globalThis.failed = String(error); });
";

/// What the interpreter may use of the stack \[bytes\]: the library compiles itself recursively.
const STACK: usize = 4 << 20;

/// Pixels for each unit of the picture: sharp on screens of today, and in print at the width of a column.
pub const SCALE: f32 = 2.0;

/// A figure as SVG.
///
/// # Errors
/// If the library cannot draw it, which is a defect of the figure.
pub fn svg(figure: &Figure, theme: &Theme) -> Result<String> {
    let specification = figure.spec(theme).to_string();
    // The interpreter needs more stack than threads usually have.
    let drawn = std::thread::Builder::new().stack_size(4 * STACK).spawn(move || run(&specification));
    let drawn = drawn.map_err(|error| Error::io("start a thread to draw", &*figure.name, error))?;
    let drawn = drawn.join().unwrap_or_else(|_| Err("the charting library stopped".to_owned()));
    drawn.map_err(|why| Error::option("NAME", format!("{} cannot be drawn: {why}", figure.name)))
}

fn run(specification: &str) -> std::result::Result<String, String> {
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    runtime.set_max_stack_size(STACK);
    let context = Context::full(&runtime).map_err(|error| error.to_string())?;
    let eval = |code: &str| {
        context.with(|ctx: Ctx<'_>| {
            let run = ctx.eval::<(), _>(code).catch(&ctx);
            run.map_err(|error: CaughtError<'_>| error.to_string())
        })
    };
    eval(BROWSER)?;
    html::charting().iter().try_for_each(|script| eval(script))?;
    context
        .with(|ctx| ctx.globals().set("specification", specification))
        .map_err(|error| error.to_string())?;
    eval(DRAW)?;
    while runtime.is_job_pending() {
        runtime.execute_pending_job().map_err(|_| "a step of the charting library failed".to_owned())?;
    }
    context.with(|ctx| {
        let globals = ctx.globals();
        let failed: Option<String> = globals.get("failed").map_err(|error| error.to_string())?;
        let drawn: Option<String> = globals.get("drawn").map_err(|error| error.to_string())?;
        drawn.ok_or_else(|| failed.unwrap_or_else(|| "nothing was drawn".to_owned()))
    })
}

/// A figure as PNG, with [`SCALE`] pixels a unit. Its letters are those of the system.
///
/// # Errors
/// If it cannot be drawn, or the system has no fonts.
pub fn png(figure: &Figure, theme: &Theme) -> Result<Vec<u8>> {
    let picture = svg(figure, theme)?;
    let refuse = |why: String| Error::option("--output", format!("{}: {why}", figure.name));
    let mut options = usvg::Options::default();
    options.fontdb_mut().load_system_fonts();
    if options.fontdb.is_empty() {
        return Err(refuse("this system has no fonts for a PNG: write .svg or .html".to_owned()));
    }
    // Families that a system does not have are those that it has.
    let first = options.fontdb.faces().find_map(|face| face.families.first()).map(|family| family.0.clone());
    if let Some(first) = first {
        let known =
            |family: &str| options.fontdb.faces().any(|face| face.families.iter().any(|f| f.0 == family));
        let sans = ["DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial", "Helvetica", "Segoe UI"];
        let family = sans.into_iter().find(|family| known(family)).map_or(first, str::to_owned);
        options.fontdb_mut().set_sans_serif_family(family);
    }
    let tree = usvg::Tree::from_str(&picture, &options).map_err(|error| refuse(error.to_string()))?;
    let size = tree.size();
    let pixels = |length: f32| (length * SCALE).ceil() as u32;
    let map = tiny_skia::Pixmap::new(pixels(size.width()), pixels(size.height()));
    let mut map = map.ok_or_else(|| refuse("it is too large for a picture".to_owned()))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut map.as_mut());
    map.encode_png().map_err(|error| refuse(error.to_string()))
}
