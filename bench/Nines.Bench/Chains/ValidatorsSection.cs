using Nines.Bench.Processes;
using Nines.Bench.Sections;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing;
using Nines.Probing.Validators;
using NodaTime;

namespace Nines.Bench.Chains;

/// <summary>
/// What it costs to judge 10,000 validators for an epoch: to ask a stub beacon node, a process of its own, over real sockets, to read its answers (11 MB) and to
/// count. As the probe does it in a watch, sample of the network included.
/// </summary>
internal sealed class ValidatorsSection : BenchSection
{
    private const int Ours = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public override string Bench => "chains";
    public override string Name => "validators";

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        // A block of ours in each slot's duties and 16 in the sync committee, as a set of this size would have about every other day.
        await using var stub = await LabService.StartAsync(options.Root, "beacon", "--slot-ms", "250", "--slots-per-epoch", "32", "--validators", "12000", "--sync-committee", "16", "--epochs", "4");
        var definition = Definition(new Uri(stub.Ready.GetProperty("url").GetString()!));
        var path = new NetworkPath(new VantagePoint { Id = new VantagePointId("here"), Region = "here" });
        var environment = new ProbeEnvironment(TimeProvider.System, () => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()));
        await using var probe = ProbeType.Find("validators")!.Create(definition, path, environment);

        var (processor, allocated) = (new List<double>(), new List<double>());
        var judged = await EpochAsync(probe, definition); // the first brings the compiler with it, and draws the sample
        for (var run = 0; run < runs;)
        {
            var (began, bytes) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
            var epoch = await EpochAsync(probe, definition);
            if (epoch == judged)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
                continue;
            }
            judged = epoch;
            processor.Add((Environment.CpuUsage.TotalTime - began).TotalSeconds);
            allocated.Add((GC.GetTotalAllocatedBytes() - bytes) / 1048576.0);
            run++;
        }
        return
        [
            new Figure("validators_10000_processor_per_epoch", Math.Round(Median.Of(processor), 3), "s", "lower", 2) { Note = "asked, read and judged; the sample of the network, proposals and the sync committee included" },
            new Figure("validators_10000_allocated_per_epoch", Math.Round(Median.Of(allocated), 1), "MiB", "lower"),
        ];
    }

    /// <returns>The newest judged epoch.</returns>
    private static async Task<double> EpochAsync(Probe probe, ProbeDefinition definition)
    {
        using var limit = new CancellationTokenSource(Patience);
        var sight = await probe.LookAsync(limit.Token);
        if (sight.Outcome is not Outcome.Answered) throw new InvalidOperationException($"the look did not judge: {sight.Outcome}");
        if (sight.Signals[definition.Signals.IndexOf("on_duty")].Number != Ours) throw new InvalidOperationException("not all validators were judged");
        return sight.Signals[definition.Signals.IndexOf("epoch")].Number;
    }

    private static ProbeDefinition Definition(Uri url) => new()
    {
        Id = new ProbeId(new ComponentId("validators"), "validators"),
        Type = "validators",
        Every = Duration.FromMinutes(1),
        Timeout = Duration.FromSeconds(60),
        From = [new VantagePointId("here")],
        Options = new ValidatorsOptions { Url = url, Ids = [.. Enumerable.Range(0, Ours).Select(index => index.ToString(System.Globalization.CultureInfo.InvariantCulture))], MissedInARow = 1 },
        Signals = new SignalVocabulary(new ValidatorsProbeType().Signals).Schema,
    };
}
