using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.Outages;

/// <summary>From a timeline to its outages and maintenance. Pure.</summary>
public static class OutageFinder
{
    private static readonly Cause Unexplained = new(CauseKind.Unexplained, "Nothing on record says why.");

    /// <param name="stretches">The whole timeline up to the frontier, in order, without gaps.</param>
    /// <returns>In order of their earliest onset.</returns>
    public static ImmutableArray<Outage> Find(ComponentId component, string? region, IReadOnlyList<Stretch> stretches)
    {
        var members = new Dictionary<string, (int First, int Last)>(StringComparer.Ordinal);
        var order = new List<string>();
        for (var i = 0; i < stretches.Count; i++)
        {
            if (stretches[i].Segment.Outage is not { } name) continue;
            if (!members.TryGetValue(name, out var range)) order.Add(name);
            members[name] = (members.ContainsKey(name) ? range.First : i, i);
        }

        var outages = ImmutableArray.CreateBuilder<Outage>(order.Count);
        foreach (var name in order)
        {
            var (first, last) = members[name];
            // A window that an outage runs into pauses it; while it is not up in there, nobody can say that it ended.
            var reach = last + 1;
            while (reach < stretches.Count && IsPaused(stretches[reach]) && !stretches[reach - 1].Segment.EndsSeen(stretches[reach].Segment)) reach++;
            var isOpen = reach == stretches.Count;
            if (isOpen) last = reach - 1;

            var parts = new List<Stretch>(last - first + 1);
            for (var i = first; i <= last; i++)
                if (stretches[i].Segment.Outage == name || stretches[i].Segment.Likely == State.Unknown || IsPaused(stretches[i]))
                    parts.Add(stretches[i]);
            if (Make(name, component, region, parts, isOpen) is { } outage) outages.Add(outage);
        }
        return outages.ToImmutable();
    }

    /// <returns>Neighbouring stretches of one window joined, in order.</returns>
    public static ImmutableArray<Maintained> FindMaintenance(ComponentId component, IReadOnlyList<Stretch> stretches)
    {
        var found = ImmutableArray.CreateBuilder<Maintained>();
        foreach (var stretch in stretches)
        {
            if (stretch.Segment.Window is not { } window || stretch.Segment.Shown != State.Maintenance) continue;
            var seen = stretch.Segment.Likely;
            if (found.Count > 0 && found[^1] is { } last && last.Window == window && last.To == stretch.From)
                found[^1] = last with { To = stretch.To, Seen = States.Worse(last.Seen, seen) };
            else
                found.Add(new Maintained(component, window, stretch.From, stretch.To, seen));
        }
        return found.ToImmutable();
    }

    /// <summary>What a stretch adds to the length of the outage that it is part of.</summary>
    internal static Length LengthOf(Stretch stretch)
    {
        if (stretch.Segment.Window is not null) return Length.Zero;
        var (segment, length) = (stretch.Segment, stretch.Length);
        return new Length(
            segment.Best.IsDown() ? length : Duration.Zero,
            segment.Likely.IsDown() ? length : Duration.Zero,
            segment.Worst.IsDown() ? length : Duration.Zero);
    }

    private static bool IsPaused(Stretch stretch) => stretch.Segment is { Window: not null, Outage: null } && stretch.Segment.Worst.IsDown();

    private static Outage? Make(string name, ComponentId component, string? region, List<Stretch> parts, bool isOpen)
    {
        // A name over nothing but unseen or merely degraded time is not an outage: nobody saw users go unserved.
        if (!parts.Exists(part => part.Segment.Best.IsDown() || part.Segment.Likely.IsDown())) return null;

        var possible = parts.FindAll(part => part.Segment.Worst.IsDown());
        var sure = parts.FindAll(part => part.Segment.Best.IsDown());
        var (begin, end) = (possible[0].From, possible[^1].To);

        // An outage that is surely nothing (its bounds are reversed) may have begun as late as it may have ended, and the other way round.
        var began = new Bounds(begin, sure.Count > 0 ? sure[0].From : end);
        Bounds? ended = isOpen ? null : new Bounds(sure.Count > 0 ? sure[^1].To : begin, end);

        var length = parts.Aggregate(Length.Zero, (sum, part) => sum + LengthOf(part));
        if (length.Longest == Duration.Zero) return null; // all of it lies in maintenance windows

        return new Outage
        {
            Id = name,
            Component = component,
            Region = region,
            Began = began,
            Ended = ended,
            KnownUntil = isOpen ? parts[^1].To : end,
            Length = length,
            Unseen = Sum(parts, part => part.Segment.Likely == State.Unknown),
            InMaintenance = Sum(parts, part => part.Segment.Window is not null && part.Segment.Likely.IsDown()),
            Worst = parts.Where(part => part.Segment.Likely != State.Unknown).Select(part => States.Worse(part.Segment.Likely, part.Segment.Best)).Max(),
            Causes = SharesOf(parts),
            Stretches = [.. parts],
        };
    }

    /// <summary>What each cause accounts for of an outage's stretches.</summary>
    internal static ImmutableArray<CauseShare> SharesOf(List<Stretch> parts)
    {
        var shares = new List<CauseShare>();
        foreach (var part in parts)
        {
            if (part.Segment.Likely == State.Unknown && !part.Segment.Best.IsDown() && part.Segment.Cause is null) continue;
            var cause = part.Segment.Cause ?? Unexplained;
            var known = shares.FindIndex(share => share.Cause == cause);
            if (known < 0) shares.Add(new CauseShare(cause, part.From, LengthOf(part)));
            else shares[known] = shares[known] with { Length = shares[known].Length + LengthOf(part) };
        }
        // Stable: of equal shares the one that came first leads.
        return [.. shares.OrderByDescending(share => share.Length.Likely).ThenByDescending(share => share.Length.Longest).ThenBy(share => share.From)];
    }

    private static Duration Sum(List<Stretch> parts, Func<Stretch, bool> which) =>
        parts.Where(which).Aggregate(Duration.Zero, (sum, part) => sum + part.Length);
}
