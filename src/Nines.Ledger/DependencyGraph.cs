using System.Collections.Immutable;
using System.Text.Json;
using Nines.Core.Components;

namespace Nines.Ledger;

/// <summary>Who needs whom, as the config on record says it: gates of all of, any of and k of n.</summary>
public sealed class DependencyGraph
{
    private static readonly JsonWriterOptions Compact = new() { Indented = false };

    private readonly ImmutableArray<(ComponentId Id, ImmutableArray<Need> Needs)> gates;

    private DependencyGraph(string text, ImmutableArray<(ComponentId, ImmutableArray<Need>)> gates) => (Text, this.gates) = (text, gates);

    public static readonly DependencyGraph None = new("[]", []);

    /// <summary>The gates as JSON: what a snapshot keeps.</summary>
    internal string Text { get; }

    /// <summary>
    /// What cannot work while a component does not: itself first, then what its dependants' gates take down with it, and theirs, in the
    /// config's order. A gate that has enough other members holds.
    /// </summary>
    public ImmutableArray<ComponentId> DownWith(ComponentId component)
    {
        var down = new List<ComponentId> { component };
        for (var found = true; found;)
        {
            found = false;
            foreach (var (id, needs) in gates)
            {
                if (down.Contains(id) || needs.All(need => Holds(need, down))) continue;
                down.Add(id);
                found = true;
            }
        }
        return [.. down];
    }

    internal static DependencyGraph Of(JsonElement config)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Compact))
        {
            json.WriteStartArray();
            if (config.TryGetProperty("components", out var components) && components.ValueKind == JsonValueKind.Array)
            {
                foreach (var component in components.EnumerateArray())
                {
                    var (chain, needs) = (component.TryGetProperty("chain", out var on), component.TryGetProperty("needs", out var gate));
                    if (!chain && !needs) continue;
                    json.WriteStartObject();
                    json.WritePropertyName("name");
                    component.GetProperty("name").WriteTo(json);
                    json.WriteStartArray("needs");
                    if (chain) on.WriteTo(json);
                    if (needs) gate.WriteTo(json);
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
            }
            json.WriteEndArray();
        }
        return Parse(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    internal static DependencyGraph Parse(string text)
    {
        using var json = JsonDocument.Parse(text);
        return new DependencyGraph(text, [.. json.RootElement.EnumerateArray().Select(GateOf).OfType<(ComponentId, ImmutableArray<Need>)>()]);
    }

    /// <returns>Null for one that a newer Nines wrote in a form that this one does not know.</returns>
    private static (ComponentId, ImmutableArray<Need>)? GateOf(JsonElement component)
    {
        try
        {
            return (new ComponentId(component.GetProperty("name").GetString()!), [.. component.GetProperty("needs").EnumerateArray().Select(NeedOf)]);
        }
        catch (Exception unknown) when (unknown is FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            return null;
        }
    }

    private static Need NeedOf(JsonElement json) => json.ValueKind == JsonValueKind.String
        ? new Need.On(new ComponentId(json.GetString()!))
        : new Need.AtLeast(json.GetProperty("at_least").GetInt32(), [.. json.GetProperty("of").EnumerateArray().Select(NeedOf)]);

    private static bool Holds(Need need, List<ComponentId> down) => need switch
    {
        Need.On on => !down.Contains(on.Component),
        Need.AtLeast gate => gate.Members.Count(member => Holds(member, down)) >= gate.Count,
        _ => throw new InvalidOperationException("Need is a closed hierarchy."),
    };
}
