//! The report for people: the table, what is missing, how to get it, and what it comes to.

use super::finding::Finding;
use super::layer::{Layer, meaning};
use super::report::{Report, Row};
use super::way::Way;
use crate::edge::Colour;
use portcullis_policy::manifest::Tier;
use std::fmt::Write;

const RED: u8 = 31;
const GREEN: u8 = 32;
const YELLOW: u8 = 33;
const BOLD: u8 = 1;

/// The tiers, best first.
pub(super) const TIERS: [Tier; 3] = [Tier::T1, Tier::T2, Tier::T3];

/// The whole report.
pub(super) fn of(report: &Report, colour: Colour) -> String {
    let mut out = String::new();
    // Writing to a text does not fail.
    let _written = write(&mut out, report, colour);
    out
}

fn write(out: &mut String, report: &Report, colour: Colour) -> std::fmt::Result {
    writeln!(out, "{}", colour.paint(BOLD, &columns("layer", "asked by", "had", "proof")))?;
    for row in &report.rows {
        writeln!(out, "{}", line(row, colour))?;
    }
    let missing: Vec<_> = report.rows.iter().filter(|row| !row.finding.is_had()).collect();
    if !missing.is_empty() {
        writeln!(out, "\n{}", colour.paint(BOLD, "What it costs to be without"))?;
    }
    for row in missing {
        write_missing(out, report, row)?;
    }
    if !report.ways.is_empty() {
        writeln!(out, "\n{}", colour.paint(BOLD, "How to get it"))?;
    }
    for (way, number) in report.ways.iter().zip(1..) {
        write_way(out, way, number)?;
    }
    write_conclusion(out, report, colour)
}

fn columns(layer: &str, asked: &str, had: &str, proof: &str) -> String {
    format!("{layer:<22}{asked:<10}{had:<9}{proof}")
}

/// One line of the table.
fn line(row: &Row, colour: Colour) -> String {
    let code = match row.finding {
        Finding::Had(_) => GREEN,
        Finding::Lacking(_) => RED,
        Finding::Untried(_) => YELLOW,
    };
    let had = colour.paint(code, &format!("{:<9}", row.finding.word()));
    format!("{:<22}{:<10}{had}{}", row.layer.name, asked_by(row.layer), row.finding.proof())
}

/// Who asks for a layer.
fn asked_by(layer: &Layer) -> String {
    let tiers: Vec<_> = layer.tiers.iter().map(|tier| format!("{tier:?}")).collect();
    if tiers.is_empty() { "limits".to_owned() } else { tiers.join(" ") }
}

fn write_missing(out: &mut String, report: &Report, row: &Row) -> std::fmt::Result {
    write!(out, "  {}: {}", row.layer.name, row.layer.cost)?;
    let gaps: Vec<_> = row.layer.gaps.iter().map(|gap| gap.as_str()).collect();
    if !gaps.is_empty() {
        write!(out, "; gaps: {}", gaps.join(", "))?;
    }
    let ways: Vec<_> = report.ways_to(row).iter().map(|number| format!("[{number}]")).collect();
    writeln!(out, "{}{}", if ways.is_empty() { "" } else { " " }, ways.join(" "))
}

fn write_way(out: &mut String, way: &Way, number: usize) -> std::fmt::Result {
    let end = if way.commands.is_empty() { "." } else { ":" };
    writeln!(out, "  [{number}] {}{end}", way.text)?;
    for command in &way.commands {
        writeln!(out, "        {command}")?;
    }
    if let Some(file) = &way.file {
        writeln!(out, "      That writes `{}`:", file.path)?;
        for line in file.content.lines() {
            writeln!(out, "{}", format!("        {line}").trim_end())?;
        }
    }
    Ok(())
}

fn write_conclusion(out: &mut String, report: &Report, colour: Colour) -> std::fmt::Result {
    let tier = report.tier;
    let why = report.why_not_better.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    writeln!(out, "\n{}", colour.paint(BOLD, &format!("This machine has tier {tier:?}{why}")))?;
    for other in TIERS {
        let mark = if other == tier { '*' } else { ' ' };
        writeln!(out, "{mark} {other:?}  {}", meaning(other))?;
    }
    Ok(())
}
