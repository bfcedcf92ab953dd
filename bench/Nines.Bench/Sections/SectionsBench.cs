namespace Nines.Bench.Sections;

/// <summary>A benchmark of several parts: every <see cref="BenchSection"/> of it, one after another.</summary>
internal static class SectionsBench
{
    public static Benchmark Of(string name, string about) => new(name, about, options => RunAsync(name, options));

    private static async Task<Report> RunAsync(string bench, BenchOptions options)
    {
        var runs = options.Runs ?? (options.Quick ? 1 : 5);
        var figures = new List<Figure>();
        foreach (var section in SectionsOf(bench).Where(section => options.Only is null || options.Only == section.Name))
        {
            Talk.Say($"{bench}: {section.Name} …");
            figures.AddRange(await section.MeasureAsync(options, runs));
        }
        return figures.Count > 0 ? Report.Of(bench, runs, figures)
            : throw new MissingException($"There is no section '{options.Only}'. There are: {string.Join(", ", SectionsOf(bench).Select(section => section.Name))}.");
    }

    private static IReadOnlyList<BenchSection> SectionsOf(string bench) =>
        [.. typeof(BenchSection).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(BenchSection)) && !type.IsAbstract)
            .Select(type => (BenchSection)Activator.CreateInstance(type)!).Where(section => section.Bench == bench).OrderBy(section => section.Name, StringComparer.Ordinal)];
}
