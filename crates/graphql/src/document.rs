//! What several steps want to know of a document that was read.

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, DocumentOperations, ExecutableDocument, OperationDefinition},
};

use crate::refusal::Refusal;

/// GraphQL §6.1, GetOperation: the operation that is to run, and its name.
pub(crate) fn meant<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<(Option<&'a str>, &'a Positioned<OperationDefinition>), Refusal> {
    let mut operations =
        document.operations.iter().map(|(name, operation)| (name.map(Name::as_str), operation));
    match name {
        Some(wanted) => operations.find(|(name, _)| *name == Some(wanted)).ok_or_else(|| {
            let message = format!(
                "the document has no operation of the name {wanted:?}, which `operationName` asks for"
            );
            Refusal::invalid(message, Vec::new())
        }),
        None => match (operations.next(), operations.next()) {
            (Some(only), None) => Ok(only),
            _ => {
                let message =
                    "the document has several operations; say by `operationName` which one is meant";
                Err(Refusal::invalid(message, Vec::new()))
            }
        },
    }
}

/// All operations, and their names.
pub(crate) fn operations_mut(
    document: &mut ExecutableDocument,
) -> impl Iterator<Item = (Option<&Name>, &mut Positioned<OperationDefinition>)> {
    let (single, multiple) = match &mut document.operations {
        DocumentOperations::Single(operation) => (Some((None, operation)), None),
        DocumentOperations::Multiple(operations) => (None, Some(operations.iter_mut())),
    };
    single.into_iter().chain(multiple.into_iter().flatten().map(|(name, operation)| (Some(name), operation)))
}

/// Whether what bears these directives may be left out.
pub(crate) fn is_conditional(directives: &[Positioned<Directive>]) -> bool {
    directives.iter().any(|directive| matches!(directive.node.name.node.as_str(), "skip" | "include"))
}
