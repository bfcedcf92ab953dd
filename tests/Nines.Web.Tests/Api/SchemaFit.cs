using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nines.Web.Tests.Api;

/// <summary>Holds a document against the part of JSON Schema that the API's description uses: type, const, enum, properties, required, items, anyOf, $ref into the description.</summary>
internal static class SchemaFit
{
    public static IEnumerable<string> Misfits(JsonNode? value, JsonNode schema, JsonObject root, string path = "$")
    {
        if (schema is not JsonObject rules) yield break;
        if (rules["$ref"] is { } reference)
            foreach (var misfit in Misfits(value, Target(reference.GetValue<string>(), root), root, path)) yield return misfit;
        if (rules["anyOf"] is JsonArray any && any.All(one => Misfits(value, one!, root, path).Any())) yield return $"{path} fits none of anyOf";
        if (rules["const"] is { } constant && !JsonNode.DeepEquals(constant, value)) yield return $"{path} is not {constant}";
        if (rules["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value))) yield return $"{path} is none of {words.ToJsonString()}";
        if (rules["type"] is { } type && !(type is JsonArray types ? types.Select(one => one!.GetValue<string>()) : [type.GetValue<string>()]).Any(name => Is(value, name))) yield return $"{path} is no {type.ToJsonString()}";
        if (value is JsonObject members)
        {
            foreach (var name in (rules["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).Where(name => !members.ContainsKey(name))) yield return $"{path} has no {name}";
            foreach (var (name, inner) in members)
            {
                var known = rules["properties"] is JsonObject properties && properties.ContainsKey(name) ? properties[name] : rules["additionalProperties"];
                if (known is null && rules["properties"] is not null && !rules.ContainsKey("anyOf")) yield return $"{path} has {name}, which the schema does not know";
                else if (known is JsonObject)
                    foreach (var misfit in Misfits(inner, known, root, $"{path}.{name}")) yield return misfit;
            }
        }
        if (value is JsonArray list && rules["items"] is { } items)
            for (var i = 0; i < list.Count; i++)
                foreach (var misfit in Misfits(list[i], items, root, $"{path}[{i}]")) yield return misfit;
    }

    /// <exception cref="InvalidOperationException">It leads nowhere.</exception>
    public static JsonNode Target(string reference, JsonObject root) => reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries).Select(step => step.Replace("~1", "/", StringComparison.Ordinal))
        .Aggregate((JsonNode)root, (at, step) => (at is JsonArray list ? list[int.Parse(step, CultureInfo.InvariantCulture)] : at[step]) ?? throw new InvalidOperationException($"{reference} leads nowhere."));

    private static bool Is(JsonNode? value, string type) => (value?.GetValueKind() ?? JsonValueKind.Null, type) switch
    {
        (JsonValueKind.Null, "null") or (JsonValueKind.String, "string") or (JsonValueKind.Object, "object") or (JsonValueKind.Array, "array") or (JsonValueKind.Number, "number") => true,
        (JsonValueKind.True or JsonValueKind.False, "boolean") => true,
        (JsonValueKind.Number, "integer") => value!.GetValue<decimal>() % 1 == 0,
        _ => false,
    };
}
