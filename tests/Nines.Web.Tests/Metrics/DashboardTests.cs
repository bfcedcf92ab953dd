using System.Text.Json;
using System.Text.RegularExpressions;
using Nines.Web.Metrics;

namespace Nines.Web.Tests.Metrics;

public sealed partial class DashboardTests
{
    private static readonly string File = Path.Combine(Root(), "deploy", "grafana", "nines.json");

    [Fact]
    public void Every_metric_that_the_dashboard_asks_for_is_exposed_and_every_label_value_is_one()
    {
        var exposed = MetricCatalog.Self.Concat<Metric>(MetricCatalog.Components).SelectMany(Names).ToHashSet();
        var expressions = Expressions(JsonDocument.Parse(System.IO.File.ReadAllText(File)).RootElement).ToList();
        var asked = expressions.SelectMany(expression => Name().Matches(expression).Select(match => match.Value)).ToHashSet();
        Assert.Empty(asked.Except(exposed));
        Assert.True(asked.Count >= 20, string.Join(' ', asked));
        var states = expressions.SelectMany(expression => StateLabel().Matches(expression)).SelectMany(match => match.Groups[1].Value.Split('|')).ToHashSet();
        Assert.Empty(states.Except(["up", "degraded", "effectively_down", "down", "unknown", "maintenance"]));
    }

    [Fact]
    public void Panels_have_their_own_number_and_place()
    {
        var panels = JsonDocument.Parse(System.IO.File.ReadAllText(File)).RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        var taken = new HashSet<(int, int)>();
        foreach (var place in panels.Select(panel => panel.GetProperty("gridPos")))
            for (var x = 0; x < place.GetProperty("w").GetInt32(); x++)
                for (var y = 0; y < place.GetProperty("h").GetInt32(); y++)
                    Assert.True(x + place.GetProperty("x").GetInt32() < 24 && taken.Add((x + place.GetProperty("x").GetInt32(), y + place.GetProperty("y").GetInt32())), place.ToString());
    }

    private static IEnumerable<string> Names(Metric metric) => metric.Kind switch
    {
        MetricKind.Counter => [metric.Name + "_total"],
        MetricKind.Info => [metric.Name + "_info"],
        MetricKind.Gauge => [metric.Name],
        MetricKind.Summary => [metric.Name, metric.Name + "_count", metric.Name + "_sum"],
    };

    private static IEnumerable<string> Expressions(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => member.Name is "expr" or "query" or "definition" && member.Value.ValueKind == JsonValueKind.String
            ? [member.Value.GetString()!] : Expressions(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Expressions),
        _ => [],
    };

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "Nines.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"\bnines_[a-z0-9_]+")]
    private static partial Regex Name();

    [GeneratedRegex(@"state=~?""([a-z_|]+)""")]
    private static partial Regex StateLabel();
}
