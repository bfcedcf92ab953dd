using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>The JSON schema of the config, made from the same records that the loader binds: editors complete and check with it.</summary>
public static class ConfigSchema
{
    private static readonly JsonSerializerOptions Printing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <returns>JSON with a final newline; the same for the same records.</returns>
    public static string Text(IReadOnlyList<ProbeType> types)
    {
        var schema = Record(typeof(ConfigFile), types);
        var root = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Nines configuration",
        };
        foreach (var (key, value) in schema.ToList())
        {
            schema.Remove(key);
            root[key] = value;
        }
        root["$defs"] = new JsonObject
        {
            ["need"] = Need(),
            ["probe"] = new JsonObject { ["oneOf"] = new JsonArray([.. types.OrderBy(type => type.Key, StringComparer.Ordinal).SelectMany(type => Probes(type, types))]) },
        };
        return root.ToJsonString(Printing) + "\n";
    }

    private static JsonObject Record(Type type, IReadOnlyList<ProbeType> types) => Members(RecordKeys.Of(type).Keys, key => key.Name, types);

    private static JsonObject Members(IEnumerable<OptionKey> keys, Func<OptionKey, string> nameOf, IReadOnlyList<ProbeType> types)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var key in keys)
        {
            var name = nameOf(key);
            var value = Value(key.Type, key, types);
            if (key.About is not null && !value.ContainsKey("$ref")) value["description"] = key.About;
            properties[name] = value;
            if (key.FileKey is not null) properties[name + "_file"] = new JsonObject { ["type"] = "string", ["description"] = $"A file that holds {name}." };
            if (key.Required && key.FileKey is null) required.Add(name);
        }
        var record = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0) record["required"] = required;
        record["additionalProperties"] = false;
        return record;
    }

    /// <summary>One form a main key: the key itself, and the file that holds it where that is allowed.</summary>
    private static IEnumerable<JsonNode> Probes(ProbeType type, IReadOnlyList<ProbeType> types)
    {
        var options = RecordKeys.Of(type.OptionsType).Keys;
        var main = options.FirstOrDefault(key => key.Main);
        foreach (var mainName in main?.FileKey is null ? (IEnumerable<string>)[type.Key] : [type.Key, type.Key + "_file"])
        {
            var form = Members(RecordKeys.Of(typeof(ProbeSettings)).Keys.Concat(options), key => key.Main ? type.Key : key.Name, types);
            var properties = form["properties"]!.AsObject();
            if (main?.FileKey is not null) properties.Remove(mainName == type.Key ? type.Key + "_file" : type.Key);
            var required = form["required"] as JsonArray ?? [];
            if (!required.Any(name => name!.GetValue<string>() == mainName)) required.Add(mainName);
            form["required"] = required;
            form["description"] = type.About;
            yield return form;
        }
    }

    private static JsonObject Value(Type type, OptionKey? key, IReadOnlyList<ProbeType> types)
    {
        if (type == typeof(TemplateEntry)) return new JsonObject { ["type"] = "object" };
        if (type == typeof(NeedEntry)) return new JsonObject { ["$ref"] = "#/$defs/need" };
        if (type == typeof(ProbeEntry)) return new JsonObject { ["$ref"] = "#/$defs/probe" };
        if (type == typeof(ComponentSelection)) return new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["const"] = "all" }, ListOf(new JsonObject { ["type"] = "string" })) };
        if (type == typeof(DayRule)) return new JsonObject { ["type"] = new JsonArray("string", "integer", "array"), ["items"] = new JsonObject { ["type"] = "string" } };
        if (ScalarReader.Reads(type)) return Scalar(type, key);
        if (Collections.ItemOf(type) is { } item) return ListOf(Value(item, null, types));
        return Collections.ValueOf(type) is { } member
            ? new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(member, null, types) }
            : Record(type, types);
    }

    private static JsonObject ListOf(JsonObject item) => new() { ["type"] = "array", ["items"] = item };

    private static JsonObject Scalar(Type type, OptionKey? key)
    {
        const string variable = @"\$\{[A-Za-z_][A-Za-z0-9_]*\}";
        if (type == typeof(bool)) return OrVariable(new JsonObject { ["type"] = "boolean" }, variable);
        if (type == typeof(int) || type == typeof(long) || type == typeof(BigInteger)) return OrVariable(WithRange(new JsonObject { ["type"] = "integer" }, key), variable);
        if (type == typeof(double) || type == typeof(decimal)) return OrVariable(WithRange(new JsonObject { ["type"] = "number" }, key), variable);
        if (type.IsEnum) return OrVariable(new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)RecordKeys.KeyName(name))]) }, variable);
        if (type == typeof(Duration))
        {
            var duration = new JsonObject { ["type"] = "string", ["pattern"] = $@"^([0-9]+(\.[0-9]+)?(d|h|ms|m|us|s|ns))+$|{variable}" };
            if (key?.DurationRange is { } range) duration["description"] = $"A duration from {range.Shortest} to {range.Longest}, such as 30s or 1m30s.";
            return duration;
        }
        // A label such as 1.16 is a number to YAML and a text to us.
        if (type == typeof(string)) return new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") };
        var text = new JsonObject { ["type"] = "string" };
        if (type == typeof(ComponentId)) text["pattern"] = $@"^[a-z0-9][a-z0-9._-]{{0,{Name.MaxLength - 1}}}$|{variable}";
        if (type == typeof(Uri)) text["pattern"] = $@"^[A-Za-z][A-Za-z0-9+.-]*://|{variable}";
        if (type == typeof(ListenAddress)) text["description"] = "Address and port, such as 127.0.0.1:9464, or off.";
        return text;
    }

    private static JsonObject WithRange(JsonObject schema, OptionKey? key)
    {
        if (key?.Range is not { } range) return schema;
        schema["minimum"] = Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture);
        schema["maximum"] = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
        return schema;
    }

    private static JsonObject OrVariable(JsonObject schema, string variable) =>
        new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "string", ["pattern"] = variable }) };

    private static JsonObject Need()
    {
        static JsonObject Members() => ListOf(new JsonObject { ["$ref"] = "#/$defs/need" });
        static JsonObject Gate(params (string Key, JsonObject Value)[] keys)
        {
            var properties = new JsonObject();
            var required = new JsonArray();
            foreach (var (key, value) in keys)
            {
                properties[key] = value;
                required.Add(key);
            }
            return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
        }
        return new JsonObject
        {
            ["oneOf"] = new JsonArray(
                new JsonObject { ["type"] = "string" },
                Members(),
                Gate(("all_of", Members())),
                Gate(("any_of", Members())),
                Gate(("at_least", new JsonObject { ["type"] = "integer", ["minimum"] = 1 }), ("of", Members()))),
        };
    }
}
