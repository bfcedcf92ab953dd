using System.Globalization;
using System.Runtime;
using System.Threading.Channels;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Backbone.Series;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Maintenance;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Judging;
using Nines.Ledger.Text;
using Nines.Probing;
using Nines.Probing.Heartbeat;
using Nines.Probing.Inbound;
using Nines.Probing.Scheduling;
using Nines.Web.Health;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>
/// One run of the watch: scheduler and probes on the left, the journal on the right, the judge between them. One loop owns the
/// judge; it ends cleanly when told to stop, and with an exception only when the journal is beyond use.
/// </summary>
internal sealed partial class Watcher
{
    private const int ChannelRoom = 16_384, BatchMost = 4_096;
    private static readonly Duration Tick = Duration.FromMilliseconds(100), ShortestStep = Duration.FromMilliseconds(10), ReplanEvery = Duration.FromHours(1), SeriesLag = Duration.FromSeconds(2), LongStop = Duration.FromSeconds(30);

    private volatile LoadedConfig config;
    private readonly SqliteJournal journal;
    private readonly WatchClock clock;
    private readonly WatchMemory past;
    private readonly Judge judge;
    private readonly JudgeStage stage;
    private readonly Scheduler scheduler;
    private readonly SeriesWriter series;
    private WindowPlanner planner;
    private readonly LastBeats lastBeats;
    private long beatsKept;
    private readonly ProbeMemory probeMemory;
    private volatile IReadOnlyList<MaintenanceWindow> windows = [];   // replaced as a whole: looks read it on other threads
    private readonly string run;
    private readonly Action<string> say;
    private readonly Func<ProbeDefinition, string?> providerOf;
    private readonly Channel<Observation> observations;
    private readonly Channel<Fact> noticed = Channel.CreateBounded<Fact>(1024);
    private Dictionary<ProbeId, (SignalSchema Schema, Instant Since)> schemas;
    private volatile IReadOnlyDictionary<VantagePointId, NetworkPath> paths;   // replaced as a whole: looks read it on other threads
    private volatile PathCheck check;
    private long unnoticed;          // facts of our own that found no room between two steps
    private readonly ProbeEnvironment environment;   // one for all probes: those of one venue share its quota
    private Instant? stepped;        // when observations were last taken
    private long runsSince;          // ticks; when the last long stop of this process ended
    private long turns;
    private Instant edgesSaid;
    private Instant? journalFails;   // when that was last said; null while it works
    private readonly WatchMeter meter;
    private readonly OwnDelays ownDelays = new();

    private Watcher(
        LoadedConfig config, SqliteJournal journal, Inbox inbox, WatchClock clock, WatchMemory past, IReadOnlyDictionary<string, byte[]> memory, ProbeMemory probeMemory, Action<string> say)
    {
        (this.config, this.journal, this.clock, this.past, this.probeMemory, this.say) = (config, journal, clock, past, probeMemory, say);
        var startedAt = edgesSaid = clock.Now;
        run = $"{startedAt.ToUnixTimeMilliseconds():x}-{Environment.ProcessId}";
        observations = Channel.CreateBounded<Observation>(new BoundedChannelOptions(ChannelRoom) { SingleReader = true });
        schemas = config.Topology.Components.SelectMany(component => component.Probes).ToDictionary(probe => probe.Id, probe => (probe.Signals, Instant.MinValue));
        paths = config.Topology.VantagePoints.ToDictionary(point => point.Id, point => new NetworkPath(point, clock.Time));
        lastBeats = new LastBeats(ProbesOf(config).Where(probe => past.Beats.ContainsKey(probe.ToString())).Select(probe => KeyValuePair.Create(probe, past.Beats[probe.ToString()])));
        probeMemory.KeepOnly(ProbesOf(config).ToHashSet());
        environment = new ProbeEnvironment(clock.Time, () => clock.Now)
        {
            Folder = Path.Combine(config.DataFolder, "probes"), Inbox = inbox, LastBeats = lastBeats, Memory = probeMemory, PlannedUntil = PlannedUntil,
            RunsSince = () => Instant.FromUnixTimeTicks(Interlocked.Read(ref runsSince)),
        };
        series = new SeriesWriter(journal);
        planner = new WindowPlanner(config.Maintenance, past.RulesEntered, past.Orders);
        judge = new Judge(config.Topology, memory, startedAt);
        var options = new SchedulerOptions();
        providerOf = options.ProviderOf;
        check = PathChecks.By(new ControlCheck(config.Control.Options, clock.Time), paths, providerOf);
        scheduler = new Scheduler(WithoutPaused(config.Topology), CreateProbe, clock, observations.Writer, (probe, from, sight, ended, limit) => check(probe, from, sight, ended, limit), options);
        scheduler.Blinded += Notice;
        scheduler.Sees += Notice;
        scheduler.Suspended += Notice;
        scheduler.Suspended += stop =>
        {
            // Through a short one the system keeps callers waiting; after a long one they have left.
            if (stop.To - stop.From > LongStop) Interlocked.Exchange(ref runsSince, stop.To.ToUnixTimeTicks());
        };
        scheduler.Blinded += fact => meter!.Blind(fact.VantagePoint, true);
        scheduler.Sees += fact => meter!.Blind(fact.VantagePoint, false);
        scheduler.Troubled += trouble => say($"{trouble.Probe} from {trouble.From}: {trouble.What}: {this.config.Redaction.Apply(trouble.Error.Message)}");
        var timed = new TimedJournal(journal, clock);
        meter = new WatchMeter(() => this.config.Topology.VantagePoints, clock, scheduler, timed, () => observations.Reader.Count, ChannelRoom);
        stage = new JudgeStage(judge, timed, run, startedAt, (component, on) => on ? scheduler.SharpenAsync(component) : scheduler.SettleAsync(component));
    }

    /// <summary>Reads what earlier runs left in the journal and gets ready to watch from now on.</summary>
    public static async Task<Watcher> PrepareAsync(
        LoadedConfig config, SqliteJournal journal, Inbox inbox, TimeProvider time, Action<string> say, CancellationToken cancellation)
    {
        var past = await WatchMemory.ReadAsync(journal, cancellation);
        var memory = await journal.SnapshotsAsync(JudgeStage.Owner, cancellation);
        var probeMemory = new ProbeMemory(await journal.SnapshotsAsync(WatchMemory.ProbeOwner, cancellation));
        return new Watcher(config, journal, inbox, new WatchClock(time, past.LastInstant), past, memory, probeMemory, say);
    }

    /// <summary>How often the loop has gone round since the start.</summary>
    public long Turns => Interlocked.Read(ref turns);

    /// <summary>What is watched, in a line.</summary>
    public string About => string.Create(CultureInfo.InvariantCulture,
        $"Watching {Counted.Of(config.Topology.Components.Length, "component")} with {Counted.Of(config.Topology.Components.Sum(component => component.Probes.Length), "probe")} from {Counted.Of(config.Topology.VantagePoints.Length, "vantage point")}");

    /// <summary>When a component is looked at next, by the scheduler's plan; null where nothing is planned. Safe to call from anywhere.</summary>
    public PlannedLook? NextLook(ComponentId component) => scheduler.NextLook(component);

    /// <summary>How the watch goes; null until it has begun and after it has ended. Safe to call from anywhere.</summary>
    public WatchStatus? Status => meter.Status;

    public async Task RunAsync(CancellationToken stopping)
    {
        // Not cancelled half-way: who is told to stop now has begun and ends cleanly, on record.
        await BeginAsync();
        DropWhatStartingLeft();
        var looking = Task.Run(async () =>
        {
            try
            {
                await scheduler.RunAsync(stopping);
            }
            finally
            {
                observations.Writer.TryComplete();
            }
        }, CancellationToken.None);
        try
        {
            await JudgeLoopAsync(looking);
        }
        finally
        {
            CloseOrders();
        }
        await looking;
        meter.Ended();

        KeepMemories();
        stage.Add(new WatchStopped(clock.Now, run));
        try
        {
            await stage.StepAsync([], clock.Now, last: true);
        }
        catch (JournalException)
        {
            say($"{stage.FactsWaiting} facts could not be kept and are given up: what was judged since the journal stopped taking them is not on record, and counts as unknown.");
            throw;
        }
        await FlushSeriesAsync(Instant.MaxValue);
        say(Punctuality());
    }

    /// <summary>
    /// Reading the config and putting it on record leaves behind more than is kept, most of it in objects so large that the collector would
    /// not move them. Once, before the first look: no look is late over it.
    /// </summary>
    private static void DropWhatStartingLeft()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
    }

    /// <summary>What the scheduler did, in a line: the first thing to look at when one machine watches thousands of targets.</summary>
    private string Punctuality()
    {
        var (counts, first, late) = (scheduler.Counts, scheduler.FirstLateness, scheduler.Lateness);
        static string Ms(Duration duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.#} ms");
        return string.Create(CultureInfo.InvariantCulture, $"Looked {(first.Count + late.Count == 1 ? "once" : $"{first.Count + late.Count} times")}; missed {counts.Due.Missed}, probe faults {counts.Faults}. ")
            + $"Looks began late by {Ms(late.P50)} (half of them at most), {Ms(late.P99)} (99 of 100), {Ms(late.Max)} (the latest); the first of each probe by {Ms(first.Max)} at most.";
    }

    private async Task BeginAsync()
    {
        var now = clock.Now;
        // A run that was killed had judged, durably, further than its last fact says: what it saw until then is not unseen.
        if (past.LastInstant is { } judged) stage.Add(new Watched(judged, run, []));
        AddConfigLoaded(now);
        stage.Add(new WatchStarted(now, run, Environment.MachineName));
        Replan(now);
        stage.Begin();
        ForgetPausesOfOthers();
        stage.SetPaused(past.Orders.PausedComponents);
        await stage.StepAsync([], now);
    }

    /// <summary>The loop that owns the judge: until the scheduler has handed over its last observation.</summary>
    private async Task JudgeLoopAsync(Task looking)
    {
        var batch = new List<Observation>();
        var clockWatch = new ClockWatch(clock);
        Instant lookedAtClock = clock.Now, replanned = clock.Now, flushed = clock.Now;
        var now = clock.Now;
        var open = true;
        while (open)
        {
            // Told to stop while the journal takes nothing: what waits gets one more try, and no more is taken.
            if (stage.IsFull && looking.IsCompleted) return;
            open = await FillAsync(batch);
            Interlocked.Increment(ref turns);
            // What is still in the channel ended after what was taken: time must not pass it by.
            now = stage.IsFull ? now : batch.Count == BatchMost ? Instant.Max(now, batch[^1].Ended) : clock.Now;
            TakeNoticed();
            // By the clock, not by the instant judged to: that stands still while the journal owes too much, and we run all the same.
            if (clock.Now - lookedAtClock >= Duration.FromSeconds(1))
            {
                lookedAtClock = clock.Now;
                foreach (var fact in clockWatch.Look()) stage.Add(fact);
                await ResumeWhatIsDueAsync(now);
                SayEdges(now);
                if (ownDelays.Word(scheduler.Counts, clock.Now) is { } word) say(word);
                await LookAtEdgeAsync(Looked(windowEdges.Near(past.Orders.Windows.Values, now)), now);
                KeepMemories();
            }
            await CarryOutOrdersAsync(now);
            if (now - replanned >= ReplanEvery)
            {
                replanned = now;
                Replan(now);
            }
            foreach (var observation in batch)
            {
                meter.Saw(observation);
                // What a probe saw before another config changed it has other signals.
                if (!schemas.TryGetValue(observation.Probe, out var known) || observation.Started < known.Since) continue;
                series.RecordObservation(observation, known.Schema);
                askedLooks.Saw(observation, config.Redaction);
            }
            await StepAsync(batch, now);
            ReplyToOrders();
            askedLooks.Tell(clock.Now);
            if (now - flushed >= Duration.FromSeconds(10))
            {
                flushed = now;
                await FlushSeriesAsync(now - SeriesLag);
                // In small steps, so that old series never keep the judge waiting.
                await PruneSeriesAsync(now);
            }
        }
    }

    /// <summary>Takes what is there, or waits for the next tick; takes nothing while the journal owes too much.</summary>
    /// <returns>False when there will be no more.</returns>
    private async Task<bool> FillAsync(List<Observation> batch)
    {
        batch.Clear();
        var reader = observations.Reader;
        if (stage.IsFull)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock.Time);
            return true;
        }
        if (!reader.TryPeek(out _))
        {
            using var tick = new CancellationTokenSource(Tick.ToTimeSpan(), clock.Time);
            try
            {
                if (!await reader.WaitToReadAsync(tick.Token)) return false;
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        }
        // After a while of silence at once; where observations come one after the other, a few at a time.
        if (stepped is { } last && clock.Now - last < ShortestStep) await Task.Delay((ShortestStep - (clock.Now - last)).ToTimeSpan(), clock.Time);
        while (batch.Count < BatchMost && reader.TryRead(out var observation)) batch.Add(observation);
        stepped = clock.Now;
        return true;
    }

    private async Task StepAsync(List<Observation> batch, Instant now)
    {
        try
        {
            await stage.StepAsync(batch, now);
            meter.Judged(now, stage.Suspicions);
            if (journalFails is null) return;
            journalFails = null;
            say("The journal takes facts again; what waited is kept.");
        }
        catch (JournalException failure) when (!JournalErrors.EndsTheRun(failure))
        {
            // Nothing is lost: the facts wait in the stage and are appended with the next step that succeeds.
            meter.Failed(stage.FactsWaiting);
            if (journalFails is not { } told || clock.Now - told >= Duration.FromSeconds(30))
            {
                journalFails = clock.Now;
                say($"{failure.Code}: {failure.Message} {stage.FactsWaiting} facts wait.");
            }
            await Task.Delay(TimeSpan.FromSeconds(1), clock.Time);
        }
    }

    private Task FlushSeriesAsync(Instant closedBefore) => KeepSeriesAsync(() => series.FlushAsync(closedBefore));

    private Task PruneSeriesAsync(Instant now) => KeepSeriesAsync(() => series.PruneAsync(now));

    /// <summary>Series are not facts: when they cannot be kept it is said, and watching goes on.</summary>
    private async Task KeepSeriesAsync(Func<Task> keep)
    {
        try
        {
            await keep();
        }
        catch (JournalException failure)
        {
            say($"{failure.Code}: series: {failure.Message}");
        }
    }

    private void Replan(Instant now)
    {
        (windows, var facts) = planner.Place(now);
        judge.SetWindows(windows);
        foreach (var fact in facts) stage.Add(fact);
        stage.Keep(past.Rules());
        stage.Keep(WatchMemory.Of(past.Orders));
    }

    private static IEnumerable<ProbeId> ProbesOf(LoadedConfig config) => config.Topology.Components.SelectMany(component => component.Probes).Select(probe => probe.Id);

    private Instant? PlannedUntil(ComponentId component, Instant at)
    {
        Instant? until = null;
        foreach (var window in windows)
            if (window.From <= at && at < window.To && window.Components.Contains(component) && (until is null || until < window.To)) until = window.To;
        return until;
    }

    private void KeepMemories()
    {
        foreach (var (key, piece) in probeMemory.TakeChanged()) stage.Keep(new Snapshot(WatchMemory.ProbeOwner, key, piece));
        if (lastBeats.Changes == beatsKept) return;
        beatsKept = lastBeats.Changes;
        stage.Keep(WatchMemory.Of(lastBeats));
    }

    private void Notice(Fact fact)
    {
        if (!noticed.Writer.TryWrite(fact)) Interlocked.Increment(ref unnoticed);
    }

    private void TakeNoticed()
    {
        while (noticed.Reader.TryRead(out var fact)) stage.Add(fact);
        if (Interlocked.Exchange(ref unnoticed, 0) is > 0 and var count)
            say($"NIN5002: {count} facts of the watcher about itself (blindness, suspensions) came faster than they could be taken and are not on record.");
    }

    private void AddConfigLoaded(Instant now)
    {
        stage.Add(new ConfigLoaded(now, config.Digest, config.Json, typeof(Watcher).Assembly.GetName().Version!.ToString(3), MaintenanceRule.TimeZones,
            [.. config.Topology.Components.Select(Summary)]));
        config = config with { Json = "" }; // on record from here on, and large
    }

    private Probe CreateProbe(ProbeDefinition definition, VantagePoint from)
    {
        var type = ProbeType.Find(definition.Type) ?? throw new InvalidOperationException($"No probe type '{definition.Type}'.");
        return type.Create(definition, paths[from.Id], environment with
        {
            Troubled = (what, error) => say($"{definition.Id} from {from.Id}: {what}: {config.Redaction.Apply(error.Message)}"),
            Noticed = what => say($"{definition.Id} from {from.Id}: {config.Redaction.Apply(what)}"),
        });
    }

    private ComponentSummary Summary(Component component) => new(
        component.Id, component.Kind, component.Labels, [.. (component.Needs?.Mentioned() ?? []).Concat(component.Chain is { } chain ? [chain] : []).Distinct()],
        [.. component.Probes.SelectMany(probe => probe.From).Select(from => paths[from].VantagePoint.Region).Distinct().Order()],
        component.Probes.IsEmpty ? null : component.Probes.Max(probe => probe.Resolution));
}
