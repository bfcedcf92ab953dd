using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Simulation.Tests;

/// <summary>Follows the facts one by one: an outage's name is never given to another, nor taken from it.</summary>
internal static class Names
{
    public static IEnumerable<Violation> Check(IEnumerable<Fact> facts)
    {
        var lines = new Dictionary<(ComponentId, string?), Timeline>();
        var known = new Dictionary<string, (ComponentId Component, string? Region, long From, long To)>(StringComparer.Ordinal);
        foreach (var revised in facts.OfType<TimelineRevised>())
        {
            var key = (revised.Component, revised.Region);
            var before = lines.GetValueOrDefault(key, Timeline.Empty);
            var after = lines[key] = before.Revise(revised.From, revised.Segments);
            var (had, has) = (Spans(before), Spans(after));
            foreach (var (name, span) in has)
            {
                if (!known.TryGetValue(name, out var earlier))
                {
                    // A new name must not stand where an outage already had one that is gone now.
                    foreach (var (old, gone) in had)
                        if (!has.ContainsKey(old) && Meet(gone, span))
                            yield return new Violation("TRUTH 8: an outage is never renamed", revised.Component.Value, revised.At, old, name);
                }
                else if (earlier.Component != revised.Component || earlier.Region != revised.Region || !Meet((earlier.From, earlier.To), span))
                    yield return new Violation("TRUTH 8: a name is never used again", revised.Component.Value, revised.At, "a new name", name);
                known[name] = (revised.Component, revised.Region, span.From, span.To);
            }
        }
    }

    private static Dictionary<string, (long From, long To)> Spans(Timeline line)
    {
        var spans = new Dictionary<string, (long From, long To)>(StringComparer.Ordinal);
        for (var i = 0; i < line.Count; i++)
        {
            if (line[i].Outage is not { } name) continue;
            var to = i + 1 < line.Count ? line[i + 1].From.ToUnixTimeTicks() : long.MaxValue;
            spans[name] = (spans.TryGetValue(name, out var span) ? span.From : line[i].From.ToUnixTimeTicks(), to);
        }
        return spans;
    }

    private static bool Meet((long From, long To) a, (long From, long To) b) => a.From < b.To && b.From < a.To;
}
