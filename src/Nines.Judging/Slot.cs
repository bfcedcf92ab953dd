using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging;

/// <summary>A stretch in which one vantage point's probe saw one state (or, for unknown, nothing).</summary>
/// <param name="probable">Where in <paramref name="entry"/> the change lies unless the target did something unusual; null for anywhere.</param>
internal sealed class Run(State state, Bounds entry, Cause? cause, Bounds? probable = null)
{
    public State State { get; } = state;

    /// <summary>The state began somewhere in here.</summary>
    public Bounds Entry { get; } = entry;
    public Cause? Cause { get; } = cause;

    /// <summary>Bounds must allow for a change while a look was under way; this says where it is to be expected.</summary>
    public Bounds Probable { get; } = probable ?? entry;

    /// <summary>The instant at which the state most likely began; always within <see cref="Entry"/>.</summary>
    public Instant Likely { get; set; } = (probable ?? entry).Midpoint;

    /// <summary>Of an unseen stretch: until here the look before it is young enough to be a vote (TRUTH 9). Null where it never is.</summary>
    public Instant? HeldUntil { get; init; }

    /// <summary>From here on it can be told without the run before it.</summary>
    public Instant Alone => HeldUntil is { } until && until > Entry.Latest ? until : Entry.Latest;
}

/// <summary>An observation that contradicts the settled state and waits for a second one to agree.</summary>
internal sealed record Suspect(Instant Started, Instant Ended, Verdict Verdict, Evidence Evidence, Instant? Tripwire)
{
    /// <summary>The first look of a run of the process: between it and what came before nothing was seen.</summary>
    public bool AfterBreak { get; init; }

    /// <summary>As of when it holds, where its news was on its way: not after <see cref="Started"/>.</summary>
    public Instant AsOf { get; init; } = Started;
}

/// <summary>What one probe sees from one vantage point: a vote, its history as far as it can still change, and a suspicion.</summary>
internal sealed class Slot
{
    /// <summary>A look may take this much longer than usual without meaning anything.</summary>
    private static readonly Duration Unremarkable = Duration.FromMilliseconds(100);

    private readonly List<Run> runs = [];
    private readonly List<Suspect> suspects = [];
    private Observation? agreed;        // the last that agreed, kept whole: its evidence is only written out when needed
    private ImmutableArray<SignalValue> agreedValues = [];
    private Evidence? written;          // the same, where only its evidence is left
    private bool interrupted;           // nothing has been taken since the process began
    private Instant begun;              // when it did, while that is so
    private bool afterBreak;            // the observation that is being taken is the first since
    private readonly string? asks;      // which conditions Broken is about; null while none of them has a limit of its own to leave by
    private Duration? tookWhileUp;      // the last good look before the slot went down

    public Slot(ProbeDefinition? probe, VantagePoint from, Duration lifetime, Instant startedAt)
    {
        (Probe, From, Lifetime) = (probe, from, lifetime);
        asks = probe is null || probe.Conditions.All(condition => condition.Until is null) ? null
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', probe.Conditions.Select(condition => condition.Text)))))[..16];
        runs.Add(new Run(State.Unknown, new Bounds(startedAt, startedAt), null));
        LastStarted = LastEnded = SeenUntil = AgreedAsOf = startedAt;
    }

    /// <summary>Null for a chain's slot, which is fed from its nodes' answers.</summary>
    public ProbeDefinition? Probe { get; }
    public VantagePoint From { get; }

    /// <summary>After this long without an observation the vote has expired (TRUTH 8).</summary>
    public Duration Lifetime { get; }

    /// <summary>From when on its probe is as it is now: an older look answered another question.</summary>
    public Instant Since { get; init; } = Instant.MinValue;

    public IReadOnlyList<Run> Runs => runs;
    public IReadOnlyList<Suspect> Suspects => suspects;
    public State State => runs[^1].State;

    /// <summary>Start and end of the last observation that agreed with the settled state.</summary>
    public Instant LastStarted { get; private set; }
    public Instant LastEnded { get; private set; }

    /// <summary>As of when that observation holds: its start, or earlier where it rests on what other sources had told.</summary>
    public Instant AgreedAsOf { get; private set; }

    /// <summary>End of the last observation that was a vote, whether it agreed or not.</summary>
    public Instant SeenUntil { get; private set; }

    /// <summary>The conditions that count as broken until their "until" holds.</summary>
    public ulong Broken { get; private set; }

    /// <summary>How many observations in a row have said up since the slot last was anything else.</summary>
    public int GoodInARow { get; private set; }

    /// <summary>True while it should be looked at often: something contradicts, it is down, or it has only just come back (TRUTH 4).</summary>
    public bool IsUnsettled => suspects.Count > 0 || State.IsDown() || (State == State.Up && GoodInARow < 2 && runs.Count > 1 && runs[^2].State.IsDown());

    public bool IsDirty { get; set; } = true;

    /// <summary>The last observation that agreed with the settled state; null while nothing has been seen.</summary>
    public Evidence? LastAgreed => agreed is { } seen ? Verdict.Evidence(seen, Probe, agreedValues) : written;

    /// <summary>True when the vote has expired by now, or the observation that ends then comes too late to carry it on.</summary>
    public bool IsExpiredAt(Instant now) => State != State.Unknown && now - SeenUntil > Lifetime;

    /// <summary>The vote, as it stands, is expired at every instant after this; the end of time where there is none.</summary>
    public Instant ExpiresAfter => State == State.Unknown ? Instant.MaxValue : SeenUntil + Lifetime;

    /// <summary>The observation agrees with the settled state: nothing changes but how fresh the vote is. The hot path.</summary>
    public void Agree(Observation observation, ImmutableArray<SignalValue> values, Instant asOf)
    {
        (LastStarted, LastEnded, SeenUntil) = (observation.Started, observation.Ended, observation.Ended);
        AgreedAsOf = asOf < observation.Started ? Instant.Max(asOf, runs[^1].Entry.Earliest) : asOf;
        (agreed, agreedValues, written) = (observation, values, null);
        if (State == State.Up && GoodInARow < int.MaxValue) GoodInARow++;
        IsDirty = true;
    }

    public void Suspect(Suspect suspect)
    {
        suspects.Add(suspect with { AfterBreak = afterBreak });
        SeenUntil = suspect.Ended;
        IsDirty = true;
    }

    /// <summary>How many suspects in a row, up to the last, are at least as bad as that one.</summary>
    public int InARow => suspects.AsEnumerable().Reverse().TakeWhile(suspect => suspect.Verdict.State >= suspects[^1].Verdict.State).Count();

    /// <summary>Suspects that contradict the settled state whatever becomes of conditions that need several in a row.</summary>
    public int Contradictions => Enumerable.Range(0, suspects.Count).Count(i => Counted(i).State > (State == State.Unknown ? State.Up : State));

    /// <summary>True when the last suspect says no worse than what was settled before nothing was seen: it agrees with that, and the state goes on (TRUTH 8).</summary>
    public bool GoesOn => State == State.Unknown && runs.Count > 1 && runs[^2].State is > State.Up and <= State.Down
        && runs[^2].State >= suspects[^1].Verdict.State && suspects[^1].Started >= runs[^1].Entry.Latest && runs[^1].Entry.Latest >= Since;

    /// <summary>What a suspect comes to: its verdict, or what remains of it where too few in a row were as bad (TRUTH 6).</summary>
    private Verdict Counted(int position)
    {
        var verdict = suspects[position].Verdict;
        if (verdict.AtOnce is not { } atOnce || (position == suspects.Count - 1 && GoesOn)) return verdict;
        int first = position, last = position;
        while (first > 0 && suspects[first - 1].Verdict.State >= verdict.State) first--;
        while (last + 1 < suspects.Count && suspects[last + 1].Verdict.State >= verdict.State) last++;
        return last - first + 1 >= verdict.InARow ? verdict : atOnce;
    }

    /// <summary>Nobody agreed: the suspects are dropped, and given back for the blip. Looked at the target was all the same (TRUTH 8).</summary>
    /// <param name="good">The look that says otherwise.</param>
    /// <param name="seen">True when the suspects were the first looks after an unseen stretch, which ended with them.</param>
    public IReadOnlyList<Suspect> Acquit(Observation good, out bool seen)
    {
        Suspect[] dropped = [.. suspects];
        suspects.Clear();
        IsDirty = true;
        seen = false;
        if (State != State.Unknown) return dropped;
        foreach (var suspect in dropped.Where(suspect => suspect.Ended > runs[^1].Entry.Latest).ToArray())
        {
            if (State != State.Unknown && (suspect.AfterBreak || suspect.Ended - LastEnded > Lifetime)) Lose(suspect.Started);
            if (State == State.Unknown) runs.Add(new Run(State.Up, new Bounds(suspect.Ended, suspect.Ended), null));
            (LastStarted, LastEnded, AgreedAsOf) = (suspect.Started, suspect.Ended, suspect.Started);
            seen = true;
        }
        if (seen && (afterBreak || good.Ended - LastEnded > Lifetime)) Lose(good.Started);
        return dropped;
    }

    /// <summary>Nothing is known since the last look that is in the history.</summary>
    /// <param name="until">When somebody looked again, or the process began anew.</param>
    private void Lose(Instant until) => Lose(LastEnded, until);

    private void Lose(Instant since, Instant until) =>
        runs.Add(new Run(State.Unknown, new Bounds(since, since), null) { HeldUntil = Instant.Min(since + Lifetime, until) });

    /// <summary>The suspects agree: they become runs, the first since the last observation before them.</summary>
    /// <returns>The runs that were added, each with the suspect that it began with.</returns>
    public IReadOnlyList<(Run Run, Suspect By, Verdict Counted)> Convict()
    {
        var added = new List<(Run, Suspect, Verdict)>();
        if (State == State.Up) tookWhileUp = LastEnded - LastStarted;
        // The vote may have expired while the suspicion stood: what was suspected before comes before the unknown, what agreed after it.
        var unseen = State == State.Unknown && runs.Count > 1 && suspects[0].Ended <= runs[^1].Entry.Earliest ? runs[^1] : null;
        if (unseen is not null) runs.RemoveAt(runs.Count - 1);
        var since = AgreedAsOf;
        for (var i = 0; i < suspects.Count; i++)
        {
            var (suspect, verdict) = (suspects[i], Counted(i));
            if (unseen is not null && suspect.Ended > unseen.Entry.Latest)
            {
                runs.Add(unseen);
                unseen = null;
            }
            else if (State != State.Unknown && (suspect.AfterBreak || suspect.Ended - LastEnded > Lifetime))
            {
                Lose(suspect.Started);
            }
            if (verdict.State != State)
                added.Add((Enter(verdict.State, since, suspect.Ended, Waited(suspect.Started, suspect.Ended) ? suspect.Started : null, verdict.Onset, verdict.Cause, suspect.Tripwire), suspect, verdict));
            since = Instant.Max(suspect.AsOf, runs[^1].Entry.Earliest);
            (LastStarted, LastEnded, AgreedAsOf) = (suspect.Started, suspect.Ended, suspect.AsOf);
        }
        if (unseen is not null) runs.Add(unseen);
        // What agreed is another slot's look, and the suspicion is of before the process began: since then this one has seen nothing.
        else if (interrupted) Lose(begun);
        Broken = suspects[^1].Verdict.Broken;
        GoodInARow = 0;
        (agreed, written) = (null, suspects[^1].Evidence);
        suspects.Clear();
        IsDirty = true;
        return added;
    }

    /// <summary>An observation says better than the settled state: one good answer is proof.</summary>
    public Run Improve(Observation observation, Verdict verdict, ImmutableArray<SignalValue> values, Instant asOf)
    {
        // An answer that was kept waiting came when the target could answer again: while the look was under way, not before it.
        Instant? from = verdict.State == State.Up && Waited(observation.Started, observation.Ended) ? observation.Started : null;
        // Where news comes late, the last look that saw the worse state saw it as of earlier: it may have ended before that look.
        var since = observation.AsOf is null ? LastStarted : Instant.Max(Instant.Min(LastStarted, AgreedAsOf), runs[^1].Entry.Earliest);
        var run = Enter(verdict.State, since, observation.Ended, null, verdict.Onset, verdict.Cause, observation.Tripwire, from);
        Broken = verdict.Broken;
        GoodInARow = 0;
        Agree(observation, values, asOf);
        return run;
    }

    /// <summary>Moves the likely instant of a run, between those of its neighbours.</summary>
    public void MoveLikely(Run run, Instant likely)
    {
        var position = runs.IndexOf(run);
        if (position < 0) return;
        if (position > 0) likely = Instant.Max(likely, runs[position - 1].Likely);
        if (position + 1 < runs.Count) likely = Instant.Min(likely, runs[position + 1].Likely);
        run.Likely = likely;
        IsDirty = true;
    }

    /// <summary>Nothing is known since the last observation ended.</summary>
    public void Expire() => Expire(Instant.MaxValue);

    private void Expire(Instant until)
    {
        if (State == State.Unknown) return;
        Lose(SeenUntil, until);
        GoodInARow = 0;
        IsDirty = true;
    }

    /// <summary>A run of the process begins: what comes from here on cannot say anything of the time in between (TRUTH 8).</summary>
    public void Interrupt(Instant at)
    {
        Expire(at);
        (interrupted, begun) = (true, at);
    }

    /// <summary>Takes back an expiry: the observation that ends then was made in time and only came late.</summary>
    /// <param name="ended">End of the observation.</param>
    /// <param name="remembered">Further back the component's timeline cannot be told anew.</param>
    /// <returns>True when the vote had been taken for expired.</returns>
    public bool Revive(Instant ended, Instant remembered)
    {
        var late = !interrupted && LastStarted >= remembered && State == State.Unknown && runs.Count > 1 && SeenUntil == runs[^1].Entry.Latest && ended - SeenUntil <= Lifetime;
        if (late) runs.RemoveAt(runs.Count - 1);
        (afterBreak, interrupted) = (interrupted, false);
        return late;
    }

    /// <summary>Forgets runs that no later observation can touch any more, and that the component no longer needs.</summary>
    public void Forget(Instant before)
    {
        var gone = 0;
        // An expiry may yet be taken back, so what was before it is kept.
        var kept = State == State.Unknown ? 2 : 1;
        while (gone < runs.Count - kept && runs[gone + 1].Alone < before) gone++;
        if (gone > 0) runs.RemoveRange(0, gone);
    }

    /// <summary>True when the look took far longer than those before the slot went down.</summary>
    private bool Waited(Instant started, Instant ended) => tookWhileUp is { } usual && ended - started > usual * 4 + Unremarkable;

    /// <param name="met">When a look that waited set out: it met a fault that was there, so the onset is not to be expected in the seconds it waited.
    /// Null where that says nothing.</param>
    /// <param name="from">Since when the change is to be expected; null for since the last look that saw the state before.</param>
    private Run Enter(State state, Instant since, Instant until, Instant? met, Bounds? onset, Cause? cause, Instant? tripwire, Instant? from = null)
    {
        // After a stretch in which nothing was seen, the state is known from the end of the first look on, no earlier.
        var entry = State == State.Unknown ? new Bounds(until, until) : new Bounds(since, until);
        Bounds? probable = null;
        // Evidence of when a worse state began says nothing of when a still worse one ended.
        if (state > State && onset is { } declared && entry.Intersect(declared) is { } narrowed) entry = narrowed;
        else if (met is { } latest && entry.Contains(latest)) probable = new Bounds(entry.Earliest, latest);
        else if (from is { } earliest && entry.Contains(earliest)) probable = new Bounds(earliest, entry.Latest);
        var run = new Run(state, entry, cause, probable);
        if (tripwire is { } hint && entry.Contains(hint)) run.Likely = hint;
        run.Likely = Instant.Max(run.Likely, runs[^1].Likely);
        runs.Add(run);
        return run;
    }

    /// <summary>Its probe asks something else from now on: what was suspected, or broken, of the question before cannot be agreed with any more.</summary>
    internal void AskAnew(Instant at)
    {
        Broken = 0;
        suspects.Clear();
        Interrupt(at);
    }

    /// <summary>The memory of a slot that has seen nothing.</summary>
    internal static SlotMemory Unseen(Instant since) =>
        new(since, since, since, since, 0, 0, null, null, [new RunMemory(State.Unknown, new Bounds(since, since), since, null)], []);

    internal static bool IsUnseen(SlotMemory memory) => memory is { LastAgreed: null, Suspects.IsEmpty: true, Runs: [{ State: State.Unknown }] };

    internal SlotMemory Remember() => new(
        LastStarted, LastEnded, AgreedAsOf, SeenUntil, Broken, GoodInARow, tookWhileUp, LastAgreed,
        [.. runs.Select(run => new RunMemory(run.State, run.Entry, run.Likely, run.Cause, run.HeldUntil))],
        [.. suspects.Select(suspect => new SuspectMemory(suspect.Started, suspect.Ended, suspect.Verdict, suspect.Evidence, suspect.Tripwire, suspect.AfterBreak, suspect.AsOf))], asks);

    internal void Recall(SlotMemory memory)
    {
        (LastStarted, LastEnded, AgreedAsOf, SeenUntil, Broken, GoodInARow, tookWhileUp, written) =
            (memory.LastStarted, memory.LastEnded, memory.AgreedAsOf, memory.SeenUntil, memory.Broken, memory.GoodInARow, memory.TookWhileUp, memory.LastAgreed);
        // A condition that nobody has asked yet is not broken: it would have to be left before it was entered.
        if (memory.Asks != asks) Broken = 0;
        runs.Clear();
        runs.AddRange(memory.Runs.Select(run => new Run(run.State, run.Entry, run.Cause) { Likely = run.Likely, HeldUntil = run.HeldUntil }));
        suspects.Clear();
        suspects.AddRange(memory.Suspects.Select(suspect => new Suspect(suspect.Started, suspect.Ended, suspect.Verdict, suspect.Evidence, suspect.Tripwire) { AfterBreak = suspect.AfterBreak, AsOf = suspect.AsOf ?? suspect.Started }));
    }
}
