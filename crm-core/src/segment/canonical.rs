//! The canonical form, and the content hash that is a segment's version.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::base::Name;

use super::ast::{Aggregate, Check, CmpOp, Distance, Expr, Ident, Operand, OperandKind, Selection, Sequence, Test};

impl Expr {
    /// The canonical form: the same condition, written in one way. It is true, false and unknown exactly when this one
    /// is.
    ///
    /// Nested conjunctions are flattened, conditions and sets put in order, repetitions and double negations taken
    /// away, negated comparisons turned round. Two expressions that mean the same may still differ.
    #[must_use]
    pub fn canonical(&self) -> Self {
        canonical(self)
    }

    /// The content hash of the canonical form: 32 hexadecimal digits (the first half of SHA-256). It is a segment's
    /// version: another order or layout of the text does not change it, another meaning does.
    ///
    /// ```
    /// use crm_core::segment::parse;
    ///
    /// let one = parse(r#"loyalty.tier = "gold" and customer.country in {"DE", "AT"}"#)?;
    /// let same = parse(r#"customer.country in {"AT","DE"} and not (loyalty.tier != "gold")"#)?;
    /// assert_eq!(one.version(), same.version());
    /// # Ok::<(), crm_core::segment::Diagnostic>(())
    /// ```
    pub fn version(&self) -> Name {
        let hash = Sha256::digest(format!("segment/1\n{}", self.canonical()));
        let mut text = String::with_capacity(32);
        for byte in &hash[..16] {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Name::new(&text).unwrap_or(Name::from_static("0"))
    }
}

fn canonical(expr: &Expr) -> Expr {
    match expr {
        Expr::And(all) => junction(all, false),
        Expr::Or(all) | Expr::AtLeast(1, all) => junction(all, true),
        Expr::AtLeast(least, all) if *least as usize == all.len() => junction(all, false),
        Expr::AtLeast(least, all) => Expr::AtLeast(*least, sorted(all.iter().map(canonical).collect())),
        Expr::Not(inner) => negated(canonical(inner)),
        Expr::Known(inner) => match canonical(inner) {
            Expr::Const(_) => Expr::Const(true),
            inner => Expr::Known(Box::new(inner)),
        },
        Expr::Test(test) => Expr::Test(Box::new(canonical_test(test))),
        Expr::Const(_) | Expr::Segment(_) => expr.clone(),
    }
}

/// A conjunction or disjunction. `absorbing` is the truth value that decides it: true for a disjunction.
fn junction(all: &[Expr], absorbing: bool) -> Expr {
    let mut flat = Vec::with_capacity(all.len());
    for one in all.iter().map(canonical) {
        match one {
            Expr::Const(truth) if truth == absorbing => return Expr::Const(absorbing),
            Expr::Const(_) => {}
            Expr::Or(inner) if absorbing => flat.extend(inner),
            Expr::And(inner) if !absorbing => flat.extend(inner),
            other => flat.push(other),
        }
    }
    let mut flat = sorted(flat);
    flat.dedup();
    match flat.len() {
        0 => Expr::Const(!absorbing),
        1 => flat.remove(0),
        _ if absorbing => Expr::Or(flat),
        _ => Expr::And(flat),
    }
}

fn sorted(mut all: Vec<Expr>) -> Vec<Expr> {
    all.sort_by_cached_key(ToString::to_string);
    all
}

fn negated(expr: Expr) -> Expr {
    match expr {
        Expr::Const(truth) => Expr::Const(!truth),
        Expr::Not(inner) => *inner,
        Expr::Test(mut test) => {
            test.check = match test.check {
                Check::Present => Check::Missing,
                Check::Missing => Check::Present,
                Check::Compare(op, other, fold) => Check::Compare(op.negated(), other, fold),
                _ => return Expr::Not(Box::new(Expr::Test(test))),
            };
            Expr::Test(test)
        }
        other => Expr::Not(Box::new(other)),
    }
}

impl CmpOp {
    /// The comparison that is true when this one is false.
    #[must_use]
    pub const fn negated(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Ge,
            Self::Le => Self::Gt,
            Self::Gt => Self::Le,
            Self::Ge => Self::Lt,
        }
    }
}

fn canonical_test(test: &Test) -> Test {
    let check = match &test.check {
        Check::Compare(op, other, fold) => Check::Compare(*op, canonical_operand(other), *fold),
        Check::Between(low, high) => Check::Between(canonical_operand(low), canonical_operand(high)),
        Check::Range(low, high) => Check::Range(canonical_operand(low), canonical_operand(high)),
        Check::OneOf(all, fold) => {
            let mut all = all.clone();
            all.sort_by_cached_key(ToString::to_string);
            all.dedup();
            match all.as_slice() {
                [one] => Check::Compare(CmpOp::Eq, Operand::literal(one.clone()), *fold),
                _ => Check::OneOf(all, *fold),
            }
        }
        Check::Has(quantifier, all, fold) => {
            let mut all = all.clone();
            all.sort();
            all.dedup();
            Check::Has(*quantifier, all, *fold)
        }
        check => check.clone(),
    };
    Test { operand: canonical_operand(&test.operand), check, place: test.place }
}

fn canonical_operand(operand: &Operand) -> Operand {
    let kind = match &operand.kind {
        OperandKind::Call(function, inner, zone) => {
            OperandKind::Call(*function, Box::new(canonical_operand(inner)), zone.clone())
        }
        OperandKind::Coalesce(inner, default) => {
            OperandKind::Coalesce(Box::new(canonical_operand(inner)), default.clone())
        }
        OperandKind::Distance(distance) => OperandKind::Distance(Box::new(Distance {
            latitude: canonical_operand(&distance.latitude),
            longitude: canonical_operand(&distance.longitude),
            ..(**distance).clone()
        })),
        OperandKind::Aggregate(aggregate) => {
            let Selection { events, filter } = chosen(&aggregate.events, aggregate.filter.as_ref());
            OperandKind::Aggregate(Box::new(Aggregate { events, filter, ..(**aggregate).clone() }))
        }
        OperandKind::Sequence(sequence) => {
            let one = |own: &Selection| chosen(&own.events, own.filter.as_ref());
            let (steps, without) = (sequence.steps.iter().map(one).collect(), sequence.without.as_ref().map(one));
            OperandKind::Sequence(Box::new(Sequence { steps, without, ..(**sequence).clone() }))
        }
        kind => kind.clone(),
    };
    Operand { kind, place: operand.place }
}

/// Events in the order of their names, and a condition that says something.
fn chosen(events: &[Ident], filter: Option<&Expr>) -> Selection {
    let mut events = events.to_vec();
    events.sort_by(|a, b| a.name.cmp(&b.name));
    events.dedup();
    Selection { events, filter: filter.map(canonical).filter(|filter| *filter != Expr::Const(true)) }
}
