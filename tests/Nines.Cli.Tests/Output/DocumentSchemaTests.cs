using System.Text.Json.Nodes;
using Nines.Backbone.Journal;
using Nines.Cli.Reference;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;

namespace Nines.Cli.Tests.Output;

/// <summary>What is really handed out fits the schema that is printed for it.</summary>
public sealed class DocumentSchemaTests
{
    private static JsonObject Schema(string name) => JsonNode.Parse(DocumentSchemas.All.Single(named => named.Name == name).Schema())!.AsObject();

    [Theory]
    [InlineData("report", "report")]
    [InlineData("outages", "get", "outages")]
    [InlineData("objectives", "objectives")]
    [InlineData("monthly", "report", "monthly")]
    [InlineData("incident", "report", "incident", "shop-1")]
    [InlineData("periods", "report", "compare", "--period", "2026-01-01..2026-01-02", "--period", "2026-01")]
    public async Task A_document_fits_its_schema(string schema, params string[] call)
    {
        await using var desk = await new Desk().WithAnOutageAsync(ObjectivesVerbTests.Config);
        var (exit, output, error) = await desk.RunAsync([.. call, "-o", "json"]);
        Assert.True(exit == 0, error);
        Assert.Empty(Misfits(JsonNode.Parse(output), Schema(schema), "$", Schema(schema)));
    }

    [Fact]
    public void Facts_fit_their_schema_and_something_else_does_not()
    {
        var schema = Schema("facts");
        Fact[] facts =
        [
            new WatchStarted(Desk.At(0), "run-1", "host"),
            new TimelineRevised(Desk.At(1), new ComponentId("shop"), null, Desk.At(0), [Desk.Up(0)]),
            new Watched(Desk.At(600), "run-1", []),
        ];
        foreach (var fact in facts) Assert.Empty(Misfits(JsonNode.Parse(FactJson.Write(fact)), schema, "$", schema));
        Assert.NotEmpty(Misfits(JsonNode.Parse("""{"kind": "no_such_fact"}"""), schema, "$", schema));
        Assert.NotEmpty(Misfits(JsonNode.Parse("""{"schema": 1}"""), Schema("report"), "$", schema));
    }

    /// <summary>The part of JSON Schema that the exporter writes: type, const, enum, properties, required, items, anyOf, $ref into the document.</summary>
    private static IEnumerable<string> Misfits(JsonNode? value, JsonNode schema, string path, JsonObject root)
    {
        if (schema is not JsonObject rules) yield break;
        if (rules["$ref"] is { } reference)
        {
            var target = reference.GetValue<string>().TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate((JsonNode)root, (at, step) => at is JsonArray list ? list[int.Parse(step)]! : at[step]!);
            foreach (var misfit in Misfits(value, target, path, root)) yield return misfit;
        }
        if (rules["anyOf"] is JsonArray any && any.All(one => Misfits(value, one!, path, root).Any())) yield return $"{path} fits none of anyOf";
        if (rules["const"] is { } constant && !JsonNode.DeepEquals(constant, value)) yield return $"{path} is not {constant}";
        if (rules["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value))) yield return $"{path} is none of {words}";
        if (rules["type"] is { } type && !(type is JsonArray types ? types.Select(one => one!.GetValue<string>()) : [type.GetValue<string>()]).Any(name => Is(value, name))) yield return $"{path} is no {type}";
        if (value is JsonObject members)
        {
            foreach (var name in (rules["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).Where(name => !members.ContainsKey(name))) yield return $"{path} has no {name}";
            if (rules["properties"] is JsonObject properties && !rules.ContainsKey("anyOf"))
                foreach (var (name, inner) in members)
                    foreach (var misfit in properties[name] is { } known ? Misfits(inner, known, $"{path}.{name}", root) : properties.ContainsKey(name) ? [] : [$"{path} has {name}, which the schema does not know"])
                        yield return misfit;
        }
        if (value is JsonArray list2 && rules["items"] is { } items)
            for (var i = 0; i < list2.Count; i++)
                foreach (var misfit in Misfits(list2[i], items, $"{path}[{i}]", root))
                    yield return misfit;
    }

    private static bool Is(JsonNode? value, string type) => (value?.GetValueKind(), type) switch
    {
        (null, "null") => true,
        (System.Text.Json.JsonValueKind.String, "string") or (System.Text.Json.JsonValueKind.Object, "object") or (System.Text.Json.JsonValueKind.Array, "array") => true,
        (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False, "boolean") => true,
        (System.Text.Json.JsonValueKind.Number, "number" or "integer") => true,
        _ => false,
    };
}
