//! Limits on trees.

use super::ast::{Check, Expr, Operand, OperandKind};
use super::diagnostic::{Diagnostic, TextSpan};

/// How deeply a tree may be nested, operands included.
pub const MAX_DEPTH: usize = 48;
/// How many parts a tree may have: conditions, operands, names of events and constants.
pub const MAX_PARTS: usize = 10_000;

/// Refuses a tree that is too deep or too large.
pub(super) fn check_size(expr: &Expr, span: TextSpan) -> Result<(), Diagnostic> {
    let mut parts = 0;
    expr_size(expr, 1, &mut parts, span)
}

pub(super) fn too_deep(span: TextSpan) -> Diagnostic {
    Diagnostic::new("E0006", span, "nested too deeply").expected(format!("at most {MAX_DEPTH} levels"))
}

fn count(more: usize, depth: usize, parts: &mut usize, span: TextSpan) -> Result<(), Diagnostic> {
    *parts += more;
    if depth > MAX_DEPTH {
        return Err(too_deep(span));
    }
    if *parts > MAX_PARTS {
        return Err(Diagnostic::new("E0007", span, "the expression is too large")
            .expected(format!("at most {MAX_PARTS} parts")));
    }
    Ok(())
}

fn expr_size(expr: &Expr, depth: usize, parts: &mut usize, span: TextSpan) -> Result<(), Diagnostic> {
    count(1, depth, parts, span)?;
    if let Expr::Test(test) = expr {
        operand_size(&test.operand, depth + 1, parts, span)?;
        match &test.check {
            Check::Compare(_, other, _) => operand_size(other, depth + 1, parts, span)?,
            Check::Between(low, high) | Check::Range(low, high) => {
                operand_size(low, depth + 1, parts, span)?;
                operand_size(high, depth + 1, parts, span)?;
            }
            Check::OneOf(all, _) => count(all.len(), depth, parts, span)?,
            Check::Has(_, all, _) => count(all.len(), depth, parts, span)?,
            Check::Holds | Check::Present | Check::Missing | Check::Text(..) | Check::In(_) | Check::OlderThan(..) => {}
        }
    }
    expr.children().iter().try_for_each(|child| expr_size(child, depth + 1, parts, span))
}

fn operand_size(operand: &Operand, depth: usize, parts: &mut usize, span: TextSpan) -> Result<(), Diagnostic> {
    count(1, depth, parts, span)?;
    match &operand.kind {
        OperandKind::Call(_, inner, _) | OperandKind::Coalesce(inner, _) => operand_size(inner, depth + 1, parts, span),
        OperandKind::Distance(distance) => {
            operand_size(&distance.latitude, depth + 1, parts, span)?;
            operand_size(&distance.longitude, depth + 1, parts, span)
        }
        OperandKind::Aggregate(aggregate) => {
            count(aggregate.events.len(), depth, parts, span)?;
            aggregate.filter.iter().try_for_each(|filter| expr_size(filter, depth + 1, parts, span))
        }
        OperandKind::Sequence(sequence) => {
            for chosen in sequence.steps.iter().chain(&sequence.without) {
                count(1 + chosen.events.len(), depth, parts, span)?;
                chosen.filter.iter().try_for_each(|filter| expr_size(filter, depth + 2, parts, span))?;
            }
            Ok(())
        }
        OperandKind::Field { args, .. } => count(args.len(), depth, parts, span),
        _ => Ok(()),
    }
}
