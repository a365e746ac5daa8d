//! Colours and lines of figures. Series keep their colours over all figures: what happened is in the colour
//! of text, what a model expects in blue. The colours of series are told apart by people who are colour-blind
//! (after Okabe & Ito 2008), and no figure depends on colour alone.

use serde_json::{Value, json};

/// What a figure looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Text, and what happened.
    pub ink: &'static str,
    /// Axes and lesser text.
    pub muted: &'static str,
    /// Lines of the grid.
    pub grid: &'static str,
    /// Behind everything; `transparent` takes the place's own.
    pub background: &'static str,
    /// Series after the first, which is in `ink`.
    pub series: [&'static str; 4],
    /// The font of all text.
    pub font: &'static str,
}

impl Theme {
    /// Dark on light.
    pub const LIGHT: Theme = Theme {
        ink: "#33363b",
        muted: "#5c6066",
        grid: "#e3e5e8",
        background: "#ffffff",
        series: ["#0072b2", "#d55e00", "#009e73", "#cc79a7"],
        font: "sans-serif",
    };

    /// Light on dark.
    pub const DARK: Theme = Theme {
        ink: "#d8dade",
        muted: "#a3a8b0",
        grid: "#3a3e45",
        background: "#16181c",
        series: ["#56b4e9", "#e69f00", "#2bc59a", "#e3a0c8"],
        font: "sans-serif",
    };

    /// Colours by CSS variables of the page around it, which follow the reader's own setting and the printer.
    pub const PAGE: Theme = Theme {
        ink: "var(--ink)",
        muted: "var(--muted)",
        grid: "var(--grid)",
        background: "transparent",
        series: ["var(--blue)", "var(--orange)", "var(--green)", "var(--pink)"],
        font: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
    };

    /// As the `config` of a Vega-Lite specification.
    pub fn config(&self) -> Value {
        let category: Vec<&str> = [self.ink].into_iter().chain(self.series).collect();
        json!({
            "background": self.background,
            "font": self.font,
            "view": { "stroke": null },
            "title": { "anchor": "start", "color": self.ink, "fontSize": 14, "fontWeight": 600, "offset": 12 },
            "axis": {
                "labelColor": self.muted, "titleColor": self.muted, "labelFontSize": 12, "titleFontSize": 12,
                "titleFontWeight": "normal", "domainColor": self.muted, "tickColor": self.muted,
                "gridColor": self.grid, "gridWidth": 1, "titlePadding": 8, "labelOverlap": "greedy", "labelSeparation": 8,
            },
            "axisXDiscrete": { "grid": false },
            "axisXTemporal": { "grid": false },
            "legend": {
                "orient": "top", "labelColor": self.ink, "titleColor": self.muted, "labelFontSize": 12,
                "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 0,
            },
            "header": { "labelColor": self.ink, "labelFontSize": 12, "titleColor": self.muted },
            "range": { "category": category, "heatmap": { "scheme": "viridis" } },
            "mark": { "color": self.series[0] },
            "bar": { "opacity": 1 },
            "rule": { "color": self.ink },
            "text": { "color": self.ink },
            "line": { "strokeWidth": 1.75 },
            "point": { "filled": true, "size": 55, "opacity": 1 },
            "style": {
                "boundary": { "stroke": self.muted, "strokeDash": [4, 4], "strokeWidth": 1 },
                "reference": { "stroke": self.muted, "strokeDash": [2, 3], "strokeWidth": 1, "color": self.muted },
                "note": { "fill": self.muted, "fontSize": 11 },
                "band": { "opacity": 0.2 },
            },
        })
    }
}

impl Default for Theme {
    fn default() -> Self {
        Theme::LIGHT
    }
}
