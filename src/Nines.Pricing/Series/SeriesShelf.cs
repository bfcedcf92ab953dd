using System.Collections.Immutable;
using Nines.Pricing.Plan;

namespace Nines.Pricing.Series;

/// <summary>The series of a plan, each read when a model first needs it.</summary>
/// <param name="files">Where they are read from.</param>
public sealed class SeriesShelf(ImmutableArray<SeriesOptions> options, PlanFiles files)
{
    private readonly Dictionary<string, ValueSeries> open = new(StringComparer.Ordinal);

    public ImmutableArray<string> Names => [.. options.Select(one => one.Name)];

    /// <exception cref="PricingException">NIN4269: no series has that name. NIN4260 to NIN4267: its file cannot be used.</exception>
    public ValueSeries Open(string name)
    {
        if (open.TryGetValue(name, out var series)) return series;
        var found = options.FirstOrDefault(one => one.Name == name)
            ?? throw new PricingException("NIN4269", $"There is no series '{name}'. {(options.IsEmpty ? "The config has none: describe one under pricing.series." : $"There are {string.Join(", ", Names)}.")}");
        return open[name] = SeriesFile.Open(found, files);
    }
}
