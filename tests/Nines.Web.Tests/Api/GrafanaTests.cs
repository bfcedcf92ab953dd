using System.Text.Json;
using Nines.Core;

namespace Nines.Web.Tests.Api;

/// <summary>The example dashboard for Grafana's Infinity data source asks for what there is.</summary>
public sealed class GrafanaTests
{
    [Fact]
    public async Task Every_table_of_the_example_dashboard_has_its_rows_and_columns()
    {
        await using var server = await ApiServer.StartAsync();
        server.Watched.ConfigJson = """{"policy":"strict","objectives":[{"name":"shop-99","component":"shop","target":0.99,"window":{"rolling":2592000}}]}""";
        await server.Watched.ConfigAsync("shop");
        server.Watched.Until = 1_000;
        await server.Watched.ReviseAsync("shop", 0, Watched.In(0, State.Up), Watched.Between(100, State.Up, State.Down, State.Down, "shop-1"), Watched.In(110, State.Down, "shop-1"), Watched.In(200, State.Up));
        var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(DescriptionTests.Root(), "deploy", "grafana", "nines-infinity.json"))).RootElement;
        var targets = dashboard.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).ToList();
        Assert.Equal(4, targets.Count);
        foreach (var target in targets)
        {
            var url = target.GetProperty("url").GetString()!.Replace("${__from:date:iso}", "2026-05-01T00:00:00.000Z", StringComparison.Ordinal).Replace("${__to:date:iso}", "2026-05-01T00:10:00.000Z", StringComparison.Ordinal);
            var (answer, json) = await server.GetAsync(url);
            Assert.True(answer.IsSuccessStatusCode, $"{url}: {json}");
            var rows = Select(json, target.GetProperty("root_selector").GetString()!.Split('.')).ToList();
            Assert.True(rows.Count > 0, $"{url} has no rows");
            foreach (var column in target.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("selector").GetString()!))
                Assert.True(rows.All(row => Select(row, column.Split('.')).Any()), $"{url}: no {column}");
        }
    }

    private static IEnumerable<JsonElement> Select(JsonElement from, ReadOnlyMemory<string> path)
    {
        if (from.ValueKind == JsonValueKind.Array) return from.EnumerateArray().SelectMany(item => Select(item, path));
        if (path.IsEmpty) return [from];
        return from.ValueKind == JsonValueKind.Object && from.TryGetProperty(path.Span[0], out var inner) ? Select(inner, path[1..]) : [];
    }
}
