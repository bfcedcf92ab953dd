using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Judging;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>
/// The middle of the street: takes observations in batches, judges them, and keeps the facts that follow together with the
/// judge's memory in one durable append. What is told to the outside (sharpening) follows the judge at once; what is told to
/// readers is in the journal first.
/// </summary>
/// <remarks>One caller at a time. The stage has no clock and no loop of its own, so that virtual time can drive it.</remarks>
public sealed class JudgeStage
{
    public const string Stream = "watch", Owner = "judge";

    /// <summary>The judge's memory is at most this old when the process dies: what is younger counts as observations in flight (TRUTH 18).</summary>
    public static readonly Duration MemoryEvery = Duration.FromSeconds(1);

    /// <summary>A report's figures reach at least this close to now while watching.</summary>
    public static readonly Duration WatchedEvery = Duration.FromMinutes(1);

    private const int MostFactsWaiting = 50_000;

    private readonly Judge judge;
    private readonly IJournal journal;
    private readonly string run;
    private readonly Func<ComponentId, bool, ValueTask> sharpen;
    private readonly HashSet<ComponentId> sharpened = [];
    private readonly List<Fact> facts = [];
    private readonly Dictionary<string, byte[]> memory = [];
    private readonly Dictionary<(string Owner, string Key), Snapshot> kept = [];
    private Instant remembered, watched;
    private long? version;
    private long batch;

    /// <param name="run">Names this run of the process; part of idempotency keys.</param>
    /// <param name="startedAt">When this run began.</param>
    /// <param name="sharpen">Called when a component is to be looked at often (true) and when it has settled (false).</param>
    public JudgeStage(Judge judge, IJournal journal, string run, Instant startedAt, Func<ComponentId, bool, ValueTask> sharpen)
    {
        (this.judge, this.journal, this.run, this.sharpen) = (judge, journal, run, sharpen);
        remembered = watched = startedAt;
    }

    /// <summary>Facts that are judged but not yet durable: more than none only while the journal cannot take them.</summary>
    public int FactsWaiting => facts.Count;

    /// <summary>What contradicts and waits for agreement, of all components; empty when nothing does.</summary>
    public IEnumerable<Suspicion> Suspicions => sharpened.Count == 0 ? [] : sharpened.Order().SelectMany(judge.SuspicionsOf);

    /// <summary>True when so much waits that no more observations should be taken.</summary>
    public bool IsFull => facts.Count >= MostFactsWaiting;

    /// <summary>Adds facts that do not come from the judge (a config loaded, a clock step) to the next append.</summary>
    public void Add(Fact fact) => facts.Add(fact);

    /// <summary>Keeps a snapshot in the same append as the facts added so far.</summary>
    public void Keep(Snapshot snapshot) => kept[(snapshot.Owner, snapshot.Key)] = snapshot;

    /// <summary>Judges another topology from now on, see <see cref="Judge.Change"/>.</summary>
    public void Change(Topology topology, IReadOnlySet<ProbeId> unchanged, Instant at) => judge.Change(topology, unchanged, at, facts);

    /// <summary>See <see cref="Judge.SetPaused"/>.</summary>
    public void SetPaused(IReadOnlySet<ComponentId> paused) => judge.SetPaused(paused, facts);

    /// <summary>Tells what the run begins with. Once, before the first step.</summary>
    public void Begin() => judge.Begin(facts);

    /// <summary>Judges a batch, lets time pass to <paramref name="now"/>, and makes what follows durable.</summary>
    /// <param name="observations">In order of arrival.</param>
    /// <param name="now">Not before the end of any of them.</param>
    /// <param name="last">True at a clean stop: the memory and the frontier are kept whatever their age.</param>
    /// <exception cref="JournalException">The append failed. Nothing is lost: it is tried again at the next step.</exception>
    public async Task StepAsync(IReadOnlyList<Observation> observations, Instant now, bool last = false, CancellationToken cancellation = default)
    {
        foreach (var observation in observations)
        {
            judge.Observe(observation, facts);
            await SharpenAsync(observation.Probe.Component);
            foreach (var other in judge.Witnesses(observation.Probe.Component)) await SharpenAsync(other);
        }
        judge.Advance(now, facts);
        // What settled without an observation of its own: a chain's nodes, a component that has gone unknown.
        foreach (var component in sharpened.ToArray()) await SharpenAsync(component);

        if (last || now - watched >= WatchedEvery || facts.Count > 0) MoveFrontier(now);
        if (facts.Count == 0 && kept.Count == 0 && now - remembered < MemoryEvery) return;

        foreach (var piece in judge.TakeMemory()) memory[piece.Key] = piece.Value;
        remembered = now;
        if (facts.Count == 0 && memory.Count == 0 && kept.Count == 0) return;
        await AppendAsync(now, cancellation);
    }

    /// <summary>Whatever makes facts also moves the frontier: a reader sees the change and how far it may claim in one step.</summary>
    private void MoveFrontier(Instant now)
    {
        var late = judge.TakeLate();
        // While the journal cannot take facts, one frontier is moved along instead of many piling up.
        if (facts is [.., Watched waiting])
        {
            late = Worst([.. waiting.Late, .. late]);
            facts.RemoveAt(facts.Count - 1);
        }
        facts.Add(new Watched(now, run, late));
        watched = now;
    }

    /// <summary>Of each component the worst: however long a frontier waits, it grows no larger than the topology.</summary>
    private static ImmutableArray<ResolutionHad> Worst(ImmutableArray<ResolutionHad> late) =>
        [.. late.GroupBy(had => had.Component).Select(had => had.MaxBy(each => each.Resolution)!)];

    /// <summary>
    /// In one append whenever the journal takes it: facts and the memory that goes with them belong together. What is over its limits
    /// goes in parts, the memory with the last; a run that dies between two of them knows less than it said, and never more.
    /// </summary>
    private async Task AppendAsync(Instant now, CancellationToken cancellation)
    {
        for (var most = facts.Count; ;)
        {
            var isLast = most >= facts.Count;
            try
            {
                await AppendAsync(isLast ? [.. facts] : facts.GetRange(0, most), isLast ? [.. memory.Select(piece => new Snapshot(Owner, piece.Key, piece.Value)), .. kept.Values, WatchMemory.At(now)] : [], cancellation);
            }
            catch (JournalException tooLarge) when (tooLarge.Code == JournalErrors.LimitExceeded && Math.Min(most, facts.Count) > 1)
            {
                most = Math.Min(most, facts.Count) / 2;
                continue;
            }
            facts.RemoveRange(0, Math.Min(most, facts.Count));
            if (!isLast) continue;
            memory.Clear();
            kept.Clear();
            return;
        }
    }

    private async Task AppendAsync(IReadOnlyList<Fact> part, IReadOnlyList<Snapshot> snapshots, CancellationToken cancellation)
    {
        var receipt = await journal.AppendAsync(
            new Append(Stream, $"{run}-{batch}", part)
            {
                ExpectedVersion = version, // null for a run's first append: the writer's lock fences until then
                Snapshots = snapshots,
            },
            cancellation);
        batch++;
        version = receipt.Version;
    }

    private async ValueTask SharpenAsync(ComponentId component)
    {
        var unsettled = judge.IsUnsettled(component);
        if (unsettled == sharpened.Contains(component)) return;
        if (unsettled) sharpened.Add(component);
        else sharpened.Remove(component);
        await sharpen(component, unsettled);
    }
}
