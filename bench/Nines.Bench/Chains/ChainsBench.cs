namespace Nines.Bench.Chains;

/// <summary>What the chains' codecs do in a second: every <see cref="ChainSection"/>, one after another.</summary>
internal static class ChainsBench
{
    public static async Task<Report> RunAsync(BenchOptions options)
    {
        var runs = options.Runs ?? (options.Quick ? 1 : 5);
        var figures = new List<Figure>();
        foreach (var section in Sections().Where(section => options.Only is null || options.Only == section.Name))
        {
            Talk.Say($"chains: {section.Name} …");
            figures.AddRange(await section.MeasureAsync(options, runs));
        }
        return figures.Count > 0 ? Report.Of("chains", runs, figures)
            : throw new MissingException($"There is no section '{options.Only}'. There are: {string.Join(", ", Sections().Select(section => section.Name))}.");
    }

    private static IReadOnlyList<ChainSection> Sections() =>
        [.. typeof(ChainSection).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ChainSection)) && !type.IsAbstract)
            .Select(type => (ChainSection)Activator.CreateInstance(type)!).OrderBy(section => section.Name, StringComparer.Ordinal)];
}
