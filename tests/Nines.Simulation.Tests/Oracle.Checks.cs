using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Simulation.Tests;

internal sealed partial class Oracle
{
    private void Fold()
    {
        foreach (var revised in entries.Select(entry => entry.Fact).OfType<TimelineRevised>())
            told[(revised.Component, revised.Region)] = told.GetValueOrDefault((revised.Component, revised.Region), Timeline.Empty).Revise(revised.From, revised.Segments);
    }

    private void CheckShape(Component component, string? region, Timeline line)
    {
        foreach (var segment in line)
        {
            var at = segment.From.ToUnixTimeTicks();
            if (segment.Best > State.Down || segment.Worst > State.Down || segment.Likely > State.Unknown) Fail("TRUTH 1: states are of the four, or unknown", component, region, at, "a state", $"{segment}");
            if (segment.Best > segment.Worst) Fail("TRUTH 2: surely is within possibly", component, region, at, "best <= worst", $"{segment}");
            if (segment.Likely == Nothing ? segment is not { Best: State.Up, Worst: State.Down } : segment.Likely < segment.Best || segment.Likely > segment.Worst)
                Fail("TRUTH 2: likely is within surely and possibly", component, region, at, $"{segment.Best} to {segment.Worst}", $"{segment.Likely}");
        }
    }

    /// <summary>At every instant surely ≤ truth ≤ possibly; unknown is exactly what was not seen; likely rests on looks nearby.</summary>
    private void CheckBounds(Component component, string? region, Timeline line)
    {
        var index = indexOf[component.Id];
        foreach (var at in Instants(index, line))
        {
            if (RunAt(at) < 0) continue;
            var segment = line.At(Instant.FromUnixTimeTicks(at)) ?? Segment.Unseen(default);
            var (best, worst) = TruthAt(index, region, at);
            if (segment.Best > worst) Fail("TRUTH 2: what is surely so is true", component, region, at, $"the truth, at worst {worst}", $"surely {segment.Best}");
            if (segment.Worst < best) Fail("TRUTH 2: what is true is possibly so", component, region, at, $"the truth, at best {best}", $"possibly {segment.Worst}");
            if (component.Probes.IsEmpty) continue;
            CheckSeen(component, region, at, segment);
        }
    }

    private void CheckSeen(Component component, string? region, long at, Segment segment)
    {
        int regions = 0, surely = 0, possibly = 0;
        var (bests, worsts, decided) = (new List<State>(), new List<State>(), true);
        foreach (var group in slotsOf[indexOf[component.Id]].GroupBy(RegionOf))
        {
            if (region is not null && group.Key != region) continue;
            regions++;
            var (best, worst, any, all) = (new List<State>(), new List<State>(), false, false);
            foreach (var point in group.GroupBy(slot => world.Slots[slot].Point))
            {
                var live = point.Count(slot => slots[slot].LivesAt(at));
                any |= live > 0;
                var pending = point.Any(slot => slots[slot].IsPendingAt(at));
                all |= live == point.Count() && !pending;
                if (pending || (live > 0 && live < point.Count())) decided = false;
                if (live < point.Count()) continue;
                var near = point.Select(slot => slots[slot].NearAt(at)).ToArray();
                best.Add(near.Max(seen => seen.Best));
                worst.Add(near.Max(seen => seen.Worst));
            }
            if (all) surely++;
            if (any) possibly++;
            if (!all) continue;
            bests.Add(LowerMedian(best));
            worsts.Add(LowerMedian(worst));
        }
        var need = Math.Min(2, regions);
        if (possibly < need && segment.Likely != Nothing) Fail("TRUTH 8, 9: what was not seen is unknown", component, region, at, $"unknown: {possibly} of {regions} regions live", $"{segment.Likely}");
        if (IsContested(component, region, at)) return;
        if (surely >= need && segment.Likely == Nothing) Fail("TRUTH 8, 9: what was seen is not unknown", component, region, at, $"a state: {surely} of {regions} regions live", "unknown");
        if (!decided || surely < need || segment.Likely == Nothing) return;
        var (low, high) = (LowerMedian(bests), LowerMedian(worsts));
        low = low < segment.Best ? segment.Best : low > segment.Worst ? segment.Worst : low;
        high = high < segment.Best ? segment.Best : high > segment.Worst ? segment.Worst : high;
        if (segment.Likely > high) Fail("TRUTH 2, 6: nothing is likely worse than the looks around it", component, region, at, $"at worst {high}", $"{segment.Likely}");
        if (segment.Likely < low) Fail("TRUTH 2, 6: nothing is likely better than the looks around it", component, region, at, $"at best {low}", $"{segment.Likely}");
    }

    /// <summary>Whether votes that are missing for a moment could have changed the outcome: where those that are left would say something else than with them, nobody knows (TRUTH 9).</summary>
    private bool IsContested(Component component, string? region, long at)
    {
        var votes = slotsOf[indexOf[component.Id]].Where(slot => region is null || RegionOf(slot) == region).Select(slot => slots[slot]).ToArray();
        return votes.Any(slot => slot.IsMissingAt(at)) && votes.SelectMany(slot => new[] { slot.NearAt(at).Best, slot.NearAt(at).Worst }).Distinct().Count() > 1;
    }

    /// <summary>A component without probes: what its gate says whatever the unseen members are, or that it is broken at their best.</summary>
    private void CheckGate(Component component, Timeline line)
    {
        var members = component.Needs!.Mentioned().Distinct().ToArray();
        foreach (var at in Instants(indexOf[component.Id], line))
        {
            if (RunAt(at) < 0) continue;
            var seen = members.ToDictionary(id => id, id => told.GetValueOrDefault((id, null), Timeline.Empty).At(Instant.FromUnixTimeTicks(at))?.Likely ?? Nothing);
            var (best, worst) = (State.Down, State.Up);
            var unseen = members.Where(id => seen[id] == Nothing).ToArray();
            for (var choice = 0; choice < 1 << unseen.Length; choice++)
            {
                var state = Gate(component.Needs!, id => seen[id] != Nothing ? seen[id] : (choice >> Array.IndexOf(unseen, id) & 1) == 0 ? State.Up : State.Down);
                best = state < best ? state : best;
                worst = States.Worse(worst, state);
            }
            var expected = best == worst || best.IsDown() ? best : Nothing;
            var got = line.At(Instant.FromUnixTimeTicks(at))?.Likely ?? Nothing;
            if (got != expected) Fail("TRUTH 2: a component without probes is its gate", component, null, at, $"{expected}", $"{got}");
        }
    }

    /// <summary>Nothing that is not up inside a window is an outage; the window is marked where, and only where, there is one.</summary>
    private void CheckWindows(Component component, string? region, Timeline line)
    {
        var entered = entries.Select(entry => entry.Fact).OfType<MaintenanceEntered>().Select(fact => fact.Window).ToHashSet();
        foreach (var at in Instants(indexOf[component.Id], line))
        {
            var run = RunAt(at);
            if (run < 0 || line.At(Instant.FromUnixTimeTicks(at)) is not { } segment) continue;
            var inside = history.Windows.Where(window => window.Components.Contains(component.Id) && window.From <= at && at < window.To).ToArray();
            if (segment.Window is { } marked && inside.All(window => window.Id != marked)) Fail("TRUTH 12: a window excludes nothing outside of it", component, region, at, "no window", marked);
            if (!inside.Any(window => entered.Contains(window.Id))) continue;
            if (segment.Outage is not null) Fail("TRUTH 12: inside a window nothing is an outage", component, region, at, $"no outage inside {inside[0].Id}", segment.Outage);
            if (segment.Likely is not (State.Up or Nothing) && segment.Shown != State.Maintenance) Fail("TRUTH 12: what is not up inside a window is maintenance", component, region, at, "maintenance", $"{segment.Shown}");
        }
    }

    /// <summary>Outages: each a contiguous stretch with a name of its own, likely down somewhere; nothing that is likely down goes without one.</summary>
    private void CheckOutages(Component component, Timeline line)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < line.Count; i++)
        {
            var segment = line[i];
            var at = segment.From.ToUnixTimeTicks();
            if (segment.Likely.IsDown() && segment.Window is null && segment.Outage is null) Fail("TRUTH 5: what is likely down is an outage", component, null, at, "an outage", "none");
            if (segment.Outage is not { } name) continue;
            if (!segment.Worst.IsDown()) Fail("TRUTH 2: an outage is possibly down throughout", component, null, at, "possibly down", $"{segment.Worst}");
            if (last.TryGetValue(name, out var before))
                for (var j = before; j < i; j++)
                    if (!line[j].Worst.IsDown())
                        Fail("TRUTH 8: outages that are apart have names of their own", component, null, at, $"another name than {name}", $"it ended before {line[j].From}");
            last[name] = i;
        }
        foreach (var name in last.Keys) CheckOutage(component, line, name);
    }

    private void CheckOutage(Component component, Timeline line, string name)
    {
        var parts = line.Select((segment, i) => (Segment: segment, To: i + 1 < line.Count ? line[i + 1].From.ToUnixTimeTicks() : long.MaxValue)).Where(part => part.Segment.Outage == name).ToArray();
        var (from, to) = (parts[0].Segment.From.ToUnixTimeTicks(), parts[^1].To);
        if (!parts.Any(part => part.Segment.Likely.IsDown())) Fail("TRUTH 5: an outage is likely down somewhere", component, null, from, "likely down", "never");
        CheckOverrun(component, line, name, from);
        // Of the whole stretch, for a window may hide where it began.
        var (start, end) = (parts[0].Segment.From, parts[^1].To);
        for (var i = line.Count - 1; i >= 0; i--)
            if (line[i].From < start && line[i].Worst.IsDown()) start = line[i].From;
            else if (line[i].From < start) break;
        for (var i = 0; i < line.Count; i++)
            if (line[i].From.ToUnixTimeTicks() == end && line[i].Worst.IsDown()) end = i + 1 < line.Count ? line[i + 1].From.ToUnixTimeTicks() : long.MaxValue;
        // The second may come when the others have voted it out already, and may see it less bad: it agrees that all is not well.
        if (end < long.MaxValue && !component.Probes.IsEmpty) end += component.Probes.Max(probe => probe.VoteLifetime.BclCompatibleTicks);
        var looks = slotsOf[indexOf[component.Id]].SelectMany(slot => slots[slot].Samples.Where(sample => sample.State != State.Up && start.ToUnixTimeTicks() <= sample.Ended && sample.Started < end)).ToArray();
        if (!component.Probes.IsEmpty && looks.Length < 2 && !looks.Any(sample => sample.Alone))
            Fail("TRUTH 5: an outage rests on a look and a second that agrees, or on one that saw a security signal", component, null, from, "two looks", $"{looks.Length}");
        CheckNotTied(component, line, name);

        // Where all slots stand under one truth, an outage must meet a true one; where they do not, the checks of likely states stand for it.
        // What lies beside it inside a window belongs to the same stretch: its onset may have been before the window or in it.
        var (first, last) = (line.ToList().FindIndex(segment => segment.Outage == name), line.ToList().FindLastIndex(segment => segment.Outage == name));
        while (first > 0 && line[first - 1] is { Window: not null } before && before.Worst.IsDown()) from = line[--first].From.ToUnixTimeTicks();
        while (last + 1 < line.Count && line[last + 1] is { Window: not null } after && after.Worst.IsDown()) to = ++last + 1 < line.Count ? line[last + 1].From.ToUnixTimeTicks() : long.MaxValue;
        var index = indexOf[component.Id];
        if (component.Probes.IsEmpty || world.Plights.Any(plight => plight.Component == index && (plight.Probe >= 0 || plight.Points.Contains(false)))) return;
        var slot = slots[slotsOf[index][0]];
        foreach (var at in Instants(index, line).Prepend(from))
            if (from <= at && at < to && (slot.TrueAt(at) is not { } state || state.IsDown()))
                return;
        Fail("TRUTH 3: every outage meets a true one", component, null, from, "a true outage", $"{name}, to {Instant.FromUnixTimeTicks(Math.Min(to, until.Max()))}");
    }

    /// <summary>When the last looks of all slots before an unseen stretch were good, what was not seen since is no hole in an outage that came before them.</summary>
    private void CheckNotTied(Component component, Timeline line, string name)
    {
        if (component.Probes.IsEmpty) return;
        var own = slotsOf[indexOf[component.Id]];
        for (var i = 1; i < line.Count; i++)
        {
            var at = line[i].From.ToUnixTimeTicks();
            if (line[i].Outage != name || line[i - 1].Outage != name || line[i].Likely != Nothing || line[i - 1].Likely == Nothing) continue;
            if (!line.Any(segment => segment.Outage == name && segment.From < line[i].From && segment.Likely.IsDown())) continue;
            if (IsContested(component, null, at + 1)) continue;
            if (own.All(slot => slots[slot].LastLookBy(at) is { State: State.Up }))
                Fail("TRUTH 8: what was not seen after a good look is no hole in the outage that it ended", component, null, at, $"{name} ended", "it goes on");
        }
    }

    /// <summary>What began inside a window and goes on after it is an overrun.</summary>
    private void CheckOverrun(Component component, Timeline line, string name, long from)
    {
        var first = 0;
        while (line[first].Outage != name) first++;
        string? beganIn = null;
        for (var i = first - 1; i >= 0 && line[i].Worst.IsDown() && line[i].Outage is null; i--)
            if (line[i].Likely.IsDown()) beganIn = line[i].Window;
        for (var i = first; i < line.Count && line[i].Worst.IsDown(); i++)
        {
            if (line[i].Outage != name || line[i].Cause is not { } cause) continue;
            if ((cause.Kind == CauseKind.Maintenance) != (beganIn is not null))
                Fail("TRUTH 12: an overrun, and nothing else, has cause maintenance", component, null, from, beganIn is null ? "another cause" : $"maintenance: it began in {beganIn}", $"{cause.Kind}");
        }
    }

    /// <summary>Every true outage that is longer than the resolution is there: as an outage, or as the blip that a single look made of it.</summary>
    private void CheckFound(Component component, Timeline line)
    {
        var index = indexOf[component.Id];
        var blips = entries.Select(entry => entry.Fact).OfType<BlipSeen>().Where(blip => blip.Probe.Component == component.Id).ToArray();
        foreach (var run in history.Runs)
        {
            if (until[run.Index] <= run.Start) continue;
            var resolution = slotsOf[index].Max(slot => slots[slot].LongestGap(run.Index)) + component.Probes.Max(probe => probe.Timeout.BclCompatibleTicks);
            foreach (var (from, to) in TrueOutages(index, run))
            {
                if (to - from <= resolution) continue;
                bool Meets(long start, long end) => start < to && from < end;
                var parts = line.Select((segment, i) => (Segment: segment, To: i + 1 < line.Count ? line[i + 1].From.ToUnixTimeTicks() : long.MaxValue))
                    .Where(part => Meets(part.Segment.From.ToUnixTimeTicks(), part.To)).ToArray();
                if (parts.Any(part => part.Segment.Likely == Nothing || part.Segment.Window is not null)) continue;
                if (parts.Any(part => part.Segment.Outage is not null)) continue;
                // Seen twice by everybody it cannot be a blip; seen once, it must at least be one.
                var twice = slotsOf[index].All(slot => slots[slot].CountIn(from, to, run.Index) >= world.CrawlRun);
                if (!twice && blips.Any(blip => Meets(blip.When.Earliest.ToUnixTimeTicks(), blip.When.Latest.ToUnixTimeTicks()))) continue;
                // Nobody has looked since at what was seen too seldom: it is a suspicion, which the next look settles.
                if (!twice && slotsOf[index].All(slot => slots[slot].CountIn(from, to, run.Index) == 0 || slots[slot].CountIn(to, long.MaxValue, run.Index) == 0)) continue;
                if (!twice && run.Killed && slotsOf[index].Any(slot => slots[slot].CountIn(from, to, run.Index) < world.CrawlRun)) continue;
                Fail("TRUTH 3: an outage longer than the resolution is found", component, null, from, $"an outage of {(to - from) / (double)World.Second:0.0} s (resolution {resolution / (double)World.Second:0.0} s)", "nothing");
            }
        }
    }

    private IEnumerable<(long From, long To)> TrueOutages(int component, Run run)
    {
        var breaks = new List<long> { run.Start, until[run.Index] };
        foreach (var slot in slotsOf[component]) slots[slot].AddBreaks(breaks);
        breaks.Sort();
        long? began = null;
        for (var i = 1; i < breaks.Count; i++)
        {
            if (breaks[i - 1] < run.Start || breaks[i] > until[run.Index] || breaks[i] == breaks[i - 1]) continue;
            var down = Combine(component, null, slot => slots[slot].TrueAt(breaks[i - 1]) ?? State.Up).IsDown();
            if (down) began ??= breaks[i - 1];
            else if (began is { } from)
            {
                yield return (from, breaks[i - 1]);
                began = null;
            }
        }
        if (began is { } open) yield return (open, until[run.Index]);
    }

    /// <summary>Wherever a root that was seen to be not up breaks the gate, an outage's cause is upstream; and nowhere else, but for the tail.</summary>
    private void CheckCauses(Component component, Timeline line)
    {
        var lag = component.Probes.IsEmpty ? 0 : component.Probes.Max(probe => (probe.Every + probe.Timeout).BclCompatibleTicks);
        var needed = component.Needs!.Mentioned().Distinct().ToArray();
        bool Breaks(long at) => Gate(component.Needs!, id =>
            told.GetValueOrDefault((id, null), Timeline.Empty).At(Instant.FromUnixTimeTicks(at)) is { Cause: not null } seen && seen.Worst.IsDown() ? State.Down : State.Up).IsDown();
        var edges = needed.SelectMany(id => told.GetValueOrDefault((id, null), Timeline.Empty)).Select(segment => segment.From.ToUnixTimeTicks()).Distinct().ToArray();
        var breaks = edges.Concat(edges.Select(edge => edge + lag)).Concat(line.Select(segment => segment.From.ToUnixTimeTicks())).Distinct().Order().ToArray();
        for (var i = 1; i < breaks.Length; i++)
        {
            if (breaks[i] - breaks[i - 1] <= 2) continue;
            var at = breaks[i - 1] + (breaks[i] - breaks[i - 1]) / 2;
            if (line.At(Instant.FromUnixTimeTicks(at)) is not { Outage: not null, Likely: not Nothing } segment) continue;
            var upstream = segment.Cause?.Kind == CauseKind.Upstream;
            if (Breaks(at))
            {
                if (!upstream && segment.Cause?.Kind != CauseKind.Maintenance) Fail("TRUTH 13: where a root breaks the gate the cause is upstream", component, null, at, "upstream", $"{segment.Cause}");
            }
            else if (upstream && lag > 0 && !edges.Any(edge => edge <= at && at < edge + lag && Breaks(edge - 1)))
                Fail("TRUTH 13: where no root breaks the gate the cause is not upstream", component, null, at, "a cause of its own", $"{segment.Cause}");
        }
    }

    /// <summary>After a contradicting look all slots of the component look again at once, where nothing holds the watcher up (TRUTH 4).</summary>
    private void CheckSharpened(Component component)
    {
        var index = indexOf[component.Id];
        var limit = component.Probes.Max(probe => probe.Timeout.BclCompatibleTicks) * 2 + 3 * World.Second;
        foreach (var bad in slotsOf[index].SelectMany(slot => slots[slot].Samples).Where(sample => sample.State == State.Down))
        {
            var run = history.Runs[bad.Run];
            var (from, to) = (run.ToTick(bad.Ended), run.ToTick(bad.Ended) + limit);
            if (bad.Ended + limit >= until[bad.Run] || history.Truth.Changes(bad.Slot).Any(change => from - limit < change && change < to)) continue;
            if (world.JournalSlow.Concat(world.JournalFails).Concat(world.ChannelSlow).Concat(world.Suspended).Concat(world.Blind.SelectMany(blind => blind))
                .Any(trouble => trouble.At < to && from < trouble.To + world.ChannelDelay + world.JournalDelay)) continue;
            foreach (var slot in slotsOf[index])
                if (!slots[slot].Samples.Any(sample => sample.Run == bad.Run && bad.Ended - World.Second < sample.Started && sample.Started < bad.Ended + limit))
                    Fail("TRUTH 4: a contradiction is looked at from everywhere at once", component, null, bad.Ended, $"a look by slot {slot} within {limit / (double)World.Second:0.0} s", "none");
        }
    }
}
