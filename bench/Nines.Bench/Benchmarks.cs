using Nines.Bench.Journals;
using Nines.Bench.Probing;
using Nines.Bench.Protocols;
using Nines.Bench.Reports;
using Nines.Bench.Scenarios;
using Nines.Bench.Sections;
using Nines.Bench.Truths;

namespace Nines.Bench;

internal sealed record Benchmark(string Name, string About, Func<BenchOptions, Task<Report>> RunAsync);

internal static class Benchmarks
{
    public static readonly IReadOnlyList<Benchmark> All =
    [
        new("truth", "outages of known start and end: found, contained, false, error of the length; beside prometheus + blackbox_exporter", TruthBench.RunAsync),
        new("scenarios", "39 ways to fail, or only to seem so: told right, of the right class, how soon; beside prometheus + blackbox_exporter", ScenarioBench.RunAsync),
        new("protocols", "every kind of system in its own protocol, failing in its own ways: state, cause, how soon; each with a healthy twin", ProtocolBench.RunAsync),
        new("probing", "processor time, memory and lateness of thousands of HTTP probes; beside prometheus + blackbox_exporter and monit", ProbingBench.RunAsync),
        SectionsBench.Of("chains", "what the chains' codecs do in a second: ABI decodes, blocks proved by their receipts; beside ethers and viem"),
        SectionsBench.Of("pricing", "outages priced a second, validators priced, histories imported, the seasonal model's back-test"),
        SectionsBench.Of("console", "the overview of 1,000 components and a year, 2,000 who listen to events, the status page out of its cache; beside nginx"),
        new("judging", "observations a second on one core, from observation to fact", options => Task.FromResult(JudgingBench.Run(options.Quick, options.Runs))),
        new("report", "nines report over a year of 1,000 components with 20 outages each", ReportBench.RunAsync),
        new("journal", "durable appends a second with 32 writers, rebuild of 1,000,000 facts; beside sqlite3 and the disk's own syncs", JournalBench.RunAsync),
    ];
}

/// <summary>Something that the benchmark cannot do without is not there.</summary>
internal sealed class MissingException(string message) : Exception(message);

/// <summary>What is said while a benchmark runs: to stderr, so that stdout is the result alone.</summary>
internal static class Talk
{
    /// <summary>Says so when others use this machine: times are then worse than it can do.</summary>
    public static void SayWhenBusy()
    {
        if (!File.Exists("/proc/loadavg")) return;
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        if (load > Environment.ProcessorCount)
            Say(FormattableString.Invariant($"this machine is busy (load {load:0.0} on {Environment.ProcessorCount} cores): figures of time will be worse than it can do"));
    }

    public static void Say(string message) => Console.Error.WriteLine($"bench: {message}");
}
