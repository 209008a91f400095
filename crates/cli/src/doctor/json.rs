//! The report for programs: the same rows and ways, under names that stay.

use super::layer::meaning;
use super::report::Report;
use super::text::TIERS;
use portcullis_policy::manifest::Tier;
use serde_json::{Value, json};

/// What the form is called; another number would be another form.
const FORMAT: u32 = 1;

/// The whole report, on several lines.
pub(super) fn of(report: &Report) -> String {
    let layers = report.rows.iter().map(|row| {
        let layer = row.layer;
        json!({
            "layer": layer.name,
            "asked_by": layer.tiers.iter().copied().map(name).collect::<Vec<_>>(),
            "had": row.finding.word(),
            "proof": row.finding.proof(),
            "cost": layer.cost,
            "gaps": layer.gaps.iter().map(|gap| gap.as_str()).collect::<Vec<_>>(),
            "ways": report.ways_to(row),
        })
    });
    let ways = report.ways.iter().zip(1..).map(|(way, number): (_, usize)| {
        let file = way.file.as_ref().map(|file| json!({ "path": file.path, "content": file.content }));
        json!({ "way": number, "text": way.text, "commands": way.commands, "file": file })
    });
    let whole = json!({
        "format": FORMAT,
        "version": env!("CARGO_PKG_VERSION"),
        "tier": name(report.tier),
        "why_not_better": report.why_not_better,
        "required": name(report.required),
        "enough": report.is_enough(),
        "layers": layers.collect::<Vec<_>>(),
        "ways": ways.collect::<Vec<_>>(),
        "tiers": TIERS.map(|tier| json!({ "tier": name(tier), "meaning": meaning(tier) })),
    });
    format!("{whole:#}\n")
}

fn name(tier: Tier) -> Value {
    Value::String(format!("{tier:?}"))
}
