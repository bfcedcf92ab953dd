using System.Collections.Immutable;
using NodaTime;

namespace Nines.Cli.Demo.Script;

/// <summary>The order of the faults: waves, one after the other; in a wave lanes side by side; in a lane fault after fault.</summary>
/// <param name="Gap">Between two faults of a lane.</param>
internal sealed record FaultScript(ImmutableArray<ImmutableArray<ImmutableArray<StagedFault>>> Waves, Duration Gap)
{
    /// <summary>All faults, in the order in which they begin.</summary>
    public ImmutableArray<StagedFault> Faults { get; } = [.. Waves.SelectMany(wave => wave.SelectMany(lane => lane))];

    /// <summary>About how long the script takes, without the time that things take to settle.</summary>
    public Duration Length => Waves.Aggregate(Duration.Zero, (sum, wave) => sum + wave.Max(lane =>
        lane.Aggregate(Duration.FromSeconds(1) * lane.Length, (length, fault) => length + fault.Lasts) + Gap * (lane.Length - 1)));

    /// <summary>One fault after another, long enough to watch.</summary>
    public static FaultScript Unhurried(Faults faults, ServiceFaults services)
    {
        var lasts = Duration.FromSeconds(12);
        StagedFault[] all =
        [
            faults.NodeKilled(lasts), faults.NodeFrozen(lasts), faults.HeadStalled(DemoConfig.HeadAgeLimit + lasts), faults.ContractPaused(lasts),
            faults.ErrorPage(lasts), faults.BookSilent(DemoConfig.SilenceLimit + lasts), services.SequenceGap(DemoConfig.OutOfSyncLimit + lasts),
            services.CancelOnly(lasts), services.DependencyDown(lasts), services.CertificateExpired(lasts), services.AnswerChanged(lasts),
            services.RegionCut(lasts), services.MaintenanceOverrun(lasts, lasts), faults.OwnNetworkCut(lasts),
        ];
        return new FaultScript([.. all.Select(fault => ImmutableArray.Create(ImmutableArray.Create(fault)))], Duration.FromSeconds(4));
    }

    /// <summary>Side by side where they hit different components, each a little longer than what the probes can surely see.</summary>
    public static FaultScript Fast(Faults faults, ServiceFaults services)
    {
        var lasts = Duration.FromSeconds(4.5);
        return new FaultScript(
        [
            [
                [faults.NodeKilled(lasts), faults.ErrorPage(lasts)],
                [faults.HeadStalled(DemoConfig.HeadAgeLimit + lasts)],
                [faults.BookSilent(DemoConfig.SilenceLimit + lasts), services.CancelOnly(lasts)],
                [services.DependencyDown(lasts), services.CertificateExpired(lasts)],
                [services.MaintenanceOverrun(Duration.FromSeconds(4), lasts)],
            ],
            [
                [faults.ContractPaused(lasts)],
                [faults.NodeFrozen(lasts)],
                [services.SequenceGap(DemoConfig.OutOfSyncLimit + lasts)],
                [services.AnswerChanged(lasts)],
                [services.RegionCut(lasts)],
            ],
            [[faults.OwnNetworkCut(Duration.FromSeconds(5))]],
        ], Duration.FromSeconds(3));
    }
}
