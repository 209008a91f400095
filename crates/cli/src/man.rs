//! `portcullis man`: the manual page, with every command on it.

use crate::exit::{Exit, Failure};
use crate::{args, out};
use clap_mangen::Man;

pub(crate) fn run() -> Result<Exit, Failure> {
    out::data(&page().map_err(|error| Failure::new(Exit::Finding, error.to_string()))?)?;
    Ok(Exit::Good)
}

fn page() -> std::io::Result<String> {
    let mut definition = args::definition();
    definition.build();
    let mut page = Vec::new();
    Man::new(definition.clone()).render(&mut page)?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    // The page itself has one line a command; what each takes is a section of its own below.
    for command in definition.get_subcommands().filter(|command| command.get_name() != "help") {
        let man = Man::new(command.clone());
        let mut sections = Vec::new();
        man.render_synopsis_section(&mut sections)?;
        man.render_description_section(&mut sections)?;
        man.render_options_section(&mut sections)?;
        let sections = String::from_utf8_lossy(&sections).replace("\n.SH ", "\n.SS ");
        page.extend([".SH PORTCULLIS ", &command.get_name().to_uppercase(), "\n", &sections]);
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_has_every_command_and_the_exit_codes() {
        let page = super::page().unwrap();
        for wanted in ["doctor", "completions", "apparmor", "require", "lacks a required protection"] {
            assert!(page.contains(wanted), "{wanted}\n{page}");
        }
    }
}
