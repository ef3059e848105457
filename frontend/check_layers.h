#pragma once
// Layers: what their arguments are (told by their use), their fields with initial values, and their
// functions. The three are checked apart, since fields of one layer name other layers and functions read the
// fields.

#include "frontend/check_functions.h"

namespace dp::checker {

/// The layer of a declaration, the kinds of its arguments known; null where that failed.
LayerRecord* layer_of(Program& program, Entry& entry);
/// Checks the fields; false where they have errors.
bool need_fields(Program& program, LayerRecord& layer);

/// `Linear(64, 10)[depth]`, as it is written in a type.
std::optional<typed::Type> layer_type(Body& body, Entry& entry, const ast::NamedType& named,
                                      typed::TensorShape copies, Span span);
/// Puts the outer layer's arguments for the names that a nested layer passes on.
void pass_arguments(typed::LayerType& nested, const typed::LayerType& outer);
/// The layer's type in its own terms: the type of `self`.
typed::Type own_type(const LayerRecord& layer);
/// The layer's dimensions come into scope.
void enter_layer_arguments(Body& body, LayerRecord& layer);

/// A function of the layer by name, empty for the nameless one; null where it has none, or `layer` is null.
FunctionRecord* method_of(Program& program, LayerRecord* layer, const std::string& name);

/// How a parameter begins, for a field of this type: `glorot`, `normal(std = 0.02)`, a value
/// (check_initial.cpp).
bool check_initial(Body& body, const ast::Expr* initial, typed::FieldDeclaration& field);

/// What the arguments of a layer are, by their use in it (check_layer_kinds.cpp).
std::vector<typed::ArgumentKind> argument_kinds(Program& program, const LayerRecord& layer);
/// Whether a hyperparameter of a search is the size of something in it.
bool is_size_of(Program& program, Origin origin, const ast::OptimizerDecl& optimizer,
                const std::string& name);

}  // namespace dp::checker
