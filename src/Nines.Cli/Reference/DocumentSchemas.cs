using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nines.Core.Facts;
using Nines.Ledger.Documents;
using Nines.Reports.Comparison;
using Nines.Reports.Incidents;
using Nines.Pricing.Documents;
using Nines.Reports.Monthly;

namespace Nines.Cli.Reference;

/// <summary>JSON schemas of what Nines hands out, made from the records that are written.</summary>
internal static class DocumentSchemas
{
    private static readonly JsonSerializerOptions Printing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <param name="Schema">The schema, with a final newline.</param>
    public sealed record Named(string Name, string About, Func<string> Schema);

    public static ImmutableArray<Named> All { get; } =
    [
        new("report", "What 'nines report -o json' prints (nines.report/1)", () => Text("nines.report/1", Of(typeof(ReportDocument), DocumentJson.Options))),
        new("monthly", "What 'nines report monthly -o json' prints (nines.monthly/1)", () => Text(MonthlyReport.SchemaName, Of(typeof(MonthlyReport), DocumentJson.Options))),
        new("incident", "What 'nines report incident -o json' prints (nines.incident/1)", () => Text(IncidentReport.SchemaName, Of(typeof(IncidentReport), DocumentJson.Options))),
        new("periods", "What 'nines report compare -o json' prints (nines.periods/1)", () => Text(PeriodComparison.SchemaName, Of(typeof(PeriodComparison), DocumentJson.Options))),
        new("outages", "What 'nines get outages -o json' prints (nines.outages/1)", () => Text(OutageDocument.Schema, Outages())),
        new("objectives", "What 'nines objectives -o json' prints (nines.objectives/1)", () => Text(ObjectivesDocument.SchemaName, Of(typeof(ObjectivesDocument), DocumentJson.Options))),
        new("sla", "What 'nines price sla -o json' prints (nines.sla/1)", () => Text(SlaDocument.SchemaName, Of(typeof(SlaDocument), DocumentJson.Options))),
        new("outlook", "What 'nines price outlook -o json' prints (nines.price_outlook/1)", () => Text(OutlookDocument.SchemaName, Of(typeof(OutlookDocument), DocumentJson.Options))),
        new("facts", "A fact as the journal keeps it, a line of an export each", () => Text("Nines facts", Of(typeof(Fact), FactJson.Options))),
    ];

    private static JsonObject Outages() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["schema"] = new JsonObject { ["const"] = OutageDocument.Schema },
            ["as_of_position"] = new JsonObject { ["type"] = "integer" },
            ["policy"] = new JsonObject { ["type"] = "string", ["description"] = "The policy in force, that 'not_counted' is said of." },
            ["outages"] = new JsonObject { ["type"] = "array", ["items"] = Of(typeof(OutageDocument), DocumentJson.Options) },
        },
        ["required"] = new JsonArray("schema", "as_of_position", "policy", "outages"),
    };

    private static JsonNode Of(Type type, JsonSerializerOptions options) => DocumentSchema.Of(type, options);

    private static string Text(string title, JsonNode schema)
    {
        var whole = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        foreach (var (key, value) in schema.AsObject().ToList())
        {
            schema.AsObject().Remove(key);
            whole[key] = value;
        }
        return whole.ToJsonString(Printing) + "\n";
    }
}
