using System.Text.Json.Nodes;
using Nines.Cli.Output;
using Nines.Ledger.Objectives;

namespace Nines.Cli.Config.OpenSlo;

/// <summary>Objectives as OpenSLO v1: a Service for each component, and an SLO for each objective. Reading it gives the same objectives.</summary>
internal static class OpenSloText
{
    public static void Write(IReadOnlyList<Objective> objectives, TextWriter output)
    {
        var first = true;
        foreach (var document in objectives.Select(ServiceOf).Distinct(StringComparer.Ordinal).Select(Service).Concat(objectives.Select(Slo)))
        {
            if (!first) output.Write("---\n");
            first = false;
            ResultWriter.WriteYaml(document, output);
        }
    }

    /// <summary>One component's objectives are one service; those of several, by labels, are one each.</summary>
    private static string ServiceOf(Objective objective) => objective.Component?.Value ?? objective.Name;

    private static JsonObject Service(string name) => Document("Service", new JsonObject { ["name"] = name }, new JsonObject { ["description"] = $"What Nines watches as {name}." });

    private static JsonObject Slo(Objective objective)
    {
        var metadata = new JsonObject { ["name"] = objective.Name, ["annotations"] = new JsonObject(OpenSloMeaning.TextsOf(objective).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))) };
        var spec = new JsonObject();
        if (objective.About is { } about) spec["description"] = about;
        spec["service"] = ServiceOf(objective);
        spec["indicator"] = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"{objective.Name}-time" },
            ["spec"] = new JsonObject
            {
                ["description"] = "The share of the time in which users were served, as Nines judges it.",
                ["ratioMetric"] = new JsonObject
                {
                    ["rawType"] = "success",
                    ["raw"] = new JsonObject { ["metricSource"] = new JsonObject { ["type"] = OpenSloMeaning.SourceType, ["spec"] = SourceSpec(objective) } },
                },
            },
        };
        spec["timeWindow"] = new JsonArray(Window(objective.Window));
        spec["budgetingMethod"] = objective.Slices is null ? "RatioTimeslices" : "Timeslices";
        var target = new JsonObject { ["displayName"] = objective.Name, ["target"] = objective.Target };
        if (objective.Slices is { } slices) target["timeSliceTarget"] = slices.Target;
        target["timeSliceWindow"] = objective.Slices is { Length: var length } ? OpenSloWindow.Text(length) : "1m";
        spec["objectives"] = new JsonArray(target);
        return Document("SLO", metadata, spec);
    }

    private static JsonObject SourceSpec(Objective objective) => objective.Component is { } id ? new JsonObject { ["component"] = id.Value } : new JsonObject { ["objective"] = objective.Name };

    private static JsonObject Window(ObjectiveWindow window) => window switch
    {
        ObjectiveWindow.Rolling rolling => new JsonObject { ["duration"] = OpenSloWindow.Text(rolling.Length), ["isRolling"] = true },
        ObjectiveWindow.Calendar calendar => new JsonObject
        {
            ["duration"] = OpenSloWindow.Text(calendar),
            ["calendar"] = new JsonObject { ["startTime"] = OpenSloWindow.StartText(calendar.Start), ["timeZone"] = calendar.Zone.Id },
            ["isRolling"] = false,
        },
        _ => throw new InvalidOperationException("ObjectiveWindow is a closed hierarchy."),
    };

    private static JsonObject Document(string kind, JsonObject metadata, JsonObject spec) => new()
    {
        ["apiVersion"] = OpenSloDocuments.Version,
        ["kind"] = kind,
        ["metadata"] = metadata,
        ["spec"] = spec,
    };
}
