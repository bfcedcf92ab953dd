namespace Nines.Bench.Truths;

internal static class TruthBench
{
    public static Task<Report> RunAsync(BenchOptions options) => throw new MissingException("later");
}
