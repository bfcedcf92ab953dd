namespace Nines.Bench.Chains;

/// <summary>
/// One part of <c>bench/run chains</c>: something that is reckoned from a chain's answers. Sections are found by looking through this assembly:
/// each is a class with a constructor without parameters.
/// </summary>
internal abstract class ChainSection
{
    /// <summary>As <c>--only</c> names it.</summary>
    public abstract string Name { get; }

    /// <exception cref="MissingException">Something that it cannot do without is not there.</exception>
    public abstract Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs);
}
