using System.Text.RegularExpressions;
using Nines.Cli.Config;
using Nines.Cli.Config.Binding;
using Nines.Cli.Reference;
using Nines.Probing;

namespace Nines.Cli.Tests.Docs;

public sealed partial class ConfigPageTests
{
    [Fact]
    public void The_committed_page_of_the_config_is_the_one_that_the_records_make() => Repository.IsCurrent("docs/reference/config.md", ConfigPage.Text(ProbeType.All));

    [Theory]
    [InlineData("| `listen` | address:port, or `off` |")]
    [InlineData("| `every` | duration | `30s` | 1s to 1d |")]
    [InlineData("| `name` | name | must be given |")]
    [InlineData("| `webhook` (_file) | URL |  |")]
    public void The_page_shows_types_defaults_ranges_and_what_may_come_from_a_file(string row) => Assert.Contains(row, ConfigPage.Text(ProbeType.All));

    [Fact]
    public void Every_key_of_the_config_and_of_every_probe_says_what_it_is_about()
    {
        Type[] records = [typeof(ConfigFile), typeof(VantagePointEntry), typeof(ControlEntry), typeof(ComponentEntry), typeof(DiscoverEntry), typeof(ProbeSettings), typeof(MaintenanceEntry), typeof(PolicyEntry), typeof(WeightsEntry), typeof(NotifierEntry), typeof(DefaultsEntry)];
        var silent = records.Concat(ProbeType.All.Select(type => type.OptionsType))
            .SelectMany(record => RecordKeys.Of(record).Keys.Where(key => string.IsNullOrEmpty(key.About)).Select(key => $"{record.Name}.{key.Name}"));
        Assert.Empty(silent);
    }

    /// <summary>A YAML block in the docs that is a whole config, or the probes of a component, must load; variables in it have values.</summary>
    [Fact]
    public void Configs_and_probes_in_the_docs_load_without_a_mistake()
    {
        var found = 0;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var page = Path.GetRelativePath(Repository.Root, file);
            foreach (var block in Configs(Repository.Read(page)))
            {
                found++;
                Loads(page, block);
            }
        }
        Assert.True(found >= 6, $"Only {found} configs were found.");
    }

    [Fact]
    public void Every_example_loads_without_a_mistake()
    {
        var examples = Directory.GetFiles(Path.Combine(Repository.Root, "examples"), "*.yaml");
        Assert.NotEmpty(examples);
        foreach (var file in examples) Loads(Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file));
    }

    private static void Loads(string page, string config)
    {
        var surroundings = new ConfigSurroundings { Environment = name => name.EndsWith("URL", StringComparison.Ordinal) || name.EndsWith("HOOK", StringComparison.Ordinal) ? "https://example.com/x" : "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" };
        var reading = new ConfigLoader(surroundings).Read(page, System.Text.Encoding.UTF8.GetBytes(config), Repository.Root);
        if (reading is ConfigReading.Refused refused) Assert.Fail($"{string.Join('\n', refused.Mistakes)}\nin\n{config}");
    }

    private static IEnumerable<string> Configs(string page) =>
        YamlBlock().Matches(page).Select(match => match.Groups[1].Value)
            .Select(block => block.StartsWith("probes:\n", StringComparison.Ordinal) ? $"components:\n  - name: a\n    kind: infra\n{Indented(block)}" : block)
            .Where(block => block.Split('\n').Contains("components:"));

    private static string Indented(string block) => string.Concat(block.TrimEnd('\n').Split('\n').Select(line => $"    {line}\n"));

    [GeneratedRegex(@"^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
