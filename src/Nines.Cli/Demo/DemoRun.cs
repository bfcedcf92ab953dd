using System.Collections.Immutable;
using System.Net;
using Nines.Cli.Demo.Lab;
using Nines.Cli.Demo.Outcome;
using Nines.Cli.Demo.Script;
using Nines.Cli.Demo.View;
using Nines.Cli.Demo.Watch;
using Nines.Cli.Output;
using Nines.Core.Time;
using Nines.Ledger;
using Nines.Ledger.Pictures;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using NodaTime;

namespace Nines.Cli.Demo;

/// <param name="Folder">Where the config, the watcher's data and its log go; null for a new folder in the temporary one.</param>
internal sealed record DemoOptions(bool Fast, bool Keep, string? Folder);

/// <summary>
/// The demo from its start to its end: a lab, the real watcher on it, faults by a script, and what really happened beside what was
/// measured. Whatever way it ends, everything that it started is ended too.
/// </summary>
internal sealed class DemoRun(DemoOptions options, TimeProvider time, Screen screen)
{
    private static readonly Duration UpWithin = Duration.FromSeconds(90), SettlesWithin = Duration.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private readonly WatchClock clock = new(time);

    /// <returns>What is to be printed, and whether everything is as it should be.</returns>
    /// <exception cref="Fault">Something that the demo needs is missing or failed.</exception>
    public async Task<int> RunAsync(Action<Result> print, CancellationToken stop)
    {
        var labFolder = await LabFolder.FindAsync(stop);
        var folder = MakeFolder();
        if (!labFolder.IsInstalled) Say("Installing the lab's chain and contracts (once; some 50 MB) …");
        await labFolder.InstallAsync(stop);

        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler);
        Say("Starting a chain with two replicas, a token, a dApp, a venue, a site, a name server, plain services, and the uplinks they are watched through …");
        var certificates = Certificates.Make(Path.Combine(folder, "certificates"), time);
        await using var lab = await DemoLab.StartAsync(labFolder, certificates, http, time, stop);

        // Long before the first fault: what a venue sends to who has just connected, nobody else hears.
        await using var book = await BookListener.StartAsync(lab.Stream, clock, stop);

        var (config, data) = (Path.Combine(folder, "nines.yaml"), Path.Combine(folder, "data"));
        var places = DemoPlaces.Find();
        await File.WriteAllTextAsync(config, DemoConfig.Write(lab, certificates, places, "data"), stop);
        Say($"Config:      {config}\nConsole:     http://{places.Console}/\nStatus page: http://{places.StatusPage}/\nBoth are there while the demo runs; with --keep until Ctrl-C.");
        await using var watcher = Watcher.Start(config, Path.Combine(folder, "up.log"), time);
        await using var view = await JournalView.OpenAsync(data, watcher, time, stop);
        await WaitUntilAllUpAsync(view, watcher, UpWithin, must: true, stop);

        var witness = new Witness(clock);
        var direct = new Direct(lab, http);
        var (faults, services) = (new Faults(lab, direct, book, witness), new ServiceFaults(lab, book, witness, data));
        await using var pulse = MachinePulse.Start(direct, lab.NodeA, time);
        var played = await PlayAsync(options.Fast ? FaultScript.Fast(faults, services) : FaultScript.Unhurried(faults, services), view, watcher, stop);
        var slowest = pulse.Longest;

        if (!options.Keep) await watcher.StopAsync();
        var comparison = await view.LookAsync(ledger => Comparison.Of(played, ledger, view.FirstTold, [.. view.Blind.Select(blind => blind.At)]), stop);
        var picture = Path.Combine(folder, "timelines.svg");
        await WholeFile.WriteAsync(picture, await view.LookAsync(ledger => TimelinePicture.Of(ledger, Reporter.Make(ledger, ShippedPolicies.Strict)), stop), "NIN4016", "the picture", stop);
        print(ComparisonDocument.ResultOf(comparison, slowest, config, data, Hints(comparison, config, data, picture)));
        if (options.Keep) await KeepAsync(watcher, lab, places, stop);
        return (int)(comparison.Ok ? ExitCode.Done : ExitCode.SomethingIsWrong);
    }

    private async Task<IReadOnlyList<Played>> PlayAsync(FaultScript script, JournalView view, Watcher watcher, CancellationToken stop)
    {
        var board = new DemoBoard(script, clock.Now);
        using var done = new CancellationTokenSource();
        // Live only where talk goes to a terminal: a result that is piped away does not change that.
        var showing = screen.HasColor && !Console.IsErrorRedirected
            ? LiveView.ShowAsync(screen.Error, board, view, clock, done.Token)
            : PlainView.ShowAsync(screen.Error, board, view, clock, done.Token);
        try
        {
            var played = new List<Played>();
            foreach (var wave in script.Waves)
            {
                var lanes = await Task.WhenAll(wave.Select(lane => PlayLaneAsync(lane, script.Gap, board, stop)));
                played.AddRange(lanes.SelectMany(lane => lane));
                await WaitUntilAllUpAsync(view, watcher, SettlesWithin, must: false, stop);
            }
            return played;
        }
        finally
        {
            await done.CancelAsync();
            await showing;
        }
    }

    private async Task<ImmutableArray<Played>> PlayLaneAsync(ImmutableArray<StagedFault> lane, Duration gap, DemoBoard board, CancellationToken stop)
    {
        var played = ImmutableArray.CreateBuilder<Played>();
        foreach (var fault in lane)
        {
            if (played.Count > 0) await Task.Delay(gap.ToTimeSpan(), time, stop);
            board.Set(fault, FaultPhase.On, clock.Now);
            var began = await fault.Begin(stop);
            await Task.Delay(fault.Lasts.ToTimeSpan(), time, stop);
            var ended = await fault.End(stop);
            board.Set(fault, FaultPhase.Done, clock.Now);
            played.Add(new Played(fault, began, ended));
        }
        return played.ToImmutable();
    }

    /// <summary>Waits until the watcher sees everything up, and has done so for a while: the next fault must find a healthy past.</summary>
    private async Task WaitUntilAllUpAsync(JournalView view, Watcher watcher, Duration patience, bool must, CancellationToken stop)
    {
        var until = clock.Now + patience;
        Instant? upSince = null;
        while (clock.Now < until)
        {
            watcher.RequireRunning();
            if (!await view.LookAsync(JournalView.IsAllUp, stop)) upSince = null;
            else if ((upSince ??= clock.Now) + DemoConfig.Settled <= clock.Now) return;
            await Task.Delay(LookEvery, time, stop);
        }
        if (!must) return; // what is wrong then is for the table to say
        var lines = await view.LookAsync(ComponentLine.Of, stop);
        throw DemoFault.WatcherFailed($"nines up does not see the lab up within {patience.TotalSeconds:0} s: "
            + string.Join("; ", lines.Where(line => line.State != Core.State.Up).Select(line => $"{line.Component} is {line.State}, {line.Cause}")));
    }

    private async Task KeepAsync(Watcher watcher, DemoLab lab, DemoPlaces places, CancellationToken stop)
    {
        Say($"Everything goes on running until Ctrl-C.\n  console:    http://{places.Console}/\n  the public: http://{places.StatusPage}/\n  the dApp:   {lab.Dapp.Url}\n  a node:     {lab.NodeB.Url}\n  the venue:  {lab.Venue.Url}");
        while (!stop.IsCancellationRequested)
        {
            watcher.RequireRunning();
            await Task.Delay(LookEvery, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IEnumerable<string> Hints(Comparison comparison, string config, string data, string picture)
    {
        yield return "";
        yield return "Look closer:";
        if (comparison.Rows.FirstOrDefault(row => row.Measured is not null)?.Measured is { } outage)
            yield return $"  {screen.Command} explain outage {outage.Id} --data {data}";
        yield return $"  {screen.Command} report --data {data}";
        yield return $"  {screen.Command} price -c {config}";
        yield return $"  {screen.Command} check {config}";
        yield return $"The timelines as a picture, for a browser: {picture}";
    }

    private string MakeFolder()
    {
        if (options.Folder is not { } chosen) return Directory.CreateTempSubdirectory("nines-demo-").FullName;
        var folder = Path.GetFullPath(chosen);
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw DemoFault.FolderTaken($"--dir {chosen}: there is something already. Name a folder that is empty or does not exist yet.");
        return Directory.CreateDirectory(folder).FullName;
    }

    private void Say(string words) => screen.Error.WriteLine(words);
}
