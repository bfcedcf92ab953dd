using System.Collections.Immutable;
using System.Globalization;
using Nines.Web.Api.Documents;
using Nines.Web.Console.Graphs;

namespace Nines.Web.Console.Map;

/// <summary>A group of which not all are needed, as its own box between who needs it and its members.</summary>
/// <param name="Key">The same for the same group, whoever needs it.</param>
/// <param name="Label">any of, or 2 of 3.</param>
public sealed record GateBox(string Key, string Label, string Text);

/// <summary>The map as boxes and lines: components, and between them groups of which not all are needed. Pure.</summary>
public sealed record MapPicture(LayeredGraph Graph, ImmutableDictionary<string, MapNode> Nodes, ImmutableDictionary<string, GateBox> Gates)
{
    public const double BoxWidth = 176, BoxHeight = 42, GateWidth = 66, GateHeight = 24;

    public static MapPicture Of(ImmutableArray<MapNode> nodes)
    {
        var known = nodes.Select(node => node.Component.Value).ToHashSet(StringComparer.Ordinal);
        var gates = new Dictionary<string, GateBox>(StringComparer.Ordinal);
        var boxes = nodes.Select(node => new GraphBox(node.Component.Value, BoxWidth, BoxHeight)).ToList();
        var lines = new List<(string, string)>();
        foreach (var node in nodes)
            foreach (var need in node.Needs) Add(node.Component.Value, need);
        return new MapPicture(LayeredGraph.Of(boxes, lines), nodes.ToImmutableDictionary(node => node.Component.Value, StringComparer.Ordinal), gates.ToImmutableDictionary(StringComparer.Ordinal));

        void Add(string from, NeedDocument need)
        {
            if (need.Component is { } one)
            {
                lines.Add((from, one.Value));
                return;
            }
            var of = need.Of!.Value;
            // What all is needed of is no group: each is needed by itself.
            if (need.AtLeast == of.Length)
            {
                foreach (var member in of) Add(from, member);
                return;
            }
            if (!Mentions(need)) return;
            var key = $"({need})";
            lines.Add((from, key));
            if (!gates.TryAdd(key, new GateBox(key, need.AtLeast == 1 ? "any of" : string.Create(CultureInfo.InvariantCulture, $"{need.AtLeast} of {of.Length}"), need.ToString()))) return;
            boxes.Add(new GraphBox(key, GateWidth, GateHeight));
            foreach (var member in of) Add(key, member);
        }

        bool Mentions(NeedDocument need) => need.Component is { } one ? known.Contains(one.Value) : need.Of!.Value.Any(Mentions);
    }
}
