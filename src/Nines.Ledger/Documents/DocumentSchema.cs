using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using Nines.Core;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Ledger.Documents;

/// <summary>JSON schemas (2020-12) of documents and facts, made from the records that are written.</summary>
public static class DocumentSchema
{
    /// <param name="options">Those that the document is written with.</param>
    public static JsonNode Of(Type type, JsonSerializerOptions options) => options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Known });

    /// <summary>Values of the field are written by converters, whose form only we know.</summary>
    private static JsonNode Known(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var isNullable = type != context.TypeInfo.Type;
        if (type == typeof(Instant)) return new JsonObject { ["type"] = isNullable ? new JsonArray("string", "null") : "string", ["format"] = "date-time" };
        if (type == typeof(Duration)) return new JsonObject { ["type"] = isNullable ? new JsonArray("number", "null") : "number", ["description"] = "Seconds." };
        if (type == typeof(ComponentId) || type == typeof(VantagePointId)) return new JsonObject { ["type"] = isNullable ? new JsonArray("string", "null") : "string" };
        if (type != typeof(Bounds)) return context.TypeInfo.Options.DefaultIgnoreCondition == JsonIgnoreCondition.WhenWritingNull ? WithoutNulls(schema) : schema;
        static JsonObject Instants() => new() { ["type"] = "string", ["format"] = "date-time" };
        return new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["earliest"] = Instants(), ["latest"] = Instants() }, ["required"] = new JsonArray("earliest", "latest") };
    }

    /// <summary>Where a null is left out, what may be null need not be there.</summary>
    private static JsonNode WithoutNulls(JsonNode schema)
    {
        if (schema is JsonObject record && record["required"] is JsonArray required && record["properties"] is JsonObject properties)
            foreach (var name in required.Where(name => properties[name!.GetValue<string>()]?["type"] is JsonArray types && types.Any(type => type!.GetValue<string>() == "null")).ToList())
                required.Remove(name);
        return schema;
    }
}
