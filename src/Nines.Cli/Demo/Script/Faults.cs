using Nines.Cli.Output;
using Nines.Cli.Demo.Lab;
using Nines.Core;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Cli.Demo.Script;

/// <summary>The faults of nodes, of what stands on them, and of our own network: how each is done to the lab, and how the true instants are found.</summary>
internal sealed class Faults(DemoLab lab, Direct direct, BookListener book, Witness witness)
{
    private static readonly ComponentId NodeB = new("node-b"), NodeC = new("node-c"), Token = new("token"), Dapp = new("dapp"), Venue = new("venue");
    private static readonly TimeSpan LookForMessageEvery = TimeSpan.FromMilliseconds(1);

    public StagedFault NodeKilled(Duration lasts) => new()
    {
        Name = "node process killed",
        Does = "SIGKILL to node-b, started again later; the dApp stands on it",
        Shows = [new(NodeB, State.Down) { Cause = CauseKind.Technical }, new(Dapp, State.EffectivelyDown, Root: NodeB)],
        Lasts = lasts,
        Begin = async stop =>
        {
            var since = witness.Now;
            var killed = await witness.OfAsync(() => lab.NodeB.KillAsync(stop));
            return True.Of((NodeB, killed), (Dapp, await PageTurnsAsync(good: false, since, stop)));
        },
        End = async stop =>
        {
            var since = witness.Now;
            var restarted = lab.NodeB.RestartAsync(stop);
            var answers = witness.TurnsAsync("node-b answers", true, since, look => direct.IsAnsweringAsync(lab.NodeB, look), stop);
            var page = PageTurnsAsync(good: true, since, stop);
            await Task.WhenAll(restarted, answers, page);
            return True.Of((NodeB, await answers), (Dapp, await page));
        },
    };

    public StagedFault NodeFrozen(Duration lasts) => new()
    {
        Name = "node frozen",
        Does = "SIGSTOP to node-c: it takes connections and says nothing",
        // Silence alone says nothing about why: to name another cause would be a guess.
        Shows = [new(NodeC, State.Down) { Cause = CauseKind.Unexplained }],
        Lasts = lasts,
        Begin = async stop => True.Of((NodeC, await witness.OfAsync(() => lab.NodeC.FreezeAsync(stop)))),
        End = async stop =>
        {
            var since = witness.Now;
            lab.NodeC.Thaw();
            return True.Of((NodeC, await witness.TurnsAsync("node-c answers", true, since, look => direct.IsAnsweringAsync(lab.NodeC, look), stop)));
        },
    };

    public StagedFault HeadStalled(Duration lasts) => new()
    {
        Name = "head stalled, HTTP 200",
        Does = "node-c stops following the chain and goes on answering",
        Shows = [new(NodeC, State.EffectivelyDown) { Cause = CauseKind.Technical }],
        Lasts = lasts,
        Begin = async stop =>
        {
            await lab.NodeC.CommandAsync("/admin/lag?on=1", stop);
            var staleFrom = await direct.HeadTimeAsync(lab.NodeC, stop) + DemoConfig.HeadAgeLimit;
            return True.Of((NodeC, new Bounds(staleFrom, staleFrom)));
        },
        End = async stop =>
        {
            var since = witness.Now;
            await lab.NodeC.CommandAsync("/admin/lag?on=0", stop);
            return True.Of((NodeC, await witness.TurnsAsync("node-c has a fresh head", true, since,
                async look => await direct.HeadTimeAsync(lab.NodeC, look) + DemoConfig.HeadAgeLimit > witness.Now, stop)));
        },
    };

    public StagedFault ContractPaused(Duration lasts) => new()
    {
        Name = "contract paused",
        Does = "the owner sends pause() to the token; the dApp stands on it",
        Shows = [new(Token, State.EffectivelyDown), new(Dapp, State.EffectivelyDown, Root: Token)],
        Lasts = lasts,
        Begin = stop => SendAsync(Direct.Pause, paused: true, stop),
        End = stop => SendAsync(Direct.Unpause, paused: false, stop),
    };

    public StagedFault BookSilent(Duration lasts) => new()
    {
        Name = "venue's book silent",
        Does = "the stream stays open and says nothing; REST goes on",
        Shows = [new(Venue, State.EffectivelyDown)],
        Lasts = lasts,
        Begin = async stop =>
        {
            await lab.Venue.CommandAsync("/admin/silent?on=1", stop);
            // A message may still be on its way to us: 50 ms is long on loopback, and short beside the limit.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, stop);
            var last = book.Last ?? throw DemoFault.FaultFailed("The venue's book never said anything.");
            return True.Of((Venue, new Bounds(last.Earliest + DemoConfig.SilenceLimit, last.Latest + DemoConfig.SilenceLimit)));
        },
        End = async stop =>
        {
            var since = witness.Now;
            await lab.Venue.CommandAsync("/admin/silent?on=0", stop);
            while (book.Last is not { } last || last.Latest < since) await Task.Delay(LookForMessageEvery, TimeProvider.System, stop);
            return True.Of((Venue, new Bounds(since, book.Last!.Value.Latest)));
        },
    };

    public StagedFault ErrorPage(Duration lasts) => new()
    {
        Name = "dApp answers 200, error page",
        Does = "status 200, \"Something went wrong\"",
        Shows = [new(Dapp, State.EffectivelyDown)],
        Lasts = lasts,
        Begin = async stop => True.Of((Dapp, await witness.OfAsync(() => lab.Dapp.CommandAsync("/admin/errorpage?on=1", stop)))),
        End = async stop => True.Of((Dapp, await witness.OfAsync(() => lab.Dapp.CommandAsync("/admin/errorpage?on=0", stop)))),
    };

    public StagedFault OwnNetworkCut(Duration lasts) => new()
    {
        Name = "Nines' own network cut",
        Does = "the uplinks of all vantage points refuse and reset everything",
        Shows = [],
        Lasts = lasts,
        Begin = async stop => True.Of((StagedFault.Here, await CutAsync(1, stop))),
        End = async stop => True.Of((StagedFault.Here, await CutAsync(0, stop))),
    };

    private Task<Bounds> CutAsync(int on, CancellationToken stop) => witness.OfAsync(() =>
        Task.WhenAll(lab.Regions.Values.Prepend(lab.Uplink).Select(uplink => uplink.CommandAsync(FormattableString.Invariant($"/admin/cut?on={on}"), stop))));

    private async Task<True> SendAsync(string selector, bool paused, CancellationToken stop)
    {
        var since = witness.Now;
        await direct.SendToTokenAsync(selector, stop);
        var token = witness.TurnsAsync($"the token is {(paused ? "" : "not ")}paused", paused, since, direct.IsPausedAsync, stop);
        var page = PageTurnsAsync(good: !paused, since, stop);
        await Task.WhenAll(token, page);
        return True.Of((Token, await token), (Dapp, await page));
    }

    private Task<Bounds> PageTurnsAsync(bool good, Instant since, CancellationToken stop) =>
        witness.TurnsAsync($"the dApp's page is {(good ? "good" : "bad")}", good, since, direct.IsPageGoodAsync, stop);
}
