//! The page of a company with both kinds of customers: what they come to together, then the page of each.

use std::borrow::Cow;

use super::PageOptions;
use super::words::{Money, percent};
use crate::base::numbers::count;
use crate::contracts::Range;
use crate::show::report;
use crate::show::report::page::{Page, Part, Section, Tile};
use crate::study::{Company, CompanyOverview};

/// Makes the page of an overview of both kinds.
pub fn of(options: &PageOptions, found: &CompanyOverview) -> Page {
    let ((model, shop), (books, contracts)) = (&found.shop, &found.contracts);
    build(
        options,
        &found.together,
        super::build(options, model, shop),
        super::subscribers::build(options, books, contracts),
    )
}

/// Puts the pages of both kinds behind what they come to together.
fn build(options: &PageOptions, found: &Company, shop: Page, contracts: Page) -> Page {
    let money = Money::new(options.currency.as_deref());
    let mut first = Section::new("together", "Both together");
    first.push(Part::Blocks(report::together(found)));
    let mut page = Page {
        title: options.title.clone(),
        about: format!("The shop: {} The contracts: {}", shop.about, contracts.about),
        logo: options.logo.clone(),
        tiles: tiles(found, &money),
        banners: Vec::new(),
        warnings: found.warnings.iter().map(|warning| warning.message.clone()).collect(),
        sections: vec![first],
    };
    for (kind, name, own) in [("shop", "Shop", shop), ("contracts", "Contracts", contracts)] {
        page.banners.extend(own.banners.into_iter().map(|banner| format!("{name}: {banner}")));
        page.warnings.extend(own.warnings.into_iter().map(|warning| format!("{name}: {warning}")));
        let mut answer =
            Section { id: Cow::Owned(format!("{kind}-answer")), title: name.to_owned(), parts: Vec::new() };
        answer.push(Part::Tiles(own.tiles));
        page.sections.push(answer);
        page.sections.extend(own.sections.into_iter().map(|section| Section {
            id: Cow::Owned(format!("{kind}-{}", section.id)),
            title: format!("{name}: {}", section.title),
            parts: section.parts,
        }));
    }
    page
}

fn tiles(found: &Company, money: &Money) -> Vec<Tile> {
    let customers = &found.customers;
    let words = |range: &Range| {
        format!("{} ({} interval)", money.range((range.lower, range.upper)), percent(found.probability))
    };
    let tile = |label: &str, figure: String, note: String, definition: &str| Tile {
        label: label.to_owned(),
        figure,
        note,
        definition: definition.to_owned(),
    };
    let (all, both) = (count(customers.all), count(customers.both));
    let kinds = format!(
        "{} in the shop, {} with a contract, {both} both",
        count(customers.shop),
        count(customers.contracts)
    );
    vec![
        tile("Customers", all, kinds, "Each counted once: the same id in both tables is one customer."),
        tile(
            "Value together",
            money.say(found.together.expected),
            words(&found.together),
            "Margin on what all customers of today are expected to pay within the horizon, discounted. Shop and contracts are taken \
             for independent of each other.",
        ),
        tile("Of the shop", money.say(found.shop.expected), words(&found.shop), "The same, of purchases."),
        tile(
            "Of contracts",
            money.say(found.contracts.expected),
            words(&found.contracts),
            "The same, of renewals.",
        ),
    ]
}
