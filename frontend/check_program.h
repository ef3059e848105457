#pragma once
// What is known of a whole program while it is checked: every declaration by name with how far it has been
// checked, and the typed module that grows. Declarations are checked when they are first needed, those of the
// user all in the end; of the library only what is used, so its size costs nothing. A function's signature
// and body are checked apart.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "frontend/ast_declarations.h"
#include "frontend/typed.h"
#include "support/diagnostic.h"

namespace dp::checker {

struct Body;

/// Whose names a piece of text sees: those of its own file and of what it imports, and behind them the
/// library's; of the library its own alone. `user` is the file given to `dpc`; imported files count on.
enum class Origin : std::uint32_t { library, user };
inline Origin file_origin(std::size_t file) { return static_cast<Origin>(file + 1); }
enum class Progress : std::uint8_t { untouched, running, done, failed };

struct LayerRecord;

struct FunctionRecord {
  const ast::Function* syntax = nullptr;
  typed::Function* typed = nullptr;
  LayerRecord* layer = nullptr;  // of a method
  Origin origin = Origin::user;
  std::string doc;
  Progress signature = Progress::untouched;
  Progress body = Progress::untouched;
  bool result_known = false;
  std::unique_ptr<Body> context;  // made by the signature, used by the body

  FunctionRecord();
  ~FunctionRecord();
};

struct LayerRecord {
  const ast::LayerDecl* syntax = nullptr;
  typed::Layer* typed = nullptr;
  Origin origin = Origin::user;
  Progress arguments = Progress::untouched, fields = Progress::untouched;
  std::vector<FunctionRecord*> functions;  // in the order of the declaration
};

/// A declaration of the file or the library. Which pointers are set depends on its kind, once it has been
/// checked.
struct Entry {
  const ast::Decl* declaration = nullptr;
  Origin origin = Origin::user;
  Progress progress = Progress::untouched;
  FunctionRecord* function = nullptr;
  LayerRecord* layer = nullptr;
  typed::Constant* constant = nullptr;
  bool open_integer = false,
       open_real = false;  // of a constant: its number may still take another scalar type
  typed::Struct* structure = nullptr;
  typed::Data* data = nullptr;
  typed::Optimizer* optimizer = nullptr;
  std::optional<Origin> module;  // of `import "gpt.dp" as gpt`
};

using Names = std::unordered_map<std::string, Entry>;

struct FileNames {
  Names names;
  std::vector<Origin> opened;  // files whose names are seen as its own
  std::string name, folder;
};

struct Program {
  Program(const Sources& texts, Diagnostics& report);
  ~Program();

  const Sources& sources;
  Diagnostics& diagnostics;
  typed::Module module;
  std::vector<std::unique_ptr<typed::Function>> library_functions;  // go behind the user's in the end
  Names library;
  std::deque<FileNames> files;
  DimBindings sizes;                    // of `dim hidden = 64`, by the names of `dim_name`
  std::map<std::string, Entry*> sized;  // the declarations of these
  std::deque<FunctionRecord> functions;
  std::deque<LayerRecord> layers;
  std::map<std::pair<Origin, std::string>, const ast::Decl*> adjoints;  // by the function's name
  std::vector<FunctionRecord*> with_adjoint;  // whose adjoint is still to be checked
  std::vector<FunctionRecord*> pending;       // bodies that were asked for and are still to be checked
  std::unordered_map<const typed::Layer*, LayerRecord*> layer_records;
  bool lacks_library = false;  // the checker itself calls a function that was not read
  /// Functions that layers were given, by their declaration, or by name where the compiler provides them.
  std::map<std::pair<const void*, std::string>, const typed::Function*> layer_functions;

  /// The declaration that a name means in a text of that origin; null where there is none.
  Entry* find(Origin origin, const std::string& name);
  /// The same for `gpt.Block`.
  Entry* find_in(Origin origin, const std::string& module, const std::string& name);
  Names& names_of(Origin origin);
  const FileNames& file_of(Origin origin) const { return files[static_cast<std::size_t>(origin) - 1]; }
  /// What a declared dimension is called in shapes: those of imported files by their file.
  std::string dim_name(Origin origin, const std::string& name) const;
  std::vector<std::string> known_names(Origin origin);
  void report(Diagnostic diagnostic) { diagnostics.report(std::move(diagnostic)); }
};

/// Enters the declarations of a file; reports names that are declared twice.
void enter_declarations(Program& program, const ast::Module& module, Origin origin);
/// Makes the names of imported files known; `files` says which file each import is. Reports clashes of names.
void enter_imports(Program& program, const ast::Module& module, const std::vector<std::size_t>& files,
                   Origin origin);

}  // namespace dp::checker
