using System.Text.Json;
using System.Text.Json.Nodes;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Cli.Demo.Outcome;

/// <summary>The result as JSON, schema <c>nines.demo/1</c>: instants RFC 3339 UTC, durations in seconds.</summary>
internal static class ComparisonDocument
{
    public const string Schema = "nines.demo/1";

    private static readonly JsonSerializerOptions Options = new(FactJson.Options) { WriteIndented = true };

    public static string Write(Comparison comparison, string config, string data) => JsonSerializer.Serialize(
        new JsonObject
        {
            ["schema"] = Schema,
            ["ok"] = comparison.Ok,
            ["config"] = config,
            ["data"] = data,
            ["faults"] = new JsonArray([.. comparison.Rows.Select(Of)]),
            ["own_faults"] = new JsonArray([.. comparison.Blind.Select(Of)]),
            ["false_outages"] = new JsonArray([.. comparison.False.Select(outage => Measured(outage))]),
        }, Options);

    private static JsonObject Of(Row row) => new()
    {
        ["fault"] = row.Fault,
        ["component"] = row.Expected.Component.Value,
        ["ok"] = row.Ok,
        ["expected_state"] = row.Expected.State.Word(),
        ["expected_root"] = row.Expected.Root?.Value,
        ["really_began"] = Node(row.Began),
        ["really_ended"] = Node(row.Ended),
        ["measured"] = row.Measured is { } outage ? Measured(outage) : null,
        ["detected_after_seconds"] = Node(row.DetectedAfter),
        ["onset_inside"] = row.OnsetInside,
        ["end_inside"] = row.EndInside,
        ["length_inside"] = row.LengthInside,
        ["state_right"] = row.StateRight,
        ["cause_right"] = row.CauseRight,
    };

    private static JsonObject Of(BlindRow row) => new()
    {
        ["fault"] = row.Fault,
        ["ok"] = row.Ok,
        ["really_began"] = Node(row.Began),
        ["really_ended"] = Node(row.Ended),
        ["said_blind"] = row.SaidBlind,
        ["claimed_components"] = new JsonArray([.. row.Seen.Select(id => (JsonNode)id.Value)]),
        ["shortest_unknown_seconds"] = Node(row.Unknown),
    };

    private static JsonObject Measured(Outage outage) => new()
    {
        ["id"] = outage.Id,
        ["component"] = outage.Component.Value,
        ["began"] = Node(outage.Began),
        ["ended"] = Node(outage.Ended),
        ["shortest_seconds"] = Node(outage.Length.Shortest),
        ["likely_seconds"] = Node(outage.Length.Likely),
        ["longest_seconds"] = Node(outage.Length.Longest),
        ["state"] = outage.Worst.Word(),
        ["cause"] = Node(outage.Cause),
    };

    private static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, FactJson.Options);
}
