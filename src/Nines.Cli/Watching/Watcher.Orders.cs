using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using Nines.Cli.Config;
using Nines.Cli.Config.Binding;
using Nines.Cli.Output;
using Nines.Cli.Watching.Control;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Core.Maintenance;
using Nines.Ledger.Explanations;
using Nines.Ledger.History;
using Nines.Ledger.Text;
using Nines.Probing;
using Nines.Probing.Scheduling;
using Nines.Web.Api.Documents;
using NodaTime;

namespace Nines.Cli.Watching;

// What people tell a watcher that runs. All of it is carried out by the one loop, between two steps, and answered when it is durable.
internal sealed partial class Watcher
{
    private static readonly Duration UsualMaintenance = Duration.FromHours(1), LongestPause = Duration.FromDays(30), FarthestStart = Duration.FromDays(366);

    private readonly Channel<Order> orders = Channel.CreateBounded<Order>(16);
    private readonly AskedLooks askedLooks = new();
    private readonly WindowEdges windowEdges = new();
    private readonly List<(Order Order, ControlReply Reply)> carriedOut = [];

    /// <param name="Config">The config to take over, for a reload; null otherwise.</param>
    private sealed record Order(ControlCommand Command, LoadedConfig? Config, string By, TaskCompletionSource<ControlReply> Reply);

    /// <summary>The config that is watched now.</summary>
    public LoadedConfig Config => config;

    /// <summary>Raised on the loop after another config has taken effect.</summary>
    public event Action<LoadedConfig>? Reloaded;

    /// <summary>Hands a command to the loop. The reply comes when what it did is on record.</summary>
    /// <param name="by">Who says so; kept in the fact.</param>
    /// <exception cref="OperationCanceledException">The loop did not take it, or did not get to it, in time.</exception>
    public async Task<ControlReply> CarryOutAsync(ControlCommand command, string by, CancellationToken patience)
    {
        var reply = await HandOverAsync(command, null, by, patience);
        if (reply.Seen is { } seen) await Task.WhenAny(seen, Task.Delay(WindowEdges.Lead.ToTimeSpan(), clock.Time, patience));
        return reply.Looking is { } looking ? reply with { Looks = await looking.WaitAsync(patience), Looking = null } : reply;
    }

    /// <summary>What came of the last look at a component that somebody asked for; null where nobody did. Safe to call from anywhere.</summary>
    public AskedLooksDocument? LastLooks(ComponentId component) => askedLooks.LastOf(component);

    /// <summary>Watches another config from now on, without losing what is known. One that cannot be taken over changes nothing.</summary>
    /// <inheritdoc cref="CarryOutAsync"/>
    public Task<ControlReply> TakeOverAsync(LoadedConfig next, string by, CancellationToken patience) => HandOverAsync(new ControlCommand.Reload(), next, by, patience);

    private async Task<ControlReply> HandOverAsync(ControlCommand command, LoadedConfig? next, string by, CancellationToken patience)
    {
        var order = new Order(command, next, by, new TaskCompletionSource<ControlReply>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await orders.Writer.WriteAsync(order, patience);
        }
        catch (ChannelClosedException)
        {
            return Stopping;
        }
        return await order.Reply.Task.WaitAsync(patience);
    }

    private static ControlReply Stopping => new(ExitCode.OutOfReach, ["NIN3012: nines up is stopping. Start it again, and say it then."]);

    private void CloseOrders()
    {
        orders.Writer.TryComplete();
        askedLooks.End();
        foreach (var (order, reply) in carriedOut) order.Reply.TrySetResult(reply);
        while (orders.Reader.TryRead(out var order)) order.Reply.TrySetResult(Stopping);
    }

    private async Task CarryOutOrdersAsync(Instant now)
    {
        // While the journal owes too much, time stands still for the judge: what is to change now waits with it.
        while (!stage.IsFull && orders.Reader.TryRead(out var order))
        {
            ControlReply reply;
            try
            {
                reply = order.Command switch
                {
                    ControlCommand.Reload => order.Config is { } next ? await ReloadAsync(next, now) : throw new InvalidOperationException("A reload comes with its config."),
                    ControlCommand.StartMaintenance start => await StartAsync(start, order.By, now),
                    ControlCommand.EndMaintenance end => await EndAsync(end, order.By, now),
                    ControlCommand.PauseProbing pause => await PauseAsync(pause, order.By, now),
                    ControlCommand.ResumeProbing resume => await ResumeAsync(resume, order.By, now),
                    ControlCommand.Look look => await LookAsync(look, order.By, now),
                    ControlCommand.Acknowledge acknowledge => Acknowledge(acknowledge, order.By, now),
                    ControlCommand.NoteOutage note => Note(note, order.By, now),
                    ControlCommand.PostIncident post => Post(post, order.By, now),
                    ControlCommand.CorrectCause correct => Correct(correct, order.By, now),
                    ControlCommand.CorrectOutage correct => Correct(correct, order.By, now),
                    ControlCommand.ImportHistory import => Import(import.Fact, now),
                    ControlCommand.RecordAccess record => Record(record.Fact, now),
                    _ => throw new InvalidOperationException("ControlCommand is a closed hierarchy."),
                };
            }
            catch (Fault fault)
            {
                reply = new ControlReply(fault.Exit, [$"{fault.Code}: {fault.Message}"]);
            }
            catch (OperationCanceledException)
            {
                reply = Stopping; // the scheduler has ended before us
            }
            carriedOut.Add((order, reply));
        }
    }

    private void ReplyToOrders()
    {
        foreach (var (order, reply) in carriedOut)
            order.Reply.TrySetResult(stage.FactsWaiting == 0 || reply.Exit != ExitCode.Done ? reply
                : reply with { Exit = ExitCode.SomethingIsWrong, Lines = reply.Lines.Add("It is done, but the journal does not take facts now: it goes on record as soon as it does, and is lost if nines up dies before.") });
        carriedOut.Clear();
    }

    private async Task<ControlReply> StartAsync(ControlCommand.StartMaintenance start, string by, Instant now)
    {
        var components = Known(start.Components);
        if (start.For is { } length && length <= Duration.Zero) throw new Fault("NIN4021", ExitCode.CalledWrong, "--for: a window lasts longer than nothing.");
        if (start.For > MaintenanceRule.LongestWindow) throw TooLong(start.For.Value);
        var from = start.From is { } later && later > now ? later : now;
        if (from - now > FarthestStart) throw new Fault("NIN4021", ExitCode.CalledWrong, $"--from: {InstantText.Of(from)} UTC is more than a year ahead. What is planned for so long belongs into the config.");
        var to = start.Until ?? from + (start.For ?? UsualMaintenance);
        if (to <= now) throw new Fault("NIN4021", ExitCode.CalledWrong, $"--until: {InstantText.Of(to)} UTC is over. A window excludes nothing before it is declared.");
        if (to <= from) throw new Fault("NIN4021", ExitCode.CalledWrong, $"--until: {InstantText.Of(to)} UTC is not after --from, {InstantText.Of(from)} UTC.");
        if (to - from > MaintenanceRule.LongestWindow) throw TooLong(to - from);
        var declared = past.Orders.Declare(components, now, from, to, by, Written(start.Reason, "the reason")) with { PublicText = Written(start.PublicText, "the public text") };
        stage.Add(declared);
        Replan(now);
        // Who takes them down after our reply does so after they were seen once more: what was down before the window nobody has to guess.
        var looked = Looked(from > now ? [] : components);
        Task[] seen = [.. looked.Select(component => askedLooks.OnceMore(component, now))];
        await LookAtEdgeAsync(looked, now);
        return ControlReply.Done($"Maintenance {declared.Window} of {string.Join(", ", components)} {(from > now ? $"from {InstantText.Of(from)} " : "")}until {InstantText.Of(to)} UTC. What is down after that is an unplanned outage; end it earlier with `nines maintenance end {declared.Window}`.")
            with { Seen = seen.Length == 0 ? null : Task.WhenAll(seen) };
    }

    /// <summary>Those that probes of their own look at, now.</summary>
    private Component[] Looked(IEnumerable<ComponentId> components)
    {
        var wanted = components.ToHashSet();
        return wanted.Count == 0 ? [] : [.. config.Topology.Components.Where(one => wanted.Contains(one.Id) && !one.Probes.IsEmpty && !past.Orders.Paused.ContainsKey(one.Id))];
    }

    /// <summary>Has them looked at because a window begins or ends: soon, or not at all. A window may have thousands, and what is suspected goes on being looked at often.</summary>
    private async Task LookAtEdgeAsync(IEnumerable<Component> components, Instant now)
    {
        foreach (var component in components) await scheduler.AskAsync(component.Id, null, now + WindowEdges.Lead);
    }

    private static Fault TooLong(Duration window) =>
        new("NIN4021", ExitCode.CalledWrong, $"a window of {SpokenDuration.Of(window)} is longer than 7d. Declare a shorter one; what does not change for longer belongs into the config.");

    private async Task<ControlReply> EndAsync(ControlCommand.EndMaintenance end, string by, Instant now)
    {
        var active = past.Orders.Windows.Values.Where(window => window.IsActive(now)).ToArray();
        DeclaredWindow? window;
        if (end.Window is { } id)
        {
            window = past.Orders.Windows.GetValueOrDefault(id);
            if (window is null || window.End <= now)
                throw new Fault("NIN4022", ExitCode.CalledWrong, $"no maintenance '{id}' is under way or to come. {(DidYouMean.Closest(id, active.Select(other => other.Id)) is { } near ? $"Did you mean '{near}'?" : "See `nines maintenance list`.")}");
        }
        else
        {
            var byHand = active.Where(other => other.ByHand).ToArray();
            if (byHand.Length != 1)
                throw new Fault("NIN4022", ExitCode.CalledWrong, byHand.Length == 0
                    ? "no maintenance that was declared by hand is under way. Name the one to end, see `nines maintenance list`."
                    : $"several are under way: {string.Join(", ", byHand.Select(other => other.Id))}. Say which.");
            window = byHand[0];
        }
        stage.Add(past.Orders.End(window.Id, now, by));
        Replan(now);
        if (window.From <= now) await LookAtEdgeAsync(Looked(window.Components), now);
        return ControlReply.Done($"Maintenance {window.Id} of {string.Join(", ", window.Components)} {(window.From > now ? "will not take place" : "has ended")}. What is down from now on is an outage.");
    }

    private async Task<ControlReply> PauseAsync(ControlCommand.PauseProbing pause, string by, Instant now)
    {
        var components = Known(pause.Components);
        foreach (var id in components)
            if (config.Topology.Components.First(component => component.Id == id).Probes.IsEmpty)
                throw new Fault("NIN4023", ExitCode.CalledWrong, $"{id} has no probes of its own: nothing looks at it. Pause what it needs.");
        if (pause.For is { } length && (length <= Duration.Zero || length > LongestPause))
            throw new Fault("NIN4021", ExitCode.CalledWrong, "--for: a pause is at most 30d long. What is not to be watched any more belongs out of the config.");
        Instant? until = now + pause.For;
        var reason = Written(pause.Reason, "the reason");
        foreach (var id in components) past.Orders.Paused[id] = new Pause(until, by, reason);
        stage.Add(new ProbingPaused(now, components, by, reason, until));
        await ApplyPausesAsync();
        return ControlReply.Done($"{string.Join(", ", components)} {(components.Length == 1 ? "is" : "are")} not looked at {(until is { } end ? $"until {InstantText.Of(end)} UTC" : "until `nines resume`")}. That time counts as unknown.");
    }

    private async Task<ControlReply> ResumeAsync(ControlCommand.ResumeProbing resume, string by, Instant now)
    {
        ImmutableArray<ComponentId> components = resume.Components.IsEmpty ? [.. past.Orders.Paused.Keys.Order()] : Known(resume.Components);
        if (components.IsEmpty) throw new Fault("NIN4023", ExitCode.CalledWrong, "nothing is paused. See `nines get components`.");
        foreach (var id in components)
            if (!past.Orders.Paused.ContainsKey(id)) throw new Fault("NIN4023", ExitCode.CalledWrong, $"{id} is not paused. See `nines get components`.");
        foreach (var id in components) past.Orders.Paused.Remove(id);
        stage.Add(new ProbingResumed(now, components, by));
        await ApplyPausesAsync();
        return ControlReply.Done($"{string.Join(", ", components)} {(components.Length == 1 ? "is" : "are")} looked at again.");
    }

    private async Task<ControlReply> LookAsync(ControlCommand.Look look, string by, Instant now)
    {
        var id = Known([look.Component])[0];
        var component = config.Topology.Components.First(one => one.Id == id);
        if (component.Probes.IsEmpty) throw new Fault("NIN4023", ExitCode.CalledWrong, $"{id} has no probes of its own: nothing looks at it. Have what it needs looked at.");
        if (past.Orders.Paused.ContainsKey(id)) throw new Fault("NIN4023", ExitCode.CalledWrong, $"{id} is paused: nobody looks at it. Resume it first, with `nines resume {id}`.");
        var names = component.Probes.Select(probe => probe.Id.Name).ToArray();
        if (look.Probe is { } named && !names.Contains(named)) throw new Fault("NIN4306", ExitCode.CalledWrong, $"{id} has no probe '{named}'. {(DidYouMean.Closest(named, names) is { } near ? $"Did you mean '{near}'?" : $"It has {string.Join(", ", names)}.")}");
        if (askedLooks.TooSoon(id, now) is { } wait)
            throw new Fault("NIN4307", ExitCode.CalledWrong, $"{id} was looked at only just now, because {askedLooks.LastOf(id)!.AskedBy} asked for it. It can be again in {SpokenDuration.Of(Duration.FromSeconds(Math.Ceiling(wait.TotalSeconds)))}.");
        stage.Add(new LookAsked(now, id, look.Probe, by));
        var looking = askedLooks.Begin(component, look.Probe, by, now);
        await scheduler.AskAsync(id, look.Probe, now + AskedLooks.LongestLook);
        return ControlReply.Done($"{by} has {id} looked at{(look.Probe is { } one ? $" by its probe {one}" : "")}.") with { Looking = looking };
    }

    /// <summary>Takes up what was paused for a time that is over.</summary>
    private async Task ResumeWhatIsDueAsync(Instant now)
    {
        ImmutableArray<ComponentId> due = [.. past.Orders.Paused.Where(pause => pause.Value.Until <= now).Select(pause => pause.Key).Order()];
        if (due.IsEmpty) return;
        foreach (var id in due) past.Orders.Paused.Remove(id);
        stage.Add(new ProbingResumed(now, due, null));
        try
        {
            await ApplyPausesAsync();
        }
        catch (OperationCanceledException)
        {
            return; // the scheduler has ended before us; the next run looks again
        }
        say($"{string.Join(", ", due)}: the pause is over.");
    }

    private async Task ApplyPausesAsync()
    {
        stage.Keep(WatchMemory.Of(past.Orders));
        stage.SetPaused(past.Orders.PausedComponents);
        await scheduler.ChangeAsync(WithoutPaused(config.Topology), ProbesOf(config).ToHashSet());
    }

    private Topology WithoutPaused(Topology topology) => past.Orders.Paused.Count == 0 ? topology : topology with
    {
        Components = [.. topology.Components.Select(component => past.Orders.Paused.ContainsKey(component.Id) ? component with { Probes = [] } : component)],
    };

    private void ForgetPausesOfOthers()
    {
        var watched = config.Topology.Components.Select(component => component.Id).ToHashSet();
        foreach (var gone in past.Orders.Paused.Keys.Where(id => !watched.Contains(id)).ToArray()) past.Orders.Paused.Remove(gone);
    }

    private ControlReply Acknowledge(ControlCommand.Acknowledge acknowledge, string by, Instant now)
    {
        var open = judge.OpenOutages.ToArray();
        if (!open.Contains(acknowledge.Outage))
            throw new Fault("NIN4024", ExitCode.CalledWrong, $"no outage '{acknowledge.Outage}' is open. {(DidYouMean.Closest(acknowledge.Outage, open) is { } near ? $"Did you mean '{near}'?" : open.Length == 0 ? "None is." : "See `nines get outages --state open`.")}");
        stage.Add(new OutageAcknowledged(now, acknowledge.Outage, by, Written(acknowledge.Note, "the note")));
        return ControlReply.Done($"{acknowledge.Outage} is acknowledged by {by}.");
    }

    /// <summary>Only of what is on record: <see cref="Control.Operator"/> has looked.</summary>
    private ControlReply Note(ControlCommand.NoteOutage note, string by, Instant now)
    {
        stage.Add(new OutageNoted(now, note.Outage, by, Kept(note.Note, OutageNoted.MostCharacters, "a note")));
        return ControlReply.Done($"The note on {note.Outage} is on record.");
    }

    /// <inheritdoc cref="Note"/>
    private ControlReply Correct(ControlCommand.CorrectCause correct, string by, Instant now)
    {
        stage.Add(new CauseCorrected(now, correct.Outage, by, correct.Cause, Kept(correct.Because, CauseCorrected.MostCharacters, "a reason")) { Roots = correct.Roots is { IsDefault: false } roots ? roots : [] });
        return ControlReply.Done($"The cause of {correct.Outage} is {correct.Cause.ToString().ToLowerInvariant()}, by {by}. What was judged stays on record; `nines explain outage {correct.Outage}` shows both.");
    }

    /// <inheritdoc cref="Note"/>
    private ControlReply Correct(ControlCommand.CorrectOutage correct, string by, Instant now)
    {
        var fact = new OutageCorrected(now, correct.Outage, by, correct.Claim, Kept(correct.Because, CauseCorrected.MostCharacters, "a reason")) { Began = correct.Began, Ended = correct.Ended, Withdraws = correct.Withdraws };
        stage.Add(fact);
        return ControlReply.Done($"{correct.Outage}: {by} {CorrectionWords.Did(fact)}. What was observed stays on record, and counts as seen but under policies with corrections: as_corrected; `nines explain outage {correct.Outage}` shows both.");
    }

    /// <exception cref="Fault">NIN4021: nothing, or longer than what is kept.</exception>
    private string Kept(string text, int most, string what)
    {
        if (string.IsNullOrWhiteSpace(text)) throw new Fault("NIN4021", ExitCode.CalledWrong, $"{what} without a word says nothing.");
        if (text.Length > most) throw new Fault("NIN4021", ExitCode.CalledWrong, $"{what} of {text.Length} characters is too long; at most {most} are kept.");
        var kept = Written(text, what)!.Trim();
        return kept.Length <= most ? kept : kept[..most];
    }

    /// <summary>The judge is not concerned: what was imported lies under what it saw, in the ledger.</summary>
    private ControlReply Import(HistoryImported fact, Instant now)
    {
        if (ImportChecks.ProblemOf(fact, now) is { } problem) throw new Fault("NIN4211", ExitCode.CalledWrong, $"{fact.Component}: cannot be put on record: {problem}.");
        stage.Add(fact with { At = now });
        return ControlReply.Done($"History of {fact.Component} from {InstantText.Of(fact.From)} to {InstantText.Of(fact.To)} UTC is on record, out of {fact.Source}.");
    }

    /// <summary>Changes of access are made elsewhere; here they only go on record.</summary>
    private ControlReply Record(AccessChanged fact, Instant now)
    {
        stage.Add(fact with { At = now });
        return ControlReply.Done($"{RecordKeys.KeyName(fact.What.ToString())} {fact.Subject}{(fact.Detail is { } detail ? $" ({detail})" : "")} is on record.");
    }

    /// <summary>What people write is kept for ever and read by others, whichever way it came: nothing in it is unseen, and none of the config's secrets is in it.</summary>
    /// <exception cref="Fault">NIN4328: a character that nobody would see.</exception>
    private string? Written(string? text, string what, bool lines = true)
    {
        if (text is null) return null;
        var tidied = WrittenText.Tidied(text);
        if (WrittenText.ProblemOf(tidied.Trim(), lines) is { } problem) throw new Fault("NIN4328", ExitCode.CalledWrong, $"{what}: {problem}. Delete it; what is pasted as plain text mostly has none.");
        return config.Redaction.Apply(tidied);
    }

    private ImmutableArray<ComponentId> Known(ImmutableArray<ComponentId> components)
    {
        var watched = config.Topology.Components.Select(component => component.Id.Value).ToArray();
        if (components.IsDefaultOrEmpty) throw new Fault("NIN4006", ExitCode.CalledWrong, "name at least one component.");
        foreach (var id in components)
            if (!watched.Contains(id.Value))
                throw new Fault("NIN4006", ExitCode.CalledWrong, $"no component '{id}' is watched. {(DidYouMean.Closest(id.Value, watched) is { } near ? $"Did you mean '{near}'?" : "See `nines get components`.")}");
        return [.. components.Distinct().Order()];
    }

    private async Task<ControlReply> ReloadAsync(LoadedConfig next, Instant now)
    {
        var change = ConfigChange.Between(config, next);
        if (!change.Refusals.IsEmpty)
            return new ControlReply(ExitCode.SomethingIsWrong, ["NIN4025: the config cannot be taken over while watching; the one before stays in effect.", .. change.Refusals]);
        var (configBefore, pathsBefore, checkBefore) = (config, paths, check);
        try
        {
            config = next;
            paths = next.Topology.VantagePoints.ToDictionary(
                point => point.Id, point => pathsBefore.TryGetValue(point.Id, out var path) && path.VantagePoint == point ? path : new NetworkPath(point, clock.Time));
            check = PathChecks.By(new ControlCheck(next.Control.Options, clock.Time), paths, providerOf);
            var at = await scheduler.ChangeAsync(WithoutPaused(next.Topology), change.KeptProbes);
            TakeOver(next, change, Instant.Max(now, at), at);
        }
        catch (Exception refused) when (refused is ArgumentException or OperationCanceledException)
        {
            (config, paths, check) = (configBefore, pathsBefore, checkBefore);
            if (refused is OperationCanceledException) throw;
            return new ControlReply(ExitCode.SomethingIsWrong, [$"NIN4025: the config cannot be taken over while watching; the one before stays in effect. {refused.Message}"]);
        }
        Reloaded?.Invoke(next);
        return ControlReply.Done($"The config is in effect: {change}; {Counted.Of(change.KeptProbes.Count, "probe")} {(change.KeptProbes.Count == 1 ? "goes" : "go")} on undisturbed.");
    }

    private void TakeOver(LoadedConfig next, ConfigChange change, Instant now, Instant at)
    {
        ForgetPausesOfOthers();
        var before = schemas;
        schemas = next.Topology.Components.SelectMany(component => component.Probes)
            .ToDictionary(probe => probe.Id, probe => (probe.Signals, change.KeptProbes.Contains(probe.Id) && before.TryGetValue(probe.Id, out var known) ? known.Since : at));
        // What is no longer watched ends here, and not at the last word before.
        stage.Add(new Watched(now, run, []));
        AddConfigLoaded(now);
        stage.Change(next.Topology, change.KeptProbes, at);
        askedLooks.Change(next.Topology.Components);
        lastBeats.Keep(ProbesOf(next).ToHashSet());
        probeMemory.KeepOnly(ProbesOf(next).ToHashSet());
        planner = new WindowPlanner(next.Maintenance, past.RulesEntered, past.Orders);
        Replan(now);
        stage.SetPaused(past.Orders.PausedComponents);
    }

    /// <summary>Says which windows begin and end; whoever is not up when one ends has overrun it.</summary>
    private void SayEdges(Instant now)
    {
        foreach (var window in past.Orders.Windows.Values)
        {
            // An edge at this very instant is the next round's: an order of this round may still make it.
            if (window.From >= edgesSaid && window.From < now && window.End > window.From) say($"maintenance {window.Id} begins: {string.Join(", ", window.Components)}, until {InstantText.Of(window.End)} UTC");
            if (window.End < edgesSaid || window.End >= now || window.End <= window.From) continue;
            var down = window.Components.Where(id => config.Topology.Components.Any(component => component.Id == id) && judge.Said(id).At(now) is { } last && last.Likely.IsDown()).ToArray();
            say($"maintenance {window.Id} ends: {(down.Length == 0 ? $"nothing of {string.Join(", ", window.Components)} is down" : $"overrun, {string.Join(", ", down)} still down; from now on that counts as an outage")}");
        }
        edgesSaid = now;
    }
}
