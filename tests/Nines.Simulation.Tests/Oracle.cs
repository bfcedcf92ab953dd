using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Simulation.Tests;

/// <summary>A promise that was not kept: the smallest explanation there is.</summary>
internal sealed record Violation(string Rule, string Component, Instant At, string Expected, string Got)
{
    public override string ToString() => $"{Rule}\n  component {Component} at {At}\n  expected {Expected}\n  got      {Got}";
}

/// <summary>
/// What must be true of a history, found by brute force from the true world and the samples alone. It shares nothing with the
/// judge but the words for states.
/// </summary>
internal sealed partial class Oracle
{
    private const State Nothing = State.Unknown;
    private readonly History history;
    private readonly World world;
    private readonly SlotView[] slots;
    private readonly int[][] slotsOf;
    private readonly long[] until;
    private readonly Dictionary<ComponentId, int> indexOf = [];
    private readonly Dictionary<(ComponentId, string?), Timeline> told = [];
    private readonly IReadOnlyList<JournalEntry> entries;
    private readonly List<Violation> found = [];

    /// <param name="history">What happened.</param>
    /// <param name="position">Everything after is left out: the checks are as of this position.</param>
    public Oracle(History history, JournalPosition position)
    {
        (this.history, world) = (history, history.World);
        entries = [.. history.Entries.Where(entry => entry.Position.Value <= position.Value)];
        var commit = history.Commits.LastOrDefault(commit => commit.Position.Value <= position.Value);
        until = Frontiers();
        slots = new SlotView[world.Slots.Length];
        // A run that died before its first commit told nothing, not even that it had begun.
        var lastRun = entries.Select(entry => entry.Fact).OfType<WatchStarted>().Select(started => NumberOf(started.Run)).DefaultIfEmpty(-1).Last();
        var samples = history.Samples.Take(commit.Samples).ToLookup(sample => sample.Slot);
        for (var i = 0; i < slots.Length; i++) slots[i] = new SlotView(history, world.Slots[i], [.. samples[i]], until, lastRun);
        slotsOf = [.. world.Topology.Components.Select((_, c) => world.Slots.Where(slot => slot.Component == c).Select(slot => slot.Index).ToArray())];
        for (var c = 0; c < world.Topology.Components.Length; c++) indexOf.Add(world.Topology.Components[c].Id, c);
    }

    public IReadOnlyList<Violation> Check()
    {
        Fold();
        foreach (var component in world.Topology.Components)
        {
            var index = indexOf[component.Id];
            var line = told.GetValueOrDefault((component.Id, null), Timeline.Empty);
            CheckShape(component, null, line);
            CheckWindows(component, null, line);
            if (component.Probes.IsEmpty) CheckGate(component, line);
            CheckBounds(component, null, line);
            CheckOutages(component, line);
            if (component.Needs is not null) CheckCauses(component, line);
            if (component.Probes.IsEmpty) continue;
            CheckFound(component, line);
            CheckSharpened(component);
            var regions = slotsOf[index].Select(slot => RegionOf(slot)).Distinct().ToArray();
            if (regions.Length < 2) continue;
            foreach (var region in regions)
            {
                var seen = told.GetValueOrDefault((component.Id, region), Timeline.Empty);
                CheckShape(component, region, seen);
                CheckWindows(component, region, seen);
                CheckBounds(component, region, seen);
            }
        }
        return found;
    }

    private void Fail(string rule, Component component, string? region, long at, string expected, string got) =>
        found.Add(new Violation(rule, region is null ? component.Id.Value : $"{component.Id} from {region}", Instant.FromUnixTimeTicks(at), expected, got));

    private string RegionOf(int slot) => world.Points[world.Slots[slot].Point].Region;

    private static int NumberOf(string run) => int.Parse(run["run-".Length..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>How far each run said that it had judged.</summary>
    private long[] Frontiers()
    {
        var frontiers = history.Runs.Select(run => run.Start).ToArray();
        foreach (var watched in entries.Select(entry => entry.Fact).OfType<Watched>())
        {
            var run = NumberOf(watched.Run);
            // A run begins by saying how far the one before had judged.
            if (run > 0 && watched.Until.ToUnixTimeTicks() < frontiers[run]) run--;
            frontiers[run] = Math.Max(frontiers[run], watched.Until.ToUnixTimeTicks());
        }
        return frontiers;
    }

    /// <summary>The run that an instant belongs to; −1 where nobody claims anything.</summary>
    private int RunAt(long at)
    {
        for (var i = history.Runs.Count - 1; i >= 0; i--)
            if (history.Runs[i].Start <= at)
                return at < until[i] && at < history.Runs[i].End ? i : -1;
        return -1;
    }

    /// <summary>The lower median, counted out.</summary>
    private static State LowerMedian(List<State> states)
    {
        for (var state = State.Up; state < State.Down; state++)
            if (states.Count(one => one <= state) * 2 >= states.Count)
                return state;
        return State.Down;
    }

    /// <summary>A component's state from what each of its slots is taken to be: the worst probe of a point, the median point of a region, the median region.</summary>
    private State Combine(int component, string? region, Func<int, State> slot)
    {
        var regions = new List<State>();
        foreach (var group in slotsOf[component].GroupBy(RegionOf))
        {
            if (region is not null && group.Key != region) continue;
            regions.Add(LowerMedian([.. group.GroupBy(index => world.Slots[index].Point).Select(point => point.Max(slot))]));
        }
        return LowerMedian(regions);
    }

    private static State Gate(Need need, Func<ComponentId, State> state)
    {
        if (need is Need.On on) return state(on.Component);
        var gate = (Need.AtLeast)need;
        // At least k must be as good as this or better.
        for (var best = State.Up; best < State.Down; best++)
            if (gate.Members.Count(member => Gate(member, state) <= best) >= gate.Count)
                return best;
        return State.Down;
    }

    /// <summary>The truth at an instant, at its best and at its worst for what nobody can have seen.</summary>
    private (State Best, State Worst) TruthAt(int component, string? region, long at)
    {
        var whole = world.Topology.Components[component];
        if (!whole.Probes.IsEmpty)
        {
            var seen = slotsOf[component].ToDictionary(slot => slot, slot => slots[slot].VisibleAt(at));
            return (Combine(component, region, slot => seen[slot] ?? State.Up), Combine(component, region, slot => seen[slot] ?? State.Down));
        }
        return (Gate(whole.Needs!, id => TruthAt(indexOf[id], null, at).Best), Gate(whole.Needs!, id => TruthAt(indexOf[id], null, at).Worst));
    }

    private IEnumerable<int> AllSlots(int component)
    {
        var whole = world.Topology.Components[component];
        return whole.Probes.IsEmpty ? whole.Needs!.Mentioned().Distinct().SelectMany(id => AllSlots(indexOf[id])).Distinct() : slotsOf[component];
    }

    /// <summary>One instant in each stretch in which nothing changes, neither in truth nor in what was seen or told.</summary>
    private IEnumerable<long> Instants(int component, Timeline line)
    {
        var breaks = new List<long>();
        foreach (var slot in AllSlots(component)) slots[slot].AddBreaks(breaks);
        foreach (var segment in line) breaks.Add(segment.From.ToUnixTimeTicks());
        foreach (var run in history.Runs)
        {
            breaks.Add(run.Start);
            breaks.Add(until[run.Index]);
        }
        foreach (var window in history.Windows)
        {
            breaks.Add(window.From);
            breaks.Add(window.To);
        }
        breaks.Sort();
        for (var i = 1; i < breaks.Count; i++)
            if (breaks[i] - breaks[i - 1] > 2)
                yield return breaks[i - 1] + (breaks[i] - breaks[i - 1]) / 2;
    }
}

/// <summary>One slot: what was true for it, and what was seen of that. Labels in Unix ticks.</summary>
internal sealed class SlotView
{
    private readonly record struct Part(long From, long To, State State, bool Visible);

    private readonly Part[] parts;
    private readonly Sample[] samples;
    private readonly History history;
    private readonly long[] until;
    private readonly long lifetime;
    private readonly int lastRun;

    /// <param name="lastRun">The last run that has told anything.</param>
    public SlotView(History history, SlotPlan plan, Sample[] samples, long[] until, int lastRun)
    {
        (this.history, Plan, this.samples, this.until, this.lastRun) = (history, plan, samples, until, lastRun);
        lifetime = plan.Definition.Every.BclCompatibleTicks * 2 + plan.Definition.Timeout.BclCompatibleTicks;
        var made = new List<Part>();
        for (var i = 0; i < history.Runs.Count; i++)
        {
            var run = history.Runs[i];
            var end = i + 1 < history.Runs.Count ? Math.Min(run.End, history.Runs[i + 1].Start) : run.End;
            end = Math.Min(end, run.ToLabel(history.World.Length));
            if (end <= run.Start) continue;
            var borders = history.Truth.Changes(plan.Index).Select(run.ToLabel).Where(at => run.Start < at && at < end).Prepend(run.Start).Append(end).ToArray();
            var plain = new List<(long From, long To, State State, State AtOnce)>();
            for (var b = 1; b < borders.Length; b++)
            {
                var (state, atOnce) = (history.Truth.At(plan.Index, run.ToTick(borders[b - 1])), history.Truth.AtOnce(plan.Index, run.ToTick(borders[b - 1])));
                if (plain.Count > 0 && (plain[^1].State, plain[^1].AtOnce) == (state, atOnce)) plain[^1] = plain[^1] with { To = borders[b] };
                else plain.Add((borders[b - 1], borders[b], state, atOnce));
            }
            foreach (var (from, to, state, _) in plain)
            {
                var inside = samples.Where(sample => sample.Run == i && from <= sample.Met && sample.Met < to).ToArray();
                var better = made.Count > 0 && made[^1].Visible && made[^1].To == from && made[^1].State > state;
                var need = state == State.Up || better || inside.Any(sample => sample.Alone) ? 1 : inside.All(sample => sample.AtOnce == state) ? 2 : history.World.CrawlRun;
                made.Add(new Part(from, to, state, inside.Length >= need));
            }
        }
        parts = [.. made];
    }

    public SlotPlan Plan { get; }
    public IReadOnlyList<Sample> Samples => samples;

    /// <summary>The state that was true; null when that state came and went between two looks, or only one look met it (a blip), or nobody watched.</summary>
    public State? VisibleAt(long at) => PartAt(at) is { Visible: true } part ? part.State : null;

    /// <summary>The state that was true; null when nobody watched.</summary>
    public State? TrueAt(long at) => PartAt(at)?.State;

    /// <summary>Whether a vote lives at an instant: some sample ended by then, and the next one (or the frontier) came within the limit.</summary>
    public bool LivesAt(long at)
    {
        var last = LastEndedBy(at);
        if (last < 0) return false;
        var run = samples[last].Run;
        if (last + 1 < samples.Length && samples[last + 1].Run == run) return samples[last + 1].Ended - samples[last].Ended <= lifetime;
        // Off is unseen from the last look that was kept; at the end of what is told the vote may still be young.
        return run == lastRun && until[run] - samples[last].Ended <= lifetime;
    }

    /// <summary>Whether it has no vote, but a look ended less than a lifetime before (of a process that still runs) or ends less than one after.</summary>
    public bool IsMissingAt(long at)
    {
        if (LivesAt(at)) return false;
        var last = LastEndedBy(at);
        return (last >= 0 && at - samples[last].Ended < lifetime && at < history.Runs[samples[last].Run].End) || (last + 1 < samples.Length && samples[last + 1].Ended - at <= lifetime);
    }

    /// <summary>Whether all that was seen since nothing was seen is a suspicion that still waits for a second look: it need not be a vote yet.</summary>
    public bool IsPendingAt(long at)
    {
        var first = LastEndedBy(at);
        if (first < 0) return false;
        while (first > 0 && samples[first - 1].Run == samples[first].Run && samples[first].Ended - samples[first - 1].Ended <= lifetime) first--;
        return samples.Length - first < Math.Max(2, history.World.CrawlRun) && samples.Skip(first).All(sample => sample.State != State.Up && !sample.Alone);
    }

    /// <summary>The states of all looks that an estimate for this instant can rest on: the one before, the one after, and any that was under way.</summary>
    public (State Best, State Worst) NearAt(long at)
    {
        var first = LastEndedBy(at);
        if (first < 0) first = 0;
        var last = first;
        while (last < samples.Length - 1 && samples[last].Started < at) last++;
        // A look that nobody agreed with may count or not: then what was seen around it does.
        while (first > 0 && !IsConfirmed(first)) first--;
        while (last < samples.Length - 1 && !IsConfirmed(last)) last++;
        State best = State.Down, worst = State.Up;
        for (var i = first; i <= last && i < samples.Length; i++)
        {
            best = samples[i].State < best ? samples[i].State : best;
            best = samples[i].AtOnce < best ? samples[i].AtOnce : best;
            worst = States.Worse(worst, IsCounted(i) ? samples[i].State : samples[i].AtOnce);
        }
        return samples.Length == 0 ? (State.Up, State.Down) : (best, worst);
    }

    /// <summary>The last look that ended by then; null before the first.</summary>
    public Sample? LastLookBy(long at) => LastEndedBy(at) is >= 0 and var last ? samples[last] : null;

    /// <summary>The longest time between two looks of a run that overlaps the stretch, from the start of one to the start of the next.</summary>
    public long LongestGap(int run)
    {
        var last = history.Runs[run].Start;
        long longest = 0;
        foreach (var sample in samples)
        {
            if (sample.Run != run) continue;
            longest = Math.Max(longest, sample.Started - last);
            last = sample.Started;
        }
        return Math.Max(longest, until[run] - last);
    }

    public int CountIn(long from, long to, int run) => samples.Count(sample => sample.Run == run && from <= sample.Met && sample.Met < to);

    public void AddBreaks(List<long> breaks)
    {
        foreach (var part in parts)
        {
            breaks.Add(part.From);
            breaks.Add(part.To);
        }
        foreach (var sample in samples)
        {
            breaks.Add(sample.Started);
            breaks.Add(sample.Ended);
        }
    }

    private bool IsConfirmed(int i) => samples[i].State == State.Up || samples[i].Alone
        || (i > 0 && samples[i - 1].State >= samples[i].State) || (i + 1 < samples.Length && samples[i + 1].State >= samples[i].State);

    /// <summary>Whether the sample's full state may be said: it holds by itself, or enough in a row were at least as bad.</summary>
    private bool IsCounted(int i)
    {
        if (samples[i].State == samples[i].AtOnce) return true;
        int first = i, last = i;
        while (first > 0 && samples[first - 1].State >= samples[i].State) first--;
        while (last + 1 < samples.Length && samples[last + 1].State >= samples[i].State) last++;
        // Where the state is settled already, a look that still breaks a condition of its severity does not end it.
        for (var j = first; j <= i; j++)
            if (samples[j].AtOnce >= samples[i].State)
                return true;
        // Coming from worse, one better look is proof of what it shows.
        return last - first + 1 >= history.World.CrawlRun || (first > 0 && samples[first - 1].State > State.Up) || Enumerable.Range(first, last - first + 1).Any(j => samples[j].State > samples[i].State);
    }

    private int LastEndedBy(long at)
    {
        int low = 0, high = samples.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (samples[middle].Ended <= at) low = middle + 1;
            else high = middle - 1;
        }
        return high;
    }

    private Part? PartAt(long at)
    {
        int low = 0, high = parts.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (parts[middle].From <= at) low = middle + 1;
            else high = middle - 1;
        }
        return high >= 0 && at < parts[high].To ? parts[high] : null;
    }
}
