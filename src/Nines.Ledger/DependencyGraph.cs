using System.Collections.Immutable;
using System.Text.Json;
using Nines.Core.Components;

namespace Nines.Ledger;

/// <summary>Who needs whom, as the config on record says it: gates of all of, any of and k of n.</summary>
public sealed class DependencyGraph
{
    private static readonly JsonWriterOptions Compact = new() { Indented = false };

    private readonly Dictionary<ComponentId, DependencyGate> byComponent = [];
    private readonly ILookup<ComponentId, int> dependants;

    private DependencyGraph(string text, ImmutableArray<DependencyGate> gates)
    {
        (Text, Gates) = (text, gates);
        foreach (var gate in gates) byComponent.TryAdd(gate.Component, gate);
        dependants = gates.SelectMany((gate, index) => gate.Mentioned.Select(id => (Id: id, Index: index))).ToLookup(one => one.Id, one => one.Index);
    }

    public static readonly DependencyGraph None = new("[]", []);

    /// <summary>Of each component that needs something, in the config's order.</summary>
    public ImmutableArray<DependencyGate> Gates { get; }

    /// <summary>The gates as JSON: what a snapshot keeps.</summary>
    internal string Text { get; }

    /// <summary>
    /// What cannot work while a component does not: itself first, then what its dependants' gates take down with it, and theirs, in the
    /// config's order. A gate that has enough other members holds.
    /// </summary>
    public ImmutableArray<ComponentId> DownWith(ComponentId component)
    {
        var (down, order) = (new HashSet<ComponentId> { component }, new List<ComponentId> { component });
        var fresh = new SortedSet<int>(dependants[component]);
        while (fresh.Count > 0)
        {
            // All that what went down last may break, in the config's order.
            var broken = fresh.Select(index => Gates[index]).Where(gate => !down.Contains(gate.Component) && !gate.Needs.All(need => Holds(need, down))).ToList();
            down.UnionWith(broken.Select(gate => gate.Component));
            order.AddRange(broken.Select(gate => gate.Component));
            fresh = [.. broken.SelectMany(gate => dependants[gate.Component])];
        }
        return [.. order];
    }

    /// <summary>What a component's gate mentions, each once, in order of mention; empty where it needs nothing.</summary>
    public ImmutableArray<ComponentId> MentionedBy(ComponentId component) => byComponent.TryGetValue(component, out var gate) ? gate.Mentioned : [];

    /// <summary>Whose gates mention a component, in the config's order.</summary>
    public IEnumerable<ComponentId> DependantsOf(ComponentId component) => dependants[component].Select(index => Gates[index].Component);

    /// <summary>True when a component's gate mentions another, or something whose gate does, however far; not of itself.</summary>
    public bool Reaches(ComponentId from, ComponentId to)
    {
        var (seen, next) = (new HashSet<ComponentId>(), new Stack<ComponentId>([from]));
        while (next.TryPop(out var at))
            foreach (var need in MentionedBy(at))
            {
                if (need == to) return true;
                if (seen.Add(need)) next.Push(need);
            }
        return false;
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
        return new DependencyGraph(text, [.. json.RootElement.EnumerateArray().Select(GateOf).OfType<DependencyGate>()]);
    }

    /// <returns>Null for one that a newer Nines wrote in a form that this one does not know.</returns>
    private static DependencyGate? GateOf(JsonElement component)
    {
        try
        {
            return new DependencyGate(new ComponentId(component.GetProperty("name").GetString()!), [.. component.GetProperty("needs").EnumerateArray().Select(NeedOf)]);
        }
        catch (Exception unknown) when (unknown is FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            return null;
        }
    }

    private static Need NeedOf(JsonElement json) => json.ValueKind == JsonValueKind.String
        ? new Need.On(new ComponentId(json.GetString()!))
        : new Need.AtLeast(json.GetProperty("at_least").GetInt32(), [.. json.GetProperty("of").EnumerateArray().Select(NeedOf)]);

    private static bool Holds(Need need, HashSet<ComponentId> down) => need switch
    {
        Need.On on => !down.Contains(on.Component),
        Need.AtLeast gate => gate.Members.Count(member => Holds(member, down)) >= gate.Count,
        _ => throw new InvalidOperationException("Need is a closed hierarchy."),
    };
}

/// <summary>What a component needs: all of these.</summary>
/// <param name="Needs">One or more: its chain, and its gate.</param>
public sealed record DependencyGate(ComponentId Component, ImmutableArray<Need> Needs)
{
    /// <summary>Each component that is mentioned, once, in order of mention.</summary>
    public ImmutableArray<ComponentId> Mentioned { get; } = [.. Needs.SelectMany(need => need.Mentioned()).Distinct()];
}
