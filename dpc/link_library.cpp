#include "dpc/link_library.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "dpc/embedded_runtime.h"
#include "dpc/read_file.h"
#include "support/diagnostics/library.h"

extern char** environ;

namespace dp {
namespace {

namespace fs = std::filesystem;

/// A folder of its own, gone at the end.
class WorkFolder {
 public:
  static Result<WorkFolder> create() {
    std::error_code failure;
    std::string path = (fs::temp_directory_path(failure) / "dpc-build-XXXXXX").string();
    if (failure || mkdtemp(path.data()) == nullptr)
      return diagnose(diag::CannotCreate, {}, path, "no temporary folder can be made");
    return WorkFolder(path);
  }
  WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

  Status write(const std::string& name, std::string_view bytes) const {
    std::error_code ignored;
    fs::create_directories(fs::path(*this / name).parent_path(), ignored);
    std::ofstream out(*this / name, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) return diagnose(diag::WriteFailed, {}, *this / name, "the disk may be full");
    return Done{};
  }

 private:
  explicit WorkFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

std::string first_lines(const std::string& text) {
  constexpr std::size_t most = 1000;
  return text.size() <= most ? text : text.substr(0, most) + " …";
}

/// Runs a program of the search path, without a shell; what it says is part of the error.
Status run_tool(const WorkFolder& folder, const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string said = folder / "said.txt";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, said.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t process = 0;
  const int failure = posix_spawnp(&process, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return diagnose(diag::NoLinker, {}, words[0]);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {}
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Done{};
  const auto text = read_text_file(said);
  return diagnose(diag::LinkerFailed, {}, words[0], text ? first_lines(*text) : "it says nothing");
}

/// All that is linked, as files; the words of `cc` for it.
Result<std::vector<std::string>> write_parts(const WorkFolder& folder, const LibraryParts& parts) {
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string_view>> files{
      {"library.c", parts.source},
      {"runtime/dp_runtime.h", runtime_header()},
      {"runtime/dp_library.h", runtime_library_header()}};
  words.push_back(folder / "library.o");
  for (std::size_t k = 0; k < parts.objects.size(); ++k) {
    files.emplace_back(fmt::format("function_{}.o", k), parts.objects[k]);
    words.push_back(folder / files.back().first);
  }
  files.emplace_back("runtime.a", runtime_archive());
  words.push_back(folder / "runtime.a");
  for (const auto& [name, bytes] : files)
    if (auto status = folder.write(name, bytes); !status) return status.error();
  const auto compiled =
      run_tool(folder, {"cc", "-c", "-std=c11", "-O1", "-fPIC", "-fvisibility=hidden", "-I" + folder.path(),
                        folder / "library.c", "-o", folder / "library.o"});
  if (!compiled) return compiled.error();
  return words;
}

Status run_tools(const WorkFolder& folder, const std::vector<std::vector<std::string>>& lines) {
  for (const auto& words : lines)
    if (auto status = run_tool(folder, words); !status) return status;
  return Done{};
}

}  // namespace

Result<std::string> link_shared(const LibraryParts& parts, const std::string& name) {
  const auto folder = WorkFolder::create();
  if (!folder) return folder.error();
  const auto files = write_parts(*folder, parts);
  if (!files) return files.error();
  std::vector<std::string> words{"cc", "-shared", "-o", *folder / "library.so"};
  words.insert(words.end(), files->begin(), files->end());
  for (const char* word :
       {"-Wl,-z,defs", "-Wl,-z,noexecstack", "-Wl,--gc-sections", "-Wl,--exclude-libs,ALL", "-s"})
    words.emplace_back(word);
  for (const std::string& word : {"-Wl,-soname," + name, std::string("-lm"), std::string("-lpthread")})
    words.push_back(word);
  if (auto status = run_tool(*folder, words); !status) return status.error();
  return read_text_file(*folder / "library.so");
}

Result<std::string> link_static(const LibraryParts& parts) {
  const auto folder = WorkFolder::create();
  if (!folder) return folder.error();
  const auto files = write_parts(*folder, parts);
  if (!files) return files.error();
  // Groups are dissolved, so that two such libraries in one program do not share what is local to each.
  std::vector<std::string> join{
      "cc", "-r", "-nostdlib", "-Wl,--force-group-allocation", "-o", *folder / "all.o"};
  join.insert(join.end(), files->begin(), files->end());
  const Status status = run_tools(*folder, {join,
                                            {"objcopy", "--localize-hidden", *folder / "all.o"},
                                            {"ar", "rcsD", *folder / "library.a", *folder / "all.o"}});
  if (!status) return status.error();
  return read_text_file(*folder / "library.a");
}

}  // namespace dp
