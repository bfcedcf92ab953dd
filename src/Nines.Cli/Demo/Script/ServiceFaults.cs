using Nines.Cli.Demo.Lab;
using Nines.Cli.Output;
using Nines.Cli.Watching.Control;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Control;
using NodaTime;

namespace Nines.Cli.Demo.Script;

/// <summary>The faults of venues and of plain services: how each is done to the lab, and how the true instants are found.</summary>
/// <param name="data">The watcher's data folder: what it is told goes there.</param>
internal sealed class ServiceFaults(DemoLab lab, BookListener book, Witness witness, string data)
{
    private const int LeftOut = 3;

    private static readonly ComponentId Venue = new("venue"), Quotes = new("quotes"), Swap = new("swap"), Site = new("site"), Name = new("name"), Front = new("front"), Signer = new("signer");
    private static readonly TimeSpan LookForMessageEvery = TimeSpan.FromMilliseconds(1);
    private static readonly Duration GapPatience = Duration.FromSeconds(60);

    public StagedFault SequenceGap(Duration lasts) => new()
    {
        Name = "gap in the venue's book",
        Does = "the stream leaves out three messages, and new connections get no snapshot",
        Shows = [new(Venue, State.EffectivelyDown)],
        Lasts = lasts,
        Begin = async stop =>
        {
            await lab.Venue.CommandAsync("/admin/withhold?on=1", stop);
            var since = witness.Now;
            await lab.Venue.CommandAsync($"/admin/gap?size={LeftOut}", stop);
            while (book.LastGap is not { } gap || gap.Latest < since)
            {
                if (witness.Now - since > GapPatience) throw DemoFault.FaultFailed($"The venue's stream shows no gap within {GapPatience.TotalSeconds:0} s.");
                await Task.Delay(LookForMessageEvery, witness.Time, stop);
            }
            var lost = book.LastGap!.Value;
            return True.Of((Venue, new Bounds(lost.Earliest + DemoConfig.OutOfSyncLimit, lost.Latest + DemoConfig.OutOfSyncLimit)));
        },
        // It ends with a new snapshot for everybody.
        End = async stop => True.Of((Venue, await witness.OfAsync(() => lab.Venue.CommandAsync("/admin/withhold?on=0", stop)))),
    };

    public StagedFault CancelOnly(Duration lasts) => new()
    {
        Name = "venue takes no orders",
        Does = "cancel-only: REST and streams go on",
        Shows = [new(Venue, State.EffectivelyDown)],
        Lasts = lasts,
        Begin = async stop => True.Of((Venue, await StatusAsync("cancel_only", stop))),
        End = async stop => True.Of((Venue, await StatusAsync("trading", stop))),
    };

    public StagedFault DependencyDown(Duration lasts) => new()
    {
        Name = "dependency down",
        Does = "the quotes answer 500; the swap dApp needs them",
        Shows = [new(Quotes, State.Down), new(Swap, State.Down, Root: Quotes)],
        Lasts = lasts,
        Begin = async stop => Both(await ModeAsync(Plain.Quotes, "error500", stop)),
        End = async stop => Both(await ModeAsync(Plain.Quotes, "ok", stop)),
    };

    public StagedFault CertificateExpired(Duration lasts) => new()
    {
        Name = "certificate expired",
        Does = "the site is given last month's certificate",
        Shows = [new(Site, State.Down) { Cause = CauseKind.Technical }],
        Lasts = lasts,
        Begin = async stop => True.Of((Site, await UseAsync(Certificates.Expired, stop))),
        End = async stop => True.Of((Site, await UseAsync(Certificates.Good, stop))),
    };

    public StagedFault AnswerChanged(Duration lasts) => new()
    {
        Name = "DNS answer changed",
        Does = $"{DemoLab.Name} leads to {DemoLab.WrongAddress}",
        Shows = [new(Name, State.EffectivelyDown) { Cause = CauseKind.Security }],
        Lasts = lasts,
        Begin = async stop => True.Of((Name, await AnswerAsync(DemoLab.WrongAddress, stop))),
        End = async stop => True.Of((Name, await AnswerAsync(DemoLab.RightAddress, stop))),
    };

    /// <summary>The way from one region to one target: everything else can be reached from there, and the target from everywhere else.</summary>
    public StagedFault RegionCut(Duration lasts)
    {
        var region = DemoConfig.Regions[1];
        return new StagedFault
        {
            Name = "regional outage",
            Does = $"from {region} the front cannot be reached; from {DemoConfig.Regions.Length - 1} other regions it can",
            Shows = [new(Front, State.Down) { Region = region }],
            Lasts = lasts,
            Begin = async stop => True.Of((Front, await BlockAsync(region, 1, stop))),
            End = async stop => True.Of((Front, await BlockAsync(region, 0, stop))),
        };
    }

    /// <summary>Down inside of a declared window, and for some time after it.</summary>
    /// <param name="window">How long the window is.</param>
    /// <param name="overrun">How long it is down after the window.</param>
    public StagedFault MaintenanceOverrun(Duration window, Duration overrun) => new()
    {
        Name = "maintenance that overran",
        Does = $"the signer is taken down in a window of {window.TotalSeconds:0} s, and back late",
        Shows = [new(Signer, State.Maintenance), new(Signer, State.Down) { Cause = CauseKind.Maintenance }],
        Lasts = window + overrun,
        Begin = async stop =>
        {
            var until = Instant.FromUnixTimeMilliseconds((witness.Now + window).ToUnixTimeMilliseconds());
            var reply = await ControlClient.SendAsync(data, new ControlCommand.StartMaintenance([Signer], null, until, "the demo's own"), witness.Time, stop);
            if (reply.Exit != ExitCode.Done) throw DemoFault.FaultFailed($"nines maintenance start: {string.Join(' ', reply.Lines)}");
            var down = await ModeAsync(Plain.Signer, "refuse", stop);
            return True.Of((Signer, down)) with { WindowEnd = until };
        },
        End = async stop => True.Of((Signer, await ModeAsync(Plain.Signer, "ok", stop))),
    };

    private static True Both(Bounds when) => True.Of((Quotes, when), (Swap, when));

    private Task<Bounds> ModeAsync(Plain target, string mode, CancellationToken stop) => witness.OfAsync(() => lab.SetModeAsync(target, mode, stop));

    private Task<Bounds> StatusAsync(string word, CancellationToken stop) => witness.OfAsync(() => lab.Venue.CommandAsync($"/admin/status?status={word}", stop));

    private Task<Bounds> UseAsync(string certificate, CancellationToken stop) => witness.OfAsync(() => lab.Site.CommandAsync($"/admin/certificate?use={certificate}", stop));

    private Task<Bounds> AnswerAsync(string address, CancellationToken stop) => witness.OfAsync(() => lab.Zone.CommandAsync($"/admin/answer?address={address}", stop));

    private Task<Bounds> BlockAsync(string region, int on, CancellationToken stop) =>
        witness.OfAsync(() => lab.Regions[region].CommandAsync(FormattableString.Invariant($"/admin/block?port={lab.PortOf(Plain.Front)}&on={on}"), stop));
}
