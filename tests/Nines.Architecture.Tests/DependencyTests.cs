using System.Reflection;
using System.Xml.Linq;

namespace Nines.Architecture.Tests;

public sealed class DependencyTests
{
    /// <summary>Who may reference whom: the table of docs/internals/ARCHITECTURE.md.</summary>
    private static readonly Dictionary<string, string[]> May = new()
    {
        ["Nines.Core"] = [],
        ["Nines.Chains"] = ["Nines.Core"],
        ["Nines.Backbone"] = ["Nines.Core"],
        ["Nines.Probing"] = ["Nines.Core", "Nines.Chains"],
        ["Nines.Judging"] = ["Nines.Core"],
        ["Nines.Ledger"] = ["Nines.Core", "Nines.Backbone"],
        ["Nines.Pricing"] = ["Nines.Core", "Nines.Backbone", "Nines.Ledger"],
        ["Nines.Reports"] = ["Nines.Core", "Nines.Backbone", "Nines.Ledger", "Nines.Pricing"],
        ["Nines.Response"] = ["Nines.Core", "Nines.Backbone", "Nines.Ledger"],
        ["Nines.Web"] = ["Nines.Core", "Nines.Backbone", "Nines.Probing", "Nines.Ledger", "Nines.Pricing", "Nines.Reports", "Nines.Response"],
        ["nines"] = ["Nines.Core", "Nines.Chains", "Nines.Backbone", "Nines.Probing", "Nines.Judging", "Nines.Ledger", "Nines.Pricing", "Nines.Reports", "Nines.Response", "Nines.Web"],
    };

    /// <summary>Pure modules: no files, sockets, processes or clocks.</summary>
    private static readonly string[] ForbiddenInPure =
        ["System.Net", "System.IO.FileSystem", "System.Diagnostics.Process", "Microsoft.Data.Sqlite", "System.Net.Http", "System.Net.Sockets", "Microsoft.Extensions"];

    [Fact]
    public void Every_module_references_only_what_the_table_allows()
    {
        foreach (var (project, allowed) in May)
        {
            var folder = project == "nines" ? "Nines.Cli" : project;
            var file = Path.Combine(Repository.Root, "src", folder, $"{folder}.csproj");
            var referenced = XDocument.Load(file).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
            Assert.Empty(referenced.Except(allowed));
        }
    }

    [Fact]
    public void Every_source_project_is_in_the_table()
    {
        var projects = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName)
            .Where(name => File.Exists(Path.Combine(Repository.Root, "src", name!, $"{name}.csproj")));
        Assert.Equal(May.Keys.Select(name => name == "nines" ? "Nines.Cli" : name).Order(), projects.Order());
    }

    [Fact]
    public void Compiled_modules_use_only_what_the_table_allows()
    {
        foreach (var (project, allowed) in May)
        {
            var used = Load(project).GetReferencedAssemblies().Select(name => name.Name!).Where(name => May.ContainsKey(name));
            Assert.Empty(used.Except(allowed));
        }
    }

    [Theory]
    [InlineData("Nines.Core")]
    [InlineData("Nines.Judging")]
    public void The_middle_does_no_io(string module)
    {
        var used = Load(module).GetReferencedAssemblies().Select(name => name.Name!);
        Assert.DoesNotContain(used, name => ForbiddenInPure.Any(name.StartsWith));
    }

    private static Assembly Load(string name) => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
}
