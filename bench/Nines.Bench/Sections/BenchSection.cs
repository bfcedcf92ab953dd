namespace Nines.Bench.Sections;

/// <summary>
/// One part of a benchmark that is measured part by part. Sections are found by looking through this assembly: each is a class with a
/// constructor without parameters.
/// </summary>
internal abstract class BenchSection
{
    /// <summary>The benchmark that it is part of.</summary>
    public abstract string Bench { get; }

    /// <summary>As <c>--only</c> names it.</summary>
    public abstract string Name { get; }

    /// <exception cref="MissingException">Something that it cannot do without is not there.</exception>
    public abstract Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs);
}
