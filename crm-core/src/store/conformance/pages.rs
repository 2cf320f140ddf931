//! Pages: every listing, in every size, while others write.

use super::probe::{Checked, List, Probe, commit, ensure, facts, malformed, same, scan};
use super::sample::{NOTE, PERSON, VISIT, appends, at, erase, id, lookup, note, person, puts, visit};
use crate::base::{Cursor, Id, Page};
use crate::change::ChangeSet;
use crate::fact::Fact;
use crate::record::Record;
use crate::store::{FactQuery, MAX_PAGE, Order, Scan, Store, StoreError};

pub(super) fn checks(list: &mut List) {
    for (name, listing) in LISTINGS {
        let listing = *listing;
        list.add(format!("pages.{name}-in-pages-of-every-size"), move |probe| sizes(probe, listing));
        list.add(format!("pages.{name}-end-without-an-empty-page"), move |probe| ends(probe, listing));
        list.add(format!("pages.{name}-refuse-a-limit-of-0"), move |probe| no_items(probe, listing));
        list.add(format!("pages.{name}-cap-the-limit"), move |probe| capped(probe, listing));
        list.add(format!("pages.{name}-refuse-what-is-no-cursor"), move |probe| bad_cursors(probe, listing));
        list.add(format!("pages.{name}-skip-nothing-while-others-write"), move |probe| growing(probe, listing));
        list.add(format!("pages.{name}-go-on-behind-what-was-removed"), move |probe| shrinking(probe, listing));
        list.add(format!("pages.{name}-give-a-cursor-that-can-be-used-again"), move |probe| again(probe, listing));
    }
    list.add("pages.the-feed-refuses-a-limit-of-0", |probe| malformed("no commits", probe.declared()?.changes(0, 0)));
    list.add("pages.more-than-fit-in-one", largest);
    list.add("pages.an-empty-listing-has-one-empty-page", empty);
}

/// A question, asked of a limit and a cursor, with the ids of what it finds.
type Listing = fn(&dyn Store, usize, Option<Cursor>) -> Result<Page<Id>, StoreError>;

fn record_ids(page: Page<Record>) -> Page<Id> {
    Page::new(page.items.iter().map(|record| record.id).collect(), page.next)
}

fn fact_ids(page: Page<Fact>) -> Page<Id> {
    // Measures have no id; their points say which fact they are of.
    let one = |fact: &Fact| fact.points.map_or(fact.id, |number| id(number as u64));
    Page::new(page.items.iter().map(one).collect(), page.next)
}

fn ordered(store: &dyn Store, order: Order, limit: usize, cursor: Option<Cursor>) -> Result<Page<Id>, StoreError> {
    store.facts(&FactQuery::all(VISIT).order(order).limit(limit).after(cursor)).map(fact_ids)
}

const LISTINGS: &[(&str, Listing)] = &[
    ("records", |store, limit, cursor| store.scan(&Scan::all(NOTE).limit(limit).after(cursor)).map(record_ids)),
    ("records-about-a-subject", |store, limit, cursor| {
        store.scan(&Scan::all(NOTE).about(id(1)).limit(limit).after(cursor)).map(record_ids)
    }),
    ("records-with-a-key", |store, limit, cursor| {
        store.scan(&Scan::all(NOTE).with_key(lookup("ann")).limit(limit).after(cursor)).map(record_ids)
    }),
    ("facts-from-the-oldest", |store, limit, cursor| ordered(store, Order::Oldest, limit, cursor)),
    ("facts-from-the-newest", |store, limit, cursor| ordered(store, Order::Newest, limit, cursor)),
    ("facts-as-recorded", |store, limit, cursor| ordered(store, Order::Recorded, limit, cursor)),
    ("facts-about-a-subject", |store, limit, cursor| {
        let query = FactQuery::about(VISIT, id(1)).order(Order::Newest).limit(limit).after(cursor);
        store.facts(&query).map(fact_ids)
    }),
    ("facts-about-some-subjects", |store, limit, cursor| {
        let query =
            FactQuery { subjects: Some(vec![id(3), id(1)]), ..FactQuery::all(VISIT).limit(limit).after(cursor) };
        store.facts(&query).map(fact_ids)
    }),
    ("measures", |store, limit, cursor| {
        store.facts(&FactQuery::all(VISIT).measures().limit(limit).after(cursor)).map(fact_ids)
    }),
];

/// Notes and visits with these numbers. Some of each answer every listing.
fn batch(numbers: impl Iterator<Item = u64> + Clone) -> ChangeSet {
    let keyed = |number: u64| Record { keys: vec![lookup("ann")], ..note(number, id(1)) };
    let mut set = puts(numbers.clone().map(keyed));
    for number in numbers {
        // Several visits at one instant, so that a cursor has to tell them apart.
        set.append(visit(number, number / 2 % 4, (number / 16) as i64));
    }
    set
}

fn filled(probe: &Probe<'_>) -> Checked<super::probe::Opened> {
    let store = probe.declared()?;
    commit(&*store, &batch((0..48).map(|number| number * 2)))?;
    Ok(store)
}

fn walk(store: &dyn Store, listing: Listing, limit: usize) -> Checked<Vec<Page<Id>>> {
    let mut pages = vec![listing(store, limit, None)?];
    while let Some(cursor) = pages.last().and_then(|page| page.next.clone()) {
        ensure(pages.len() < 1_000, "the pages of a listing end")?;
        pages.push(listing(store, limit, Some(cursor))?);
    }
    Ok(pages)
}

fn items(pages: Vec<Page<Id>>) -> Vec<Id> {
    pages.into_iter().flat_map(|page| page.items).collect()
}

fn sizes(probe: &Probe<'_>, listing: Listing) -> Checked {
    let store = filled(probe)?;
    let whole = listing(&*store, 1_000, None)?;
    ensure(whole.next.is_none() && whole.items.len() >= 12, "one large page holds it all")?;
    for limit in [1, 2, 3, 5, 7, 12, 24, 48, 49] {
        same(&format!("pages of {limit}"), &items(walk(&*store, listing, limit)?), &whole.items)?;
    }
    Ok(())
}

fn ends(probe: &Probe<'_>, listing: Listing) -> Checked {
    let store = filled(probe)?;
    let whole = listing(&*store, 1_000, None)?.items.len();
    for limit in 1..=whole + 1 {
        let pages = walk(&*store, listing, limit)?;
        same(&format!("how many pages of {limit}"), &pages.len(), &whole.div_ceil(limit))?;
        for page in &pages[..pages.len() - 1] {
            same("how many items a page has that is not the last", &page.items.len(), &limit)?;
        }
    }
    Ok(())
}

fn no_items(probe: &Probe<'_>, listing: Listing) -> Checked {
    malformed("a page of no items", listing(&*filled(probe)?, 0, None))
}

fn capped(probe: &Probe<'_>, listing: Listing) -> Checked {
    let store = filled(probe)?;
    let expected = listing(&*store, 1_000, None)?.items;
    for limit in [MAX_PAGE, MAX_PAGE + 1, usize::MAX] {
        same("a large limit", &listing(&*store, limit, None)?.items, &expected)?;
    }
    Ok(())
}

fn bad_cursors(probe: &Probe<'_>, listing: Listing) -> Checked {
    let store = filled(probe)?;
    let given = listing(&*store, 2, None)?.next.map_or(String::new(), |cursor| cursor.0);
    let bad = ["", " ", "x", "0", "-1", "\0", "ä", "null", "..", "1.2.3.4.5", "99999999999999999999999", "' or 1=1"];
    let long = "9".repeat(10_000);
    for text in bad.into_iter().chain([long.as_str()]) {
        malformed(&format!("the cursor {text:.20?}"), listing(&*store, 2, Some(Cursor(text.into()))))?;
    }
    // What is nearly a cursor may be one; it must not do harm.
    let shorter = given.char_indices().map(|(end, _)| given[..end].to_owned());
    for text in shorter.chain([format!("{given}0"), format!("{given}."), given.to_uppercase(), given.replace('0', "9")])
    {
        match listing(&*store, 2, Some(Cursor(text))) {
            Ok(_) | Err(StoreError::Malformed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// What `inner` misses of `outer`, in its order.
fn subsequence(inner: &[Id], outer: &[Id]) -> bool {
    let mut rest = outer.iter();
    inner.iter().all(|item| rest.any(|other| other == item))
}

fn growing(probe: &Probe<'_>, listing: Listing) -> Checked {
    let store = filled(probe)?;
    let before = listing(&*store, 1_000, None)?.items;
    let (mut seen, mut cursor) = (Vec::new(), None);
    for round in 0..500 {
        let page = listing(&*store, 3, cursor)?;
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        if round < 40 {
            // Behind, before and between; of subjects old and new.
            commit(&*store, &batch([round * 2 + 1].into_iter()))?;
            let mut old = visit(1_000 + round, round % 6, -(round as i64));
            old.points = Some(1_000 + round as i64);
            commit(&*store, &appends(0, [old]))?;
        }
    }
    ensure(cursor.is_none(), "the pages end when nobody writes any more")?;
    ensure(subsequence(&before, &seen), "nothing that was there before is skipped")?;
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    same("how many different items", &seen.len(), &count)
}

fn shrinking(probe: &Probe<'_>, listing: Listing) -> Checked {
    for limit in [1, 4] {
        let store = filled(probe)?;
        let page = listing(&*store, limit, None)?;
        let Some(last) = page.items.last() else { return super::probe::failed("the listing is empty") };
        // The very item that the cursor stands on, with everything about its subject.
        let subjects =
            [facts(&*store, &FactQuery::by_id(VISIT, vec![*last]))?.first().map(|fact| fact.subject), Some(*last)];
        for subject in subjects.into_iter().flatten() {
            commit(&*store, &erase(subject))?;
        }
        let after = listing(&*store, 1_000, None)?.items;
        let mut rest = Vec::new();
        let mut cursor = page.next;
        while let Some(next) = cursor {
            let page = listing(&*store, 3, Some(next))?;
            rest.extend(page.items);
            cursor = page.next;
        }
        let behind: Vec<Id> = after.iter().filter(|item| !page.items.contains(item)).copied().collect();
        same("what is behind the cursor", &rest, &behind)?;
    }
    Ok(())
}

fn again(probe: &Probe<'_>, listing: Listing) -> Checked {
    let store = filled(probe)?;
    let first = listing(&*store, 5, None)?;
    ensure(first.next.is_some(), "there is a second page")?;
    let second = listing(&*store, 5, first.next.clone())?;
    commit(&*store, &puts([person(1)]))?;
    let text = serde_json::to_string(&first.next).unwrap_or_default();
    let sent = serde_json::from_str::<Option<Cursor>>(&text).unwrap_or_default();
    same("the second page", &listing(&*store, 5, sent)?.items, &second.items)?;
    let wider = listing(&*store, 7, first.next)?;
    same("the second page, wider", &wider.items[..5], &second.items[..])
}

fn largest(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([]);
    for number in 0..=MAX_PAGE as u64 {
        set.append(Fact::new(super::sample::GIFT, id(number), id(number % 9), at(0), super::sample::name("x")));
    }
    commit(&*store, &set)?;
    let query = FactQuery::all(super::sample::GIFT).measures().limit(usize::MAX);
    let first = store.facts(&query)?;
    same("the first page", &first.items.len(), &MAX_PAGE)?;
    ensure(first.next.is_some(), "there is a second page")?;
    same("the second page", &store.facts(&query.after(first.next))?.items.len(), &1)
}

fn empty(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for (_, listing) in LISTINGS {
        same("the page", &listing(&*store, 5, None)?, &Page::new(Vec::new(), None))?;
    }
    same("records", &scan(&*store, &Scan::all(PERSON))?, &Vec::new())
}
