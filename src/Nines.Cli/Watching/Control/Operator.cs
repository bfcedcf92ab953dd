using Nines.Cli.Config;
using Nines.Cli.Discovery;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Control;
using Nines.Ledger;
using Nines.Ledger.Outages;

namespace Nines.Cli.Watching.Control;

/// <summary>Stands between those who tell a watch something (the control socket, SIGHUP) and its loop: loads the config that a reload asks for.</summary>
/// <param name="effective">The config that <c>nines up</c> was called with, as it is now.</param>
/// <param name="dataFolder">What <c>--data</c> says; null when it was not given.</param>
/// <param name="manager">Who is told that a reload begins and ends.</param>
/// <param name="readLedger">The ledger at the journal's end.</param>
/// <param name="canReport">Whether jobs can report: a web server listens.</param>
internal sealed class Operator(EffectiveConfig effective, string? dataFolder, Watcher watcher, bool canReport, ServiceManager manager, Func<CancellationToken, Task<LedgerProjection>> readLedger, Action<string> say)
{
    private readonly SemaphoreSlim oneAtATime = new(1);   // from reading a config to its effect: else an older one could overtake a newer

    public Task<ControlReply> CarryOutAsync(ControlCommand command, string by, CancellationToken patience) =>
        command is ControlCommand.Reload ? ReloadAsync(by, patience) : TellAsync(command, by, patience);

    /// <summary>A config with mistakes changes nothing; all of them are told, to who asked and in the log.</summary>
    public async Task<ControlReply> ReloadAsync(string by, CancellationToken patience)
    {
        manager.Reloading();
        try
        {
            return await LoadAndTakeOverAsync(by, patience);
        }
        finally
        {
            manager.Ready(watcher.About);
        }
    }

    private async Task<ControlReply> LoadAndTakeOverAsync(string by, CancellationToken patience)
    {
        await oneAtATime.WaitAsync(patience);
        try
        {
            return await ReadAndTakeOverAsync(by, patience);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private async Task<ControlReply> ReadAndTakeOverAsync(string by, CancellationToken patience)
    {
        // Not on the loop: reading a large config and its secrets' files may take its time.
        var reply = await Task.Run(() => effective.ReadAsync(patience), patience) switch
        {
            ConfigReading.Loaded loaded => WithLeftOut(await TakeOverAsync(loaded.Config, by, patience), loaded),
            ConfigReading.Refused { Mistakes: var mistakes } => new ControlReply(ExitCode.SomethingIsWrong,
                ["NIN4026: the config has mistakes; the one before stays in effect.", .. mistakes.Select(mistake => $"{mistake} [{mistake.CodeText}]")]),
            _ => throw new InvalidOperationException("ConfigReading is a closed hierarchy."),
        };
        say($"reload ({by}): {string.Join(" | ", reply.Lines)}");
        return reply;
    }

    /// <summary>Takes over what is discovered, until told to stop.</summary>
    public async Task FollowDiscoveryAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var next = await effective.NextAsync(stopping);
                await oneAtATime.WaitAsync(stopping);
                try
                {
                    // A reload that came between has read more than this knows.
                    if (!effective.IsLast(next)) continue;
                    var reply = WithLeftOut(await TakeOverAsync(next.Config, Discovery, stopping), next);
                    say($"reload ({Discovery}): {string.Join(" | ", reply.Lines)}");
                }
                finally
                {
                    oneAtATime.Release();
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private const string Discovery = "discovery";

    private static ControlReply WithLeftOut(ControlReply reply, ConfigReading.Loaded loaded) => loaded.LeftOut.IsEmpty ? reply
        : reply with { Lines = [.. reply.Lines, $"{loaded.LeftOut.Length} of what was discovered is left out; nines check lists it. The first: {loaded.LeftOut[0]}"] };

    /// <summary>Not on the loop: outages that are over are in the ledger only, and reading it may take its time.</summary>
    private async Task<ControlReply?> RefuseUnknownAsync(string outage, CancellationToken patience)
    {
        var ledger = await Task.Run(() => readLedger(patience), patience);
        if (ledger.FindOutage(outage) is not null) return null;
        var near = DidYouMean.Closest(outage, ledger.Components.SelectMany(component => component.Outages.Concat(component.RegionalOutages)).Select(other => other.Id));
        return ControlReply.Refused("NIN4007", $"outage: none on record is named '{outage}'. {(near is null ? "See `nines get outages`." : $"Did you mean '{near}'?")}");
    }

    private async Task<ControlReply?> RefuseCorrectionAsync(ControlCommand command, string outage, CancellationToken patience)
    {
        var ledger = await Task.Run(() => readLedger(patience), patience);
        var of = ledger.FindOutage(outage)!;
        var problem = command switch
        {
            ControlCommand.CorrectCause cause => CorrectionChecks.ProblemOf(ledger, of, cause),
            ControlCommand.CorrectOutage time => CorrectionChecks.ProblemOf(ledger, of, time),
            _ => null,
        };
        return problem is var (code, what) ? ControlReply.Refused(code, what) : null;
    }

    private async Task<ControlReply> TakeOverAsync(LoadedConfig next, string by, CancellationToken patience)
    {
        if (dataFolder is not null) next = next with { DataFolder = dataFolder };
        if (!canReport && next.Topology.Components.SelectMany(component => component.Probes).Any(probe => Probing.ProbeType.Find(probe.Type) is { IsPassive: true }))
            return new ControlReply(ExitCode.SomethingIsWrong, ["NIN4025: the config cannot be taken over while watching; the one before stays in effect. Jobs are to report now, and this run does not listen. Restart `nines up`."]);
        return await watcher.TakeOverAsync(next, by, patience);
    }

    private async Task<ControlReply> TellAsync(ControlCommand command, string by, CancellationToken patience)
    {
        var outage = command switch
        {
            ControlCommand.NoteOutage note => note.Outage,
            ControlCommand.CorrectCause correct => correct.Outage,
            ControlCommand.CorrectOutage correct => correct.Outage,
            ControlCommand.PostIncident post => post.Outage,
            _ => null, // the others name none, or only one that is open, which the loop knows
        };
        if (outage is not null && await RefuseUnknownAsync(outage, patience) is { } refused) return refused;
        if (command is ControlCommand.CorrectCause or ControlCommand.CorrectOutage && await RefuseCorrectionAsync(command, outage!, patience) is { } senseless) return senseless;
        if (command is ControlCommand.PostIncident { Incident: { } going } update)
        {
            var ledger = await Task.Run(() => readLedger(patience), patience);
            if (ledger.Incidents.FirstOrDefault(incident => incident.Id == going) is not { } known) return NoIncident(going, ledger);
            var last = known.Last;
            command = update with { Name = update.Name ?? last.Name, Impact = update.Impact ?? last.Impact, Components = update.Components ?? last.Components, Outage = update.Outage ?? last.Outage };
        }
        var reply = await watcher.CarryOutAsync(command, by, patience);
        var said = string.Join(" ", reply.Lines);
        if (reply.Exit == ExitCode.Done) say(said.Contains(by, StringComparison.Ordinal) ? said : $"{by}: {said}");
        return reply;
    }

    private static ControlReply NoIncident(string id, LedgerProjection ledger)
    {
        var near = DidYouMean.Closest(id, ledger.Incidents.Select(incident => incident.Id));
        return ControlReply.Refused("NIN4361", $"no incident '{id}' was posted. {(near is null ? "See `nines status list`." : $"Did you mean '{near}'?")}");
    }
}
